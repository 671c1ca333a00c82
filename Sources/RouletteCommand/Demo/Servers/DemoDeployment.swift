/// The servers of a demo, with their ports and files.
struct DemoDeployment: Equatable, Codable {
    /// One NATS server.
    struct Node: Equatable, Codable {
        /// The server's name.
        let name: String
        /// The demo's directory, where the server has its files.
        let directory: String
        /// The port for clients.
        let port: Int
        /// The port of the HTTP monitoring.
        let monitorPort: Int
        /// The port for the other servers of its cluster.
        let routePort: Int

        var address: String { "127.0.0.1:\(port)" }
        var monitor: String { "http://127.0.0.1:\(monitorPort)" }
        /// Stands in the command line of the server's process, and names the process as ours by that.
        var configurationFile: String { "\(directory)/\(name).conf" }
        var pidFile: String { "\(directory)/\(name).pid" }
        var logFile: String { "\(directory)/\(name).log" }
    }

    /// One cluster of servers.
    struct Cluster: Equatable, Codable {
        let name: String
        let nodes: [Node]
    }

    /// The private directory of this demo.
    let directory: String
    /// The clusters in ring order.
    let clusters: [Cluster]
    /// What clients and servers of this demo log in with. It is in files that only this user can read, and in no command
    /// line.
    let token: String

    /// All servers.
    var nodes: [Node] { clusters.flatMap(\.nodes) }
    /// The profile of the demo, as a configuration for `--config`.
    var profileFile: String { "\(directory)/roulette.toml" }
}

// MARK: - Files

extension DemoDeployment.Cluster {
    /// What the server reads. It is complete, so that `nats-server -c FILE` brings the node back by hand.
    ///
    /// Every user of the machine can connect to its ports: clients and the other nodes have to know the token. The
    /// monitoring, which only tells, has no login.
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

    /// A text of the server's configuration format, which takes the escapes of C.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}

extension DemoDeployment {
    /// The demo as a profile, each cluster at its first node.
    ///
    /// A second profile shows the same clusters as production would look, for `:profile`.
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
