/// The configuration of a `nats-server` for a test.
package struct NATSServerConfiguration: Sendable {
    /// The clients that the server accepts.
    package enum Authorization: Sendable {
        case anyone
        case user(String, password: String)
        case token(String)
        /// The owner of the NKEY with this public key.
        case nkey(String)
    }

    /// How the server encrypts connections of clients.
    package struct TLS: Sendable {
        package var certificate: TestAuthority.Certificate
        /// The PEM file of the authority for client certificates. Nil does not require a client certificate.
        package var clientAuthority: String?
        /// Whether the client's certificate is its login (`verify_and_map`). Requires ``clientAuthority``.
        package var mapsClients = false
        /// Whether the server waits for the handshake before it sends INFO, as in its configuration: `true`, `"300ms"`,
        /// `"auto"`. Nil omits the setting, as required by servers before 2.10.4.
        package var handshakeFirst: String?

        package init(
            certificate: TestAuthority.Certificate,
            clientAuthority: String? = nil,
            handshakeFirst: String? = nil
        ) {
            self.certificate = certificate
            self.clientAuthority = clientAuthority
            self.handshakeFirst = handshakeFirst
        }
    }

    /// The cluster that a server belongs to.
    package struct Cluster: Sendable {
        package var name: String
        /// The route ports of servers on this machine to connect to. The server learns the others from them.
        package var routes: [Int]
        /// The port on this machine that the other members are told to connect to, if it is not the server's own.
        package var advertise: Int?

        package init(name: String, routes: [Int] = []) {
            self.name = name
            self.routes = routes
        }
    }

    /// The address that clients connect to.
    package var host = "127.0.0.1"
    /// The server's name. Nil leaves the choice to the server.
    package var name: String?
    package var authorization: Authorization
    package var tls: TLS?
    package var cluster: Cluster?
    /// Whether the HTTP monitoring is enabled.
    package var monitoring: Bool
    /// Additional configuration, for example `max_payload: 1024` or an `accounts { … }` block.
    package var extra: String

    package init(
        name: String? = nil,
        authorization: Authorization = .anyone,
        tls: TLS? = nil,
        cluster: Cluster? = nil,
        monitoring: Bool = false,
        extra: String = ""
    ) {
        self.name = name
        self.authorization = authorization
        self.tls = tls
        self.cluster = cluster
        self.monitoring = monitoring
        self.extra = extra
    }

    /// Returns the configuration file.
    ///
    /// Without `ports`, the kernel chooses the ports (-1), except for routes: the other members keep connecting to the
    /// route port of a stopped server, so no other program may receive it.
    ///
    /// - Parameter routePort: The current port for routes, for a server that reloads its configuration.
    func text(ports: NATSServerProcess.Ports?, routePort: Int? = nil, directory: String) -> String {
        var lines = [
            "listen: \"\(host):\(ports?.client ?? -1)\"",
            "ports_file_dir: \(Self.quoted(directory))",
            "log_file: \(Self.quoted("\(directory)/server.log"))",
            "debug: true",
        ]
        if let name { lines.append("server_name: \(Self.quoted(name))") }
        if self.monitoring { lines.append("http: \"127.0.0.1:\(ports?.monitoring ?? -1)\"") }
        // The time limit for CONNECT. The default of two seconds is too short on a busy machine.
        switch self.authorization {
        case .anyone: break
        case .user(let user, let password):
            lines.append("authorization { user: \(Self.quoted(user)), password: \(Self.quoted(password)), timeout: 20 }")
        case .token(let token):
            lines.append("authorization { token: \(Self.quoted(token)), timeout: 20 }")
        case .nkey(let publicKey):
            lines.append("authorization { users: [ { nkey: \(publicKey) } ], timeout: 20 }")
        }
        if let tls {
            lines.append(
                """
                tls {
                    cert_file: \(Self.quoted(tls.certificate.certificateFile))
                    key_file: \(Self.quoted(tls.certificate.keyFile))
                    timeout: 10
                    \(tls.clientAuthority.map { "ca_file: \(Self.quoted($0))\n    \(tls.mapsClients ? "verify_and_map" : "verify"): true" } ?? "")
                    \(tls.handshakeFirst.map { "handshake_first: \($0)" } ?? "")
                }
                """
            )
        }
        if let cluster {
            let routes = cluster.routes.map { "\"nats://127.0.0.1:\($0)\"" }.joined(separator: ", ")
            lines.append(
                """
                cluster {
                    name: \(Self.quoted(cluster.name))
                    listen: "127.0.0.1:\(ports?.route ?? routePort ?? TestPorts.next())"
                    routes: [\(routes)]
                    \(cluster.advertise.map { "advertise: \"127.0.0.1:\($0)\"" } ?? "")
                }
                """
            )
        }
        lines.append(self.extra)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for character in text {
            if character == "\"" || character == "\\" { quoted.append("\\") }
            quoted.append(character)
        }
        return quoted + "\""
    }
}
