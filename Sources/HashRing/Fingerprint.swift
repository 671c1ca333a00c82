import Crypto

/// Computes ``HashRing/fingerprint``, whose documentation specifies the encoding.
enum Fingerprint {
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
        return encoder.finish().prefix(4).map(hexadecimal).joined()
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 0x10 ? "0" : "") + String(byte, radix: 16)
    }
}

/// SHA-256 over netstrings: each text is preceded by its length, so no two lists of texts encode alike.
private struct NetstringDigest {
    private var sha256 = SHA256()

    mutating func append(_ text: String) {
        let netstring = Array("\(text.utf8.count):\(text),".utf8)
        netstring.withUnsafeBytes { self.sha256.update(bufferPointer: $0) }
    }

    func finish() -> [UInt8] {
        Array(self.sha256.finalize())
    }
}
