/// A message of the Tail view on its way to a file, as it was received.
public struct SavedMessage: Sendable, Hashable {
    /// Seconds since 1970-01-01 00:00 UTC.
    public let epochSeconds: Int64
    /// The name of the cluster it came from.
    public let cluster: String
    /// The topic's bytes.
    public let topic: [UInt8]
    /// Where an answer is expected; nil for nowhere.
    public let reply: [UInt8]?
    /// The header block as it came; nil without one.
    public let headers: [UInt8]?
    /// The payload, or the beginning of it.
    public let payload: [UInt8]
    /// The length of the payload as it was received: more than `payload` has if it was cut.
    public let payloadLength: Int
}

extension SavedMessage {
    init(_ entry: TailEntry, clusterNames: [String]) {
        epochSeconds = entry.epochSeconds
        cluster = clusterNames.indices.contains(entry.cluster) ? clusterNames[entry.cluster] : "?"
        topic = Array(entry.topic)
        reply = entry.reply.isEmpty ? nil : Array(entry.reply)
        headers = entry.headers.isEmpty ? nil : Array(entry.headers)
        payload = Array(entry.payload)
        payloadLength = entry.payloadLength
    }
}
