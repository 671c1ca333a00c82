import NIOSSL

/// The hosts for which a certificate is valid: its subject alternative names (RFC 9525; the common name is ignored).
struct CertificateNames: Equatable, CustomStringConvertible {
    var hosts: [String] = []
    var addresses: [[UInt8]] = []

    /// Returns whether the certificate is valid for a host. IP addresses are compared by their bytes, and names without case. `*`
    /// matches exactly the first label.
    func match(_ host: String) -> Bool {
        if let address = IPAddress(host) { return addresses.contains(address.bytes) }
        let labels = Self.labels(host)
        guard !labels.contains("") else { return false }
        return hosts.contains { pattern in
            let pattern = Self.labels(pattern)
            // Do not accept wildcards such as "*.org", which match too many hosts.
            guard pattern.first == "*", pattern.count > 2 else { return pattern == labels }
            return pattern.count == labels.count && pattern.dropFirst() == labels.dropFirst()
        }
    }

    private static func labels(_ name: String) -> [String] {
        let name = name.hasSuffix(".") ? name.dropLast() : name[...]
        return name.lowercased().split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    }

    /// The first few names, for an error message.
    var description: String {
        let all = hosts.map { printable($0, limit: 100) } + addresses.map(Self.text)
        guard !all.isEmpty else { return "no host at all" }
        return all.prefix(4).joined(separator: ", ") + (all.count > 4 ? ", …" : "")
    }

    private static func text(_ address: [UInt8]) -> String {
        if address.count == 4 { return address.map { String($0) }.joined(separator: ".") }
        let groups = stride(from: 0, to: address.count - 1, by: 2).map { index in
            String(UInt16(address[index]) << 8 | UInt16(address[index + 1]), radix: 16)
        }
        return groups.joined(separator: ":")
    }
}

extension NIOSSLCertificate {
    /// The hosts for which the certificate is valid.
    var serverNames: CertificateNames {
        var names = CertificateNames()
        for name in _subjectAlternativeNames() {
            switch name.nameType {
            case .dnsName: names.hosts.append(String(decoding: name.contents, as: UTF8.self))
            case .ipAddress: names.addresses.append(Array(name.contents))
            default: break
            }
        }
        return names
    }
}
