import DequeModule
import Roulette

/// Distinguishes the replies to requests, and the subjects of servers and of this library, from topics.
///
/// Every request has its own reply subject, an inbox. As topics, inboxes would fill the table within minutes and push the real
/// topics out. All replies to inboxes of one kind are therefore counted together, separately for each cluster, and so are the
/// subjects of each kind that begin with `$` or `_roulette`.
///
/// A subject is an inbox if it has a known prefix (`_INBOX.`, the configured prefix of the console's own requests, or that of
/// JetStream acknowledgements), or if it is the reply subject of one received message. A reply subject of several messages is a
/// topic, because a service listens there.
struct ReplySubjects: Sendable {
    /// The maximum number of expected replies. They need about 3 MB and cover a second of many requests.
    static let memory = 65_536
    /// The maximum number of remembered reply subjects that several messages have.
    private static let fixedMemory = 10_000
    /// The maximum number of kinds of inboxes without a known prefix.
    private static let labelCapacity = 16
    /// The maximum length of a label.
    private static let longestLabel = 128
    /// Tokens at the end of an inbox that have at least this length count as generated for one client or one request.
    private static let leastGenerated = 16
    /// The label of all other inboxes.
    private static let otherLabel = Array("replies".utf8)
    /// The beginnings of inboxes with a known prefix, without that of the console's own requests.
    private static let inboxKinds = ["_INBOX", "$JS.ACK", CanaryStatus.subjectPrefix]
    /// The kinds of subjects that belong to servers and to this library. The list is fixed, so that peers cannot add rows.
    private static let systemKinds = ["$SYS", "$JS", "$KV", "$O", "$SRV", "$MQTT", "_roulette"]
    /// The label of all other subjects that begin with `$`.
    private static let otherSystemLabel = Array("$".utf8)
    /// The maximum number of labels: those of the prefixes, of other system subjects, and of other inboxes.
    static let kindLimit = inboxKinds.count + 1 + systemKinds.count + 1 + labelCapacity + 1

    /// The known prefixes of inboxes and system subjects with their labels, the longer ones first.
    private let prefixes: [(start: [UInt8], label: [UInt8])]
    /// Whether a prefix begins with each byte. Most subjects begin with another one.
    private let isFirst: [Bool]
    /// The expected reply subjects: the index of the label by the hash of the subject.
    private var expected: [UInt64: Int] = [:]
    /// The hashes in the order of arrival, the oldest first. Some may no longer be expected.
    private var order = Deque<UInt64>()
    /// The hashes of reply subjects that several messages have.
    private var fixed: Set<UInt64> = []
    private var labels: [[UInt8]]

    /// - Parameter ownPrefix: The inbox prefix of the console's own requests.
    init(ownPrefix: String) {
        var starts = Self.inboxKinds
        if !starts.contains(ownPrefix), !ownPrefix.isEmpty { starts.append(ownPrefix) }
        starts += Self.systemKinds
        prefixes = starts.map { (Array(($0 + ".").utf8), Array(($0 + ".>").utf8)) }
        var isFirst = Array(repeating: false, count: 256)
        for byte in prefixes.compactMap(\.start.first) { isFirst[Int(byte)] = true }
        self.isFirst = isFirst
        labels = [Self.otherLabel]
    }

    /// Returns the label of an inbox or a system subject; nil for a topic.
    func label(of subject: UnsafeRawBufferPointer, key: UInt64) -> [UInt8]? {
        if let known = knownLabel(of: subject) { return known }
        return expected.isEmpty ? nil : expected[key].map { labels[$0] }
    }

    private func knownLabel(of subject: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let first = subject.first, isFirst[Int(first)] else { return nil }
        if let known = prefixes.first(where: { subject.count > $0.start.count && subject.starts(with: $0.start) }) {
            return known.label
        }
        return first == UInt8(ascii: "$") ? Self.otherSystemLabel : nil
    }

    /// Records the reply subject of a message.
    /// - Returns: The label of the reply subject, if it was not known as an inbox before.
    mutating func expect(_ reply: UnsafeRawBufferPointer, key: UInt64) -> [UInt8]? {
        guard knownLabel(of: reply) == nil, !fixed.contains(key) else { return nil }
        guard expected[key] == nil else {
            expected[key] = nil
            if fixed.count < Self.fixedMemory { fixed.insert(key) }
            return nil
        }
        while order.count >= Self.memory { expected[order.removeFirst()] = nil }
        let label = derivedLabel(of: reply)
        expected[key] = label
        order.append(key)
        return labels[label]
    }

    /// Returns the index of the label for an inbox: its tokens without those that were generated for one client or one request.
    /// Called for most requests, so it allocates memory only for a new label.
    private mutating func derivedLabel(of reply: UnsafeRawBufferPointer) -> Int {
        let dot = UInt8(ascii: ".")
        // The last token is always generated. The others are removed from the end.
        guard var end = reply.lastIndex(of: dot) else { return 0 }
        while true {
            let start = reply[..<end].lastIndex(of: dot).map { $0 + 1 } ?? 0
            let token = reply[start..<end]
            guard token.count >= Self.leastGenerated || token.allSatisfy({ (0x30...0x39).contains($0) }) else { break }
            guard start > 0 else { return 0 }
            end = start - 1
        }
        let kept = reply[...end]
        guard kept.count < Self.longestLabel else { return 0 }
        if let known = labels.firstIndex(where: { $0.count == kept.count + 1 && $0.starts(with: kept) }) { return known }
        guard labels.count <= Self.labelCapacity else { return 0 }
        labels.append(kept + [UInt8(ascii: ">")])
        return labels.count - 1
    }
}
