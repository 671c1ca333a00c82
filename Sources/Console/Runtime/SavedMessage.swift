/// A received message of the Tail view, to be written to a file.
public struct SavedMessage: Sendable, Hashable {
    /// When it was received, in milliseconds since 1970-01-01 00:00 UTC.
    public let epochMilliseconds: Int64
    /// The name of the cluster that it was received from.
    public let cluster: String
    /// The bytes of the topic.
    public let topic: [UInt8]
    /// The reply subject; nil if there is none.
    public let reply: [UInt8]?
    /// The header block as it was received; nil if there is none.
    public let headers: [UInt8]?
    /// The payload, or its beginning if it was cut.
    public let payload: [UInt8]
    /// The length of the received payload. It is greater than the size of `payload` if the payload was cut.
    public let payloadLength: Int
}

extension SavedMessage {
    init(_ entry: TailEntry, clusterNames: [String]) {
        epochMilliseconds = entry.epochMilliseconds
        cluster = clusterNames.indices.contains(entry.cluster) ? clusterNames[entry.cluster] : "?"
        topic = Array(entry.topic)
        reply = entry.reply.isEmpty ? nil : Array(entry.reply)
        headers = entry.headers.isEmpty ? nil : Array(entry.headers)
        payload = Array(entry.payload)
        payloadLength = entry.payloadLength
    }
}
