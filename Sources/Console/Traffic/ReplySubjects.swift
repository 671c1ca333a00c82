import DequeModule

/// Tells the replies to requests from topics.
///
/// Every request has an answer address of its own, an inbox. As topics they would fill the table within minutes and push the real
/// ones out of it, so all that go to inboxes of one kind are counted together, cluster by cluster.
///
/// An inbox is what begins as inboxes do (`_INBOX.`, the configured prefix of our own requests, the acknowledgements of
/// JetStream), and what a message that was seen named as the place for its answer. A place that several messages name is a
/// topic like any other: a service listens there.
struct ReplySubjects: Sendable {
    /// How many answers are waited for at most: enough for a second of many requests, in some 3 MB.
    static let memory = 65_536
    /// How many places that several messages name are remembered.
    private static let fixedMemory = 10_000
    /// The most kinds of inboxes that are told apart, beside those that are known by how they begin.
    private static let labelCapacity = 16
    /// The longest name of a kind.
    private static let longestLabel = 128
    /// Names at the end of an inbox that are at least so long were made up for one client or one request.
    private static let leastGenerated = 16
    /// The kind of all that are not told apart.
    private static let otherLabel = Array("replies".utf8)

    /// How inboxes begin, each with its kind.
    private let prefixes: [(start: [UInt8], label: [UInt8])]
    /// Where answers are expected, by hashes of the subjects, with the kind of each.
    private var expected: [UInt64: Int] = [:]
    /// The same in the order they came, the oldest first. Some may not be expected any more.
    private var order = Deque<UInt64>()
    /// Places that several messages named.
    private var fixed: Set<UInt64> = []
    private var labels: [[UInt8]]

    /// - Parameter ownPrefix: What the inboxes of our own requests begin with.
    init(ownPrefix: String) {
        var starts = ["_INBOX", "$JS.ACK"]
        if !starts.contains(ownPrefix), !ownPrefix.isEmpty { starts.append(ownPrefix) }
        prefixes = starts.map { (Array(($0 + ".").utf8), Array(($0 + ".>").utf8)) }
        labels = [Self.otherLabel]
    }

    /// The kind of inboxes that a subject belongs to; nil for a topic.
    func label(of subject: UnsafeRawBufferPointer, key: UInt64) -> [UInt8]? {
        if let known = knownLabel(of: subject) { return known }
        return expected.isEmpty ? nil : expected[key].map { labels[$0] }
    }

    private func knownLabel(of subject: UnsafeRawBufferPointer) -> [UInt8]? {
        prefixes.first { subject.count > $0.start.count && subject.starts(with: $0.start) }?.label
    }

    /// A message named the place for its answer.
    /// - Returns: The kind of inboxes that the place belongs to, if that was not known before.
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

    /// The beginning of an inbox, without what was made up for one client or one request.
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
