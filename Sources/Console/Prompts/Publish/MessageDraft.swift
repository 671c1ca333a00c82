import Settings

/// The contents of the publish form, for the history and for "edit and publish again".
struct MessageDraft: Sendable, Hashable {
    var topic = ""
    /// The headers as `Name: value`, one per line.
    var headers = ""
    var body: [UInt8] = []

    /// The approximate size in memory and in the file of the history.
    var byteCount: Int { topic.utf8.count + headers.utf8.count + body.count }

    static func == (left: MessageDraft, right: MessageDraft) -> Bool {
        // Compared by bytes, because canonically equivalent strings are different topics and headers.
        left.topic.utf8.elementsEqual(right.topic.utf8) && left.headers.utf8.elementsEqual(right.headers.utf8)
            && left.body == right.body
    }
}

/// The messages sent earlier, without repetitions, the newest last.
struct MessageHistory: Sendable, Hashable {
    /// The messages, the oldest first.
    private(set) var drafts: [MessageDraft] = []
    /// The position of the recalled message, and the draft that was in the form before.
    private var recalled: (index: Int, typed: MessageDraft)?

    init(_ drafts: [MessageDraft] = []) {
        for draft in drafts { add(draft) }
    }

    /// Adds a message at the end. An equal message is removed.
    mutating func add(_ draft: MessageDraft) {
        recalled = nil
        // The limits are those of the file, so that the next run has the same history.
        guard draft.byteCount <= ConsoleHistory.largestMessage else { return }
        drafts.removeAll { $0 == draft }
        drafts.append(draft)
        var bytes = drafts.reduce(0) { $0 + $1.byteCount }
        while drafts.count > ConsoleHistory.capacity || bytes > ConsoleHistory.messageBytes {
            bytes -= drafts.removeFirst().byteCount
        }
    }

    /// Returns the next older message; nil if there is none.
    /// - Parameter current: The draft in the form.
    mutating func previous(current: MessageDraft) -> MessageDraft? {
        let start = recalled?.index ?? drafts.count
        guard let index = drafts[..<start].lastIndex(where: { $0 != current }) else { return nil }
        recalled = (index, recalled?.typed ?? current)
        return drafts[index]
    }

    /// Returns the next newer message, and after the newest one the draft that was in the form; nil if no message is recalled.
    mutating func next() -> MessageDraft? {
        guard let recalled else { return nil }
        guard recalled.index + 1 < drafts.count else {
            self.recalled = nil
            return recalled.typed
        }
        self.recalled = (recalled.index + 1, recalled.typed)
        return drafts[recalled.index + 1]
    }

    static func == (left: MessageHistory, right: MessageHistory) -> Bool { left.drafts == right.drafts }
    func hash(into hasher: inout Hasher) { hasher.combine(drafts) }
}
