import NIOCore

extension NATSClientConfiguration {
    /// Whether and how a connection is encrypted.
    ///
    /// Files of certificates and keys are read for every attempt, so that rotated ones are used. The server's certificate is
    /// verified against the configured host or ``serverName``, never against a name that the server announces.
    public struct TLS: Sendable, Hashable {
        /// When the connection is encrypted. The raw values are the values of `tls` in a configuration.
        public enum Mode: String, Sendable, Hashable, CaseIterable {
            /// When the server requires it in its INFO. An attacker on the network can remove that field: use ``required`` unless
            /// you control the network.
            case automatic = "auto"
            /// Always, after the INFO. The client sends nothing to a server that does not offer TLS.
            case required
            /// Always, from the first byte: `handshake_first` of nats-server 2.10.4 and later, or a load balancer that terminates
            /// TLS. The TLS fields of INFO are ignored.
            case first
            /// Never. Connecting to a server that requires TLS fails.
            case disabled = "off"
        }

        /// The authorities that are trusted to sign a server's certificate.
        public enum TrustRoots: Sendable, Hashable {
            /// The authorities the operating system trusts.
            case system
            /// The authorities in a PEM file, and no others.
            case file(String)
            /// The authorities in PEM text, and no others.
            case pem([UInt8])
        }

        /// The client's certificate, for servers that ask for one (mutual TLS).
        public struct ClientCertificate: Sendable, Hashable {
            /// A PEM file with the certificate, followed by the intermediate certificates.
            public var chainFile: String
            /// A PEM file with the unencrypted private key, not readable by others (`chmod 600`).
            public var keyFile: String

            /// Creates a client certificate from its files.
            public init(chainFile: String, keyFile: String) {
                self.chainFile = chainFile
                self.keyFile = keyFile
            }
        }

        /// How the server's certificate is verified.
        public enum Verification: Sendable, Hashable {
            /// It must be signed by a trusted authority, currently valid, and issued for the host.
            case full
            /// Not at all: any server is accepted. Use it only for tests.
            case none
        }

        /// When the connection is encrypted.
        public var mode = Mode.automatic
        /// The authorities that are trusted to sign a server's certificate.
        public var trustRoots = TrustRoots.system
        /// The client's certificate, if the server asks for one.
        public var clientCertificate: ClientCertificate?
        /// The name that is expected in the server's certificate and sent as SNI, instead of the host. Not an IP address.
        public var serverName: String?
        /// How the server's certificate is verified.
        public var verification = Verification.full

        /// Creates the default settings: encrypted and fully verified if the server asks for TLS.
        public init(mode: Mode = .automatic) {
            self.mode = mode
        }

        func validate() throws(NATSError) {
            func require(_ condition: Bool, _ message: String) throws(NATSError) {
                if !condition { throw NATSError(.configuration, message) }
            }
            if let serverName {
                try require(!serverName.isEmpty, "the TLS server name is empty, leave tls_server_name out to use the host")
                try require(
                    serverName.utf8.count <= 253 && serverName.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F },
                    "tls_server_name is not a host name"
                )
                try require(
                    IPAddress(serverName) == nil,
                    "tls_server_name \(serverName) is an IP address, use it as the host instead"
                )
            }
            if let clientCertificate {
                try require(!clientCertificate.chainFile.isEmpty, "a client certificate needs the file of its chain")
                try require(!clientCertificate.keyFile.isEmpty, "a client certificate needs the file of its key")
            }
            switch trustRoots {
            case .system: break
            case .file(let path): try require(!path.isEmpty, "the path of the trusted authorities is empty")
            case .pem(let bytes): try require(!bytes.isEmpty, "the PEM text of the trusted authorities is empty")
            }
        }
    }
}

/// The encryption of an established connection.
public struct TLSStatus: Sendable, Hashable {
    /// The TLS version, such as `TLS 1.3`.
    public let version: String
    /// Whether the server's certificate was verified.
    public let isVerified: Bool
}

/// The bytes of an IP address: 4 or 16.
struct IPAddress: Hashable {
    let bytes: [UInt8]

    /// Parses an IPv4 or IPv6 address. The zone of an IPv6 address (`fe80::1%eth0`) is ignored.
    init?(_ text: String) {
        let hasColon = text.utf8.contains(UInt8(ascii: ":"))
        let address = hasColon ? String(text.prefix { $0 != "%" }) : text
        switch try? SocketAddress(ipAddress: address, port: 0) {
        case .v4(let address):
            var value = address.address.sin_addr
            bytes = withUnsafeBytes(of: &value) { Array($0) }
        case .v6(let address):
            var value = address.address.sin6_addr
            bytes = withUnsafeBytes(of: &value) { Array($0) }
        case .unixDomainSocket, nil:
            return nil
        }
    }
}
