import DequeModule

/// The newest events, at most ``capacity``. The oldest are removed first.
struct EventList: Sendable {
    static let capacity = 2_000
    /// The number of recent events that are searched for a repetition. Events of other clusters can be in between.
    private static let lookback = 16

    private(set) var rows = Deque<EventRow>()
    /// The number of removed events.
    private(set) var dropped = 0
    private var nextID = 1

    /// Adds an event. If it repeats the newest event of its cluster, both become one row with a count. Otherwise the loss of a
    /// pool of ten connections would fill the screen.
    mutating func append(_ row: EventRow, at moment: Moment) {
        var row = row
        row.epochSeconds = moment.epochSeconds
        let recent = rows.indices.suffix(Self.lookback)
        if let last = recent.last(where: { rows[$0].cluster == row.cluster }), rows[last].repeats(row) {
            var merged = rows.remove(at: last)
            merged.merge(row)
            rows.append(merged)
            return
        }
        row.id = nextID
        nextID += 1
        rows.append(row)
        if rows.count > Self.capacity {
            rows.removeFirst()
            dropped += 1
        }
    }
}
