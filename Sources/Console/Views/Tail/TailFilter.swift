import DequeModule

/// The entries of a log that match a filter. They are updated while the log grows, and each entry is tested once.
struct TailFilter: Sendable {
    private(set) var text = ""
    /// The ids of the entries, ascending.
    private(set) var ids = Deque<Int>()
    private var lookedAt = 0

    /// Updates the ids for the filter and the log.
    mutating func update(_ text: String, _ log: TailLog) {
        if !text.utf8.elementsEqual(self.text.utf8) {
            self.text = text
            ids.removeAll()
            lookedAt = 0
        }
        while let first = ids.first, first < log.firstID { ids.removeFirst() }
        let wanted = ASCIIFolded(text)
        for id in max(lookedAt, log.firstID)..<log.endID {
            guard let entry = log[id] else { continue }
            let parts = [entry.topic, entry.headers, entry.payload]
            if text.isEmpty || parts.contains(where: { wanted.occurs(in: $0) }) { ids.append(id) }
        }
        lookedAt = log.endID
    }
}
