/// The earlier answers of a prompt, newest last, without duplicates.
public struct InputHistory: Sendable, Hashable {
    /// The answers, oldest first.
    public private(set) var entries: [String]
    /// The maximum number of entries. The oldest are removed first.
    public let capacity: Int
    private var recalled: Recalled?

    /// The entry being shown, and the text that was typed before.
    private struct Recalled: Hashable {
        let index: Int
        let draft: String
    }

    /// Creates a history of at most `capacity` entries.
    public init(_ entries: [String] = [], capacity: Int = 500) {
        self.capacity = max(0, capacity)
        self.entries = []
        for entry in entries { add(entry) }
    }

    /// Adds an answer at the end, and removes an equal older one. Blank answers are ignored.
    public mutating func add(_ entry: String) {
        stopRecalling()
        guard !entry.allSatisfy(\.isWhitespace) else { return }
        entries.removeAll { $0 == entry }
        entries.append(entry)
        if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
    }

    /// Returns the next older entry that begins with the typed text; nil if there is none.
    /// - Parameter current: The current text of the field.
    public mutating func previous(current: String) -> String? {
        let start = recalled?.index ?? entries.count
        let draft = recalled?.draft ?? current
        guard let index = entries[..<start].lastIndex(where: { $0.hasPrefix(draft) && $0 != current }) else { return nil }
        recalled = Recalled(index: index, draft: draft)
        return entries[index]
    }

    /// Returns the next newer entry that begins with the typed text, and finally the typed text itself. Nil if no entry is shown.
    public mutating func next() -> String? {
        guard let recalled else { return nil }
        guard let index = entries[(recalled.index + 1)...].firstIndex(where: { $0.hasPrefix(recalled.draft) }) else {
            stopRecalling()
            return recalled.draft
        }
        self.recalled = Recalled(index: index, draft: recalled.draft)
        return entries[index]
    }

    /// Makes the next recall start at the newest entry.
    public mutating func stopRecalling() {
        recalled = nil
    }
}
