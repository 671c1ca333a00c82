import DequeModule
import TerminalUI

/// The topics whose messages are shown.
struct TailScope: Sendable, Hashable {
    /// The only topic; nil for all.
    private(set) var only: [UInt8]?
    /// The topics that are left out.
    private(set) var without: [[UInt8]] = []

    var isEmpty: Bool { only == nil && without.isEmpty }

    mutating func showOnly(_ topic: some Sequence<UInt8>) { only = Array(topic) }

    /// Shows the topics besides the only one, except those that were left out.
    mutating func showOthers() { only = nil }

    mutating func leaveOut(_ topic: some Sequence<UInt8>) {
        let topic = Array(topic)
        if only == topic { only = nil }
        if !without.contains(topic) { without.append(topic) }
    }

    func includes(_ topic: some Collection<UInt8>) -> Bool {
        if let only, !only.elementsEqual(topic) { return false }
        return !without.contains { $0.elementsEqual(topic) }
    }

    /// The scope in words; empty for all topics.
    var text: SafeText {
        var words: [SafeText] = []
        if let only { words.append("only \(SafeText(untrustedBytes: only, maximumBytes: 128))") }
        switch without.count {
        case 0: break
        case 1: words.append("without \(SafeText(untrustedBytes: without[0], maximumBytes: 128))")
        default: words.append("without \(without.count) topics")
        }
        return words.joined(separator: ", ")
    }
}

/// The entries of a log that match a filter and a scope. They are updated while the log grows, and each entry is tested once.
struct TailFilter: Sendable {
    private(set) var text = ""
    private(set) var scope = TailScope()
    /// The ids of the entries, ascending.
    private(set) var ids = Deque<Int>()
    private var lookedAt = 0

    /// Updates the ids for the filter, the scope and the log.
    mutating func update(_ text: String, _ scope: TailScope, _ log: TailLog) {
        if !text.utf8.elementsEqual(self.text.utf8) || scope != self.scope {
            (self.text, self.scope) = (text, scope)
            ids.removeAll()
            lookedAt = 0
        }
        while let first = ids.first, first < log.firstID { ids.removeFirst() }
        let wanted = ASCIIFolded(text)
        for id in max(lookedAt, log.firstID)..<log.endID {
            guard let entry = log[id], scope.isEmpty || scope.includes(entry.topic) else { continue }
            let parts = [entry.topic, entry.headers, entry.payload]
            if text.isEmpty || parts.contains(where: { wanted.occurs(in: $0) }) { ids.append(id) }
        }
        lookedAt = log.endID
    }
}
