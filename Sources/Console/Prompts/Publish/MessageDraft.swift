import Settings

/// A message as the form has it: what the history keeps, and what "edit and publish again" opens.
struct MessageDraft: Sendable, Hashable {
    var topic = ""
    /// `Name: value`, one a line.
    var headers = ""
    var body: [UInt8] = []

    /// What it takes in memory and in the history's file, about.
    var byteCount: Int { topic.utf8.count + headers.utf8.count + body.count }

    static func == (left: MessageDraft, right: MessageDraft) -> Bool {
        // By bytes: two texts that only Swift calls equal are two messages.
        left.topic.utf8.elementsEqual(right.topic.utf8) && left.headers.utf8.elementsEqual(right.headers.utf8)
            && left.body == right.body
    }
}

/// Messages sent earlier, the newest last, without repeats.
struct MessageHistory: Sendable, Hashable {
    /// The messages, oldest first.
    private(set) var drafts: [MessageDraft] = []
    /// Which one is shown, and what had been typed before.
    private var recalled: (index: Int, typed: MessageDraft)?

    init(_ drafts: [MessageDraft] = []) {
        for draft in drafts { add(draft) }
    }

    /// Adds a message at the end. One that is there already moves.
    mutating func add(_ draft: MessageDraft) {
        recalled = nil
        // The bounds are those of the file, so that the next run knows what this one does.
        guard draft.byteCount <= ConsoleHistory.largestMessage else { return }
        drafts.removeAll { $0 == draft }
        drafts.append(draft)
        var bytes = drafts.reduce(0) { $0 + $1.byteCount }
        while drafts.count > ConsoleHistory.capacity || bytes > ConsoleHistory.messageBytes {
            bytes -= drafts.removeFirst().byteCount
        }
    }

    /// The next older message; nil if there is none.
    /// - Parameter current: What is in the form now.
    mutating func previous(current: MessageDraft) -> MessageDraft? {
        let start = recalled?.index ?? drafts.count
        guard let index = drafts[..<start].lastIndex(where: { $0 != current }) else { return nil }
        recalled = (index, recalled?.typed ?? current)
        return drafts[index]
    }

    /// The next newer message, in the end what had been typed; nil if nothing is recalled.
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
