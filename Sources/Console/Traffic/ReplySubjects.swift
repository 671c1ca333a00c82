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
    /// The kinds of subjects that belong to servers and to this library. The list is fixed, so that peers cannot add rows.
    private static let systemKinds = ["$SYS", "$JS", "$KV", "$O", "$SRV", "$MQTT", "_roulette"]
    /// The label of all other subjects that begin with `$`.
    private static let otherSystemLabel = Array("$".utf8)

    /// The known prefixes of inboxes and system subjects with their labels, the longer ones first.
    private let prefixes: [(start: [UInt8], label: [UInt8])]
    /// The first bytes of the prefixes. Most subjects have another one.
    private let firstBytes: Set<UInt8>
    /// The expected reply subjects: the index of the label by the hash of the subject.
    private var expected: [UInt64: Int] = [:]
    /// The hashes in the order of arrival, the oldest first. Some may no longer be expected.
    private var order = Deque<UInt64>()
    /// The hashes of reply subjects that several messages have.
    private var fixed: Set<UInt64> = []
    private var labels: [[UInt8]]

    /// - Parameter ownPrefix: The inbox prefix of the console's own requests.
    init(ownPrefix: String) {
        var starts = ["_INBOX", "$JS.ACK", CanaryStatus.subjectPrefix]
        if !starts.contains(ownPrefix), !ownPrefix.isEmpty { starts.append(ownPrefix) }
        starts += Self.systemKinds
        prefixes = starts.map { (Array(($0 + ".").utf8), Array(($0 + ".>").utf8)) }
        firstBytes = Set(prefixes.compactMap { $0.start.first })
        labels = [Self.otherLabel]
    }

    /// Returns the label of an inbox or a system subject; nil for a topic.
    func label(of subject: UnsafeRawBufferPointer, key: UInt64) -> [UInt8]? {
        if let known = knownLabel(of: subject) { return known }
        return expected.isEmpty ? nil : expected[key].map { labels[$0] }
    }

    private func knownLabel(of subject: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let first = subject.first, firstBytes.contains(first) else { return nil }
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
    private mutating func derivedLabel(of reply: UnsafeRawBufferPointer) -> Int {
        var names = reply.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).dropLast()
        while let last = names.last, last.count >= Self.leastGenerated || last.allSatisfy({ (0x30...0x39).contains($0) }) {
            names = names.dropLast()
        }
        let label = names.reduce(into: [UInt8]()) { $0 += $1 + [UInt8(ascii: ".")] } + [UInt8(ascii: ">")]
        guard names.count > 0, label.count <= Self.longestLabel else { return 0 }
        if let known = labels.firstIndex(of: label) { return known }
        guard labels.count <= Self.labelCapacity else { return 0 }
        labels.append(label)
        return labels.count - 1
    }
}
