import TerminalUI

/// How a topic became known.
struct TopicOrigins: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    /// One of our own subscriptions covers it.
    static let subscribed = TopicOrigins(rawValue: 1)
    /// A watch covers it.
    static let watched = TopicOrigins(rawValue: 2)
    /// We published to it.
    static let published = TopicOrigins(rawValue: 4)
    /// A server lists a subscription to it.
    static let listed = TopicOrigins(rawValue: 8)
}

/// What never changes about a topic.
final class TopicIdentity: Sendable {
    /// Unique among all topics ever seen, also when a topic was folded and came back.
    let serial: Int
    /// The topic. Compared by these, never as a `String`: canonically equivalent texts are different topics.
    let bytes: [UInt8]
    /// The topic as it is shown.
    let name: SafeText
    /// Its position on the ring.
    let hash: UInt64
    /// The cluster that owns it; of replies the one they came from.
    let owner: Int
    /// Whether it counts all replies to inboxes of one kind on one cluster, see ``ReplySubjects``.
    let isReplies: Bool
    /// Bytes of its texts.
    let textBytes: Int
    /// Whether the ring decides where it goes. Replies to an inbox (`_INBOX.…`) take the way of their request, and what
    /// begins with `$` is between a server and its clients.
    var isRouted: Bool { !isReplies && bytes.first != UInt8(ascii: "_") && bytes.first != UInt8(ascii: "$") }

    init(serial: Int, bytes: [UInt8], hash: UInt64, owner: Int, isReplies: Bool = false) {
        self.serial = serial
        self.isReplies = isReplies
        self.bytes = bytes
        self.name = SafeText(untrustedBytes: bytes, maximumBytes: 512)
        textBytes = bytes.count + name.plain.utf8.count
        self.hash = hash
        self.owner = owner
    }
}

/// What is counted of a topic. Trivial on purpose: a snapshot of 100,000 of them is one copy of plain memory.
struct TopicCounters: Sendable, Hashable {
    var messagesIn: UInt64 = 0
    var bytesIn: UInt64 = 0
    var messagesOut: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// Time of the last message in or out, in seconds since the console started; negative before the first.
    var lastMessage = -1.0
    /// One bit for each cluster it was received from; clusters from the 64th on share a bit.
    var clustersSeen: UInt64 = 0
    var origins: TopicOrigins = []
    /// The source whose messages count, see ``TrafficSources``; negative for none.
    var countingSource: Int32 = -1
    /// The sample before which nothing is known of it.
    var firstSample = 0
    /// Messages per second received, by the last sample.
    var rateIn: Float = 0
    /// Messages per second published, by the last sample.
    var rateOut: Float = 0
    /// Bytes per second in and out, by the last sample.
    var byteRate: Float = 0
    fileprivate var sampledIn: UInt64 = 0
    fileprivate var sampledOut: UInt64 = 0
    fileprivate var sampledBytes: UInt64 = 0

    /// Messages in and out.
    var messages: UInt64 { messagesIn + messagesOut }

    /// Takes in what was counted elsewhere.
    mutating func add(_ other: TopicCounters) {
        messagesIn += other.messagesIn
        bytesIn += other.bytesIn
        messagesOut += other.messagesOut
        bytesOut += other.bytesOut
        lastMessage = max(lastMessage, other.lastMessage)
        origins.formUnion(other.origins)
    }

    /// Works the rates out over the time that really passed.
    mutating func sample(elapsed: Double) {
        rateIn = Float(Double(messagesIn - sampledIn) / elapsed)
        rateOut = Float(Double(messagesOut - sampledOut) / elapsed)
        byteRate = Float(Double(bytesIn + bytesOut - sampledBytes) / elapsed)
        (sampledIn, sampledOut, sampledBytes) = (messagesIn, messagesOut, bytesIn + bytesOut)
    }
}
