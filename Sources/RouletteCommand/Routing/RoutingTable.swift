import ConsistentHashing
import NATSWire
import TerminalUI
import TextCoding

/// A topic that cannot be published to.
struct InvalidTopicError: Error {
    /// The reason why the topic is invalid. It may quote the topic.
    let reason: String
}

/// A ring with the names of its clusters for output.
struct RoutingTable {
    let ring: HashRing
    /// The names of the clusters, by position.
    let labels: [String]

    /// The owner of a topic.
    struct Answer {
        let topic: [UInt8]
        let lookup: HashRing.Lookup
        let cluster: String
        let address: String?
        let successors: [String]
    }

    /// Looks up a topic.
    /// - Throws: ``InvalidTopicError`` for an invalid topic and for a pattern, which has no single owner.
    func answer(_ topic: [UInt8]) throws(InvalidTopicError) -> Answer {
        do {
            _ = try Subject(bytes: topic)
        } catch {
            throw InvalidTopicError(reason: error.description)
        }
        let lookup = topic.withUnsafeBytes { ring.lookup(ofBytes: $0) }
        let successors = topic.withUnsafeBytes { ring.successors(ofBytes: $0, count: labels.count) }
        return Answer(
            topic: topic,
            lookup: lookup,
            cluster: labels[lookup.index],
            address: ring.nodes[lookup.index].address,
            successors: successors.map { labels[$0] }
        )
    }

    /// The answer in columns. The topic is the last column, since the widths of later topics are unknown.
    func row(_ answer: Answer) -> SafeText {
        [
            Self.padded(SafeText(number: answer.lookup.hash), to: 20),
            Self.padded(SafeText(untrusted: answer.cluster), to: width(labels)),
            Self.padded(SafeText(untrusted: answer.address ?? "-"), to: width(ring.nodes.map { $0.address ?? "-" })),
            SafeText(untrustedBytes: answer.topic),
        ].joined(separator: "  ")
    }

    private func width(_ column: [String]) -> Int {
        column.map { SafeText(untrusted: $0).width }.max() ?? 0
    }

    private static func padded(_ text: SafeText, to width: Int) -> SafeText {
        text + SafeText(repeating: " ", count: width - text.width)
    }
}

extension RoutingTable.Answer {
    /// The answer with the keys of `route --json`.
    var json: JSONObject {
        var object: JSONObject = [:]
        object.append("topic", textOrBase64: topic)
        object.append("index", .number(lookup.index))
        object.append("cluster", .string(cluster))
        object.append("address", .string(address))
        object.append("hash", .string(String(lookup.hash)))
        object.append("successors", .array(successors.map { .string($0) }))
        return object
    }
}
