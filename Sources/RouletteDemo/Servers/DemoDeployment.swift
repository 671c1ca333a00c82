/// The servers of a demo, with their ports and files.
package struct DemoDeployment: Equatable, Codable, Sendable {
    /// One NATS server.
    package struct Node: Equatable, Codable, Sendable {
        /// The server's name.
        package let name: String
        /// The demo's directory, which holds the server's files.
        let directory: String
        /// The port for clients.
        let port: Int
        /// The port of the HTTP monitoring.
        let monitorPort: Int
        /// The port for the other servers of its cluster.
        let routePort: Int

        /// The address for clients.
        package var address: String { "127.0.0.1:\(port)" }
        /// The URL of the HTTP monitoring.
        package var monitor: String { "http://127.0.0.1:\(monitorPort)" }
        /// The server's configuration. Its path is an argument of the server's process, which identifies the process as the
        /// demo's.
        package var configurationFile: String { "\(directory)/\(name).conf" }
        /// The file that the server writes its process id to.
        var pidFile: String { "\(directory)/\(name).pid" }
        /// The server's log.
        var logFile: String { "\(directory)/\(name).log" }
    }

    /// One cluster of servers.
    package struct Cluster: Equatable, Codable, Sendable {
        /// The cluster's name.
        package let name: String
        /// Its servers.
        package let nodes: [Node]
    }

    /// The private directory of this demo.
    package let directory: String
    /// The clusters in ring order.
    package let clusters: [Cluster]
    /// The token that clients and servers of this demo log in with. It is in files that only this user can read, and on no
    /// command line.
    let token: String

    /// All servers.
    var nodes: [Node] { clusters.flatMap(\.nodes) }
    /// The profile of the demo, as a configuration for `--config`.
    package var profileFile: String { "\(directory)/roulette.toml" }
}

// MARK: - Files

extension DemoDeployment.Cluster {
    /// Returns the server's configuration. It is complete, so that `nats-server -c FILE` starts the node again by hand.
    ///
    /// Every user of the machine can connect to the ports, so clients and other nodes must present the token. The monitoring
    /// is read-only and has no login.
    func configuration(of node: DemoDeployment.Node, token: String) -> String {
        let routes = nodes.filter { $0 != node }.map { "\"nats-route://demo:\(token)@127.0.0.1:\($0.routePort)\"" }
        return """
            # Written by `roulette demo`. To start this node again: nats-server -c FILE
            server_name: \(Self.quoted(node.name))
            listen: "127.0.0.1:\(node.port)"
            http: "127.0.0.1:\(node.monitorPort)"
            pid_file: \(Self.quoted(node.pidFile))
            log_file: \(Self.quoted(node.logFile))
            logfile_size_limit: 8388608
            authorization { token: "\(token)" }
            cluster {
                name: \(Self.quoted(name))
                listen: "127.0.0.1:\(node.routePort)"
                authorization { user: demo, password: "\(token)" }
                routes: [\(routes.joined(separator: ", "))]
            }

            """
    }

    /// Quotes a string for the server's configuration, which uses the escapes of C.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

extension DemoDeployment {
    /// The configuration file with the profiles of the demo. They connect to the first node of each cluster.
    ///
    /// A second profile marks the same clusters as production, for `:profile`.
    var profile: String {
        """
        # Written by `roulette demo`.
        default_profile = "demo"

        """ + profile(named: "demo", environment: "dev") + profile(named: "demo-prod", environment: "prod")
    }

    private func profile(named name: String, environment: String) -> String {
        let servers = clusters.compactMap { cluster in
            cluster.nodes.first.map { node in
                """

                [[profiles.\(name).servers]]
                name = "\(cluster.name)"
                host = "127.0.0.1"
                port = \(node.port)
                monitor = "\(node.monitor)"

                """
            }
        }
        return """

            [profiles.\(name)]
            environment = "\(environment)"
            token = "\(token)"
            pool_size = 2
            ping_interval = "2s"
            max_backoff = "1s"
            subscription_restart = "permanent"
            watch = [">"]

            """ + servers.joined()
    }
}
