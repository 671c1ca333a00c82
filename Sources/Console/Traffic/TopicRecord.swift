import TerminalUI

/// The ways in which a topic became known.
struct TopicOrigins: OptionSet, Sendable, Hashable {
    let rawValue: UInt8

    /// A subscription of the console covers it.
    static let subscribed = TopicOrigins(rawValue: 1)
    /// A watch covers it.
    static let watched = TopicOrigins(rawValue: 2)
    /// The console published to it.
    static let published = TopicOrigins(rawValue: 4)
    /// A server lists a subscription to it.
    static let listed = TopicOrigins(rawValue: 8)
}

/// The constant properties of a topic.
final class TopicIdentity: Sendable {
    /// A unique number. A topic that was folded and comes back has a new number.
    let serial: Int
    /// The bytes of the topic. Topics are compared by bytes and not as `String`, because canonically equivalent strings are
    /// different topics.
    let bytes: [UInt8]
    /// The topic as safe text.
    let name: SafeText
    /// The position of the topic on the ring.
    let hash: UInt64
    /// The cluster that owns the topic. For replies, the cluster that they were received from.
    let owner: Int
    /// Whether the row counts the replies to inboxes or the system subjects of one kind on one cluster, see ``ReplySubjects``.
    let isReplies: Bool
    /// The size of the texts in bytes.
    let textBytes: Int
    /// Whether the ring routes the topic. Replies to an inbox (`_INBOX.…`) use the connection of their request, and subjects that
    /// begin with `$` belong to a server and its clients.
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

/// The counts of a topic. A trivial type, so that a snapshot of 100,000 topics is one copy of memory.
struct TopicCounters: Sendable, Hashable {
    var messagesIn: UInt64 = 0
    var bytesIn: UInt64 = 0
    var messagesOut: UInt64 = 0
    var bytesOut: UInt64 = 0
    /// The time of the last message in or out, in seconds since the console started; negative before the first message.
    var lastMessage = -1.0
    /// The clusters that messages were received from.
    var clustersSeen = ClusterBits()
    var origins: TopicOrigins = []
    /// The source that counts the topic, see ``TrafficSources``; negative if there is none.
    var countingSource: Int32 = -1
    /// The first sample of the topic.
    var firstSample = 0
    /// The received messages per second at the last sample.
    var rateIn: Float = 0
    /// The published messages per second at the last sample.
    var rateOut: Float = 0
    /// The bytes per second in and out at the last sample.
    var byteRate: Float = 0
    fileprivate var sampledIn: UInt64 = 0
    fileprivate var sampledOut: UInt64 = 0
    fileprivate var sampledBytes: UInt64 = 0

    /// Messages in and out.
    var messages: UInt64 { messagesIn + messagesOut }

    /// Adds the counts of another row.
    mutating func add(_ other: TopicCounters) {
        messagesIn += other.messagesIn
        bytesIn += other.bytesIn
        messagesOut += other.messagesOut
        bytesOut += other.bytesOut
        lastMessage = max(lastMessage, other.lastMessage)
        origins.formUnion(other.origins)
        clustersSeen.formUnion(other.clustersSeen)
    }

    /// Computes the rates over the measured time.
    mutating func sample(elapsed: Double) {
        rateIn = Float(Double(messagesIn - sampledIn) / elapsed)
        rateOut = Float(Double(messagesOut - sampledOut) / elapsed)
        byteRate = Float(Double(bytesIn + bytesOut - sampledBytes) / elapsed)
        (sampledIn, sampledOut, sampledBytes) = (messagesIn, messagesOut, bytesIn + bytesOut)
    }
}

/// How a received message was counted.
struct CountedMessage: Sendable {
    /// The number of counted messages of the topic, including this one.
    let ordinal: UInt64
    /// The row of the topic; nil for a reply or a system message.
    let row: Int?
}
