import NIOCore

extension NATSClientConfiguration {
    /// Whether and how a connection is encrypted.
    ///
    /// Certificates and keys are files that are read again for every attempt, so that rotated ones are used.
    /// The server's certificate is verified against the host the user configured, or ``serverName``, and never against
    /// a name that the server gives itself.
    public struct TLS: Sendable, Hashable {
        /// When the connection is encrypted.
        public enum Mode: Sendable, Hashable, CaseIterable {
            /// When the server asks for it in its INFO. Somebody in between can take that line away: use ``required``
            /// wherever the network is not your own.
            case automatic
            /// Always, after the INFO. A server that does not offer TLS gets no byte from the client.
            case required
            /// Always, from the first byte: `handshake_first` of nats-server 2.10.4 and later, or a load balancer that
            /// terminates TLS. What INFO says of TLS is ignored.
            case first
            /// Never. A server that requires TLS is an error.
            case disabled
        }

        /// Whose signature makes a server's certificate acceptable.
        public enum TrustRoots: Sendable, Hashable {
            /// The authorities the operating system trusts.
            case system
            /// The authorities in a PEM file, and no others.
            case file(String)
            /// The authorities in PEM text, and no others.
            case pem([UInt8])
        }

        /// What the client proves its identity with, where a server asks for a certificate (mutual TLS).
        public struct ClientCertificate: Sendable, Hashable {
            /// A PEM file with the certificate, followed by those between it and the authority.
            public var chainFile: String
            /// A PEM file with the private key, not encrypted, that others cannot read (`chmod 600`).
            public var keyFile: String

            /// Names the files.
            public init(chainFile: String, keyFile: String) {
                self.chainFile = chainFile
                self.keyFile = keyFile
            }
        }

        /// What is demanded of the server's certificate.
        public enum Verification: Sendable, Hashable {
            /// Signed by a trusted authority, valid today, and made out to the host.
            case full
            /// Nothing: whoever answers is believed. Only for a test machine.
            case none
        }

        /// When the connection is encrypted.
        public var mode = Mode.automatic
        /// Whose signature makes a server's certificate acceptable.
        public var trustRoots = TrustRoots.system
        /// What the client proves its identity with, if a server asks.
        public var clientCertificate: ClientCertificate?
        /// The name to demand of the server's certificate, and to ask for (SNI), in place of the host. Not an IP address.
        public var serverName: String?
        /// What is demanded of the server's certificate.
        public var verification = Verification.full

        /// The defaults: encrypted when the server asks for it, and then fully verified.
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

/// What is known of the encryption of a connection that is up.
public struct TLSStatus: Sendable, Hashable {
    /// The version of the protocol, such as `TLS 1.3`.
    public let version: String
    /// Whether the server's certificate was verified.
    public let isVerified: Bool
}

/// The bytes of an IP address: 4 or 16.
struct IPAddress: Hashable {
    let bytes: [UInt8]

    /// Reads an IPv4 or IPv6 address; an IPv6 address may have a zone (`fe80::1%eth0`), which is no part of it.
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
