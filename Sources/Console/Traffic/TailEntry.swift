/// A message kept for the Tail view, in one piece of memory of its own.
struct TailEntry: Sendable, Hashable, Identifiable {
    /// The most bytes of a payload that are kept; longer ones are cut and say so.
    static let maximumPayload = 256 * 1024
    /// What an entry costs beside its bytes, counted towards the bound of the log.
    private static let overhead = 96

    /// Given by the log, ascending without gaps.
    var id = 0
    /// How many messages of its topic were received with it, itself included; 0 if they were not counted.
    var ordinal: UInt64 = 0
    /// Seconds since 1970-01-01 00:00 UTC.
    let epochSeconds: Int64
    let cluster: Int
    /// The length of the payload as it was received.
    let payloadLength: Int
    private let bytes: [UInt8]
    private let topicEnd: Int
    private let replyEnd: Int
    private let headersEnd: Int

    init(
        epochSeconds: Int64,
        cluster: Int,
        topic: some Collection<UInt8>,
        reply: (some Collection<UInt8>)? = [UInt8]?.none,
        headers: (some Collection<UInt8>)? = [UInt8]?.none,
        payload: some Collection<UInt8>
    ) {
        self.epochSeconds = epochSeconds
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
    /// Where an answer is expected; empty for nowhere.
    var reply: ArraySlice<UInt8> { bytes[topicEnd..<replyEnd] }
    /// The header block as it came; empty without one.
    var headers: ArraySlice<UInt8> { bytes[replyEnd..<headersEnd] }
    /// The payload, or the beginning of it.
    var payload: ArraySlice<UInt8> { bytes[headersEnd...] }
    /// Whether the payload was cut.
    var isCut: Bool { payload.count < payloadLength }
    /// The memory it takes, for the bound of the log.
    var size: Int { bytes.count + Self.overhead }
}
