import DequeModule

/// The newest events, at most ``capacity``; the oldest go first.
struct EventList: Sendable {
    static let capacity = 2_000
    /// How far back a repeated event is looked for, so that the events of several clusters do not keep each other apart.
    private static let lookback = 16

    private(set) var rows = Deque<EventRow>()
    /// Events that are no longer kept.
    private(set) var dropped = 0
    private var nextID = 1

    /// Adds an event. One that repeats the newest of its cluster is counted there, since a pool of ten connections
    /// would otherwise fill a screen with one loss.
    mutating func append(_ row: EventRow, at moment: Moment) {
        let recent = rows.indices.suffix(Self.lookback)
        if let last = recent.last(where: { rows[$0].cluster == row.cluster }), rows[last].repeats(row) {
            var merged = rows.remove(at: last)
            merged.count += 1
            merged.unconfirmed += row.unconfirmed
            merged.epochSeconds = moment.epochSeconds
            rows.append(merged)
            return
        }
        var row = row
        row.id = nextID
        row.epochSeconds = moment.epochSeconds
        nextID += 1
        rows.append(row)
        if rows.count > Self.capacity {
            rows.removeFirst()
            dropped += 1
        }
    }
}
