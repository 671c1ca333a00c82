/// Earlier answers of a prompt, newest last, without repeats.
public struct InputHistory: Sendable, Hashable {
    /// The answers, oldest first.
    public private(set) var entries: [String]
    /// How many are kept; the oldest go first.
    public let capacity: Int
    private var recalled: Recalled?

    /// An entry being shown, and what had been typed before.
    private struct Recalled: Hashable {
        let index: Int
        let draft: String
    }

    /// A history of at most `capacity` entries.
    public init(_ entries: [String] = [], capacity: Int = 500) {
        self.capacity = max(0, capacity)
        self.entries = []
        for entry in entries { add(entry) }
    }

    /// Adds an answer at the end. Blank ones are not kept; one that is there already moves.
    public mutating func add(_ entry: String) {
        stopRecalling()
        guard !entry.allSatisfy(\.isWhitespace) else { return }
        entries.removeAll { $0 == entry }
        entries.append(entry)
        if entries.count > capacity { entries.removeFirst(entries.count - capacity) }
    }

    /// The next older entry that begins with what had been typed; nil if there is none.
    /// - Parameter current: What is in the field now.
    public mutating func previous(current: String) -> String? {
        let start = recalled?.index ?? entries.count
        let draft = recalled?.draft ?? current
        guard let index = entries[..<start].lastIndex(where: { $0.hasPrefix(draft) && $0 != current }) else { return nil }
        recalled = Recalled(index: index, draft: draft)
        return entries[index]
    }

    /// The next newer entry that begins with what had been typed, in the end that itself; nil if nothing is recalled.
    public mutating func next() -> String? {
        guard let recalled else { return nil }
        guard let index = entries[(recalled.index + 1)...].firstIndex(where: { $0.hasPrefix(recalled.draft) }) else {
            stopRecalling()
            return recalled.draft
        }
        self.recalled = Recalled(index: index, draft: recalled.draft)
        return entries[index]
    }

    /// Begins again from the newest entry.
    public mutating func stopRecalling() {
        recalled = nil
    }
}
