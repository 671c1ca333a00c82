/// A message of the Tail view. All its bytes are in one allocation.
struct TailEntry: Sendable, Hashable, Identifiable {
    /// The maximum number of payload bytes to keep. A longer payload is cut.
    static let maximumPayload = 256 * 1024
    /// The memory of an entry without its bytes, which counts towards the limit of the log.
    private static let overhead = 96

    /// A number assigned by the log, ascending without gaps.
    var id = 0
    /// The number of messages of the topic up to and including this one; 0 if they were not counted.
    var ordinal: UInt64 = 0
    /// The row of the topic when it was counted; nil if it was not counted as a topic. The table may have moved it since.
    var row: Int?
    /// When the message was received, in milliseconds since 1970-01-01 00:00 UTC.
    let epochMilliseconds: Int64
    let cluster: Int
    /// The length of the received payload.
    let payloadLength: Int
    private let bytes: [UInt8]
    private let topicEnd: Int
    private let replyEnd: Int
    private let headersEnd: Int

    init(
        epochSeconds: Int64,
        milliseconds: Int64 = 0,
        cluster: Int,
        topic: some Collection<UInt8>,
        reply: (some Collection<UInt8>)? = [UInt8]?.none,
        headers: (some Collection<UInt8>)? = [UInt8]?.none,
        payload: some Collection<UInt8>
    ) {
        epochMilliseconds = epochSeconds * 1000 + milliseconds
        self.cluster = cluster
        payloadLength = payload.count
        var bytes: [UInt8] = []
        let kept = min(payload.count, Self.maximumPayload)
        bytes.reserveCapacity(topic.count + (reply?.count ?? 0) + (headers?.count ?? 0) + kept)
        bytes += topic
        topicEnd = bytes.count
        if let reply { bytes += reply }
        replyEnd = bytes.count
        if let headers { bytes += headers }
        headersEnd = bytes.count
        bytes += payload.prefix(kept)
        self.bytes = bytes
    }

    var topic: ArraySlice<UInt8> { bytes[..<topicEnd] }
    /// The reply subject; empty if there is none.
    var reply: ArraySlice<UInt8> { bytes[topicEnd..<replyEnd] }
    /// The header block as it was received; empty if there is none.
    var headers: ArraySlice<UInt8> { bytes[replyEnd..<headersEnd] }
    /// The payload, or its beginning if it was cut.
    var payload: ArraySlice<UInt8> { bytes[headersEnd...] }
    /// Whether the payload was cut.
    var isCut: Bool { payload.count < payloadLength }
    /// The memory of the entry, for the limit of the log.
    var size: Int { bytes.count + Self.overhead }
}
