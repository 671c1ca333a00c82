import Crypto
import TextCoding

/// Computes ``HashRing/fingerprint``, whose documentation specifies the encoding.
enum Fingerprint {
    /// - Parameter identities: The texts to hash instead of the addresses, in the order of the nodes.
    static func of(nodes: [HashRing.Node], naming: HashRing.Naming, identities: [String]) -> String? {
        guard naming == .index, identities.count == nodes.count else { return nil }
        var encoder = NetstringDigest()
        encoder.append("roulette-ring-2")
        encoder.append(naming.rawValue)
        encoder.append(String(HashRing.replicas))
        for (node, identity) in zip(nodes, identities) {
            encoder.append(node.name)
            encoder.append(identity)
        }
        return encoder.text()
    }

    static func of(nodes: [HashRing.Node], naming: HashRing.Naming, precedence: [Int]) -> String {
        var encoder = NetstringDigest()
        encoder.append("roulette-ring-1")
        encoder.append(naming.rawValue)
        encoder.append(String(HashRing.replicas))
        switch naming {
        case .index:
            for node in nodes {
                encoder.append(node.name)
                encoder.append(node.address ?? "")
            }
        case .name:
            for node in precedence { encoder.append(nodes[node].name) }
        }
        return encoder.text()
    }
}

/// SHA-256 over netstrings. Each text is preceded by its length, so different lists of texts always have different encodings.
private struct NetstringDigest {
    private var sha256 = SHA256()

    mutating func append(_ text: String) {
        let netstring = Array("\(text.utf8.count):\(text),".utf8)
        netstring.withUnsafeBytes { sha256.update(bufferPointer: $0) }
    }

    /// The first four bytes of the digest, in hexadecimal.
    func text() -> String {
        sha256.finalize().prefix(4).map { hexadecimal($0, digits: 2, uppercase: false) }.joined()
    }
}
