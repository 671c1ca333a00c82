extension DemoDeployment.Cluster {
    /// Returns the server's configuration. It is complete, so that `nats-server -c FILE` starts the node again by hand.
    ///
    /// Every user of the machine can connect to the ports, so clients and other nodes must log in. The monitoring is read-only
    /// and has no login.
    ///
    /// Each pair of nodes has one route, through a forwarder that can cut it. A node must not find another way to a node: a server
    /// tells its peers the address of each new route, so the address that it tells refuses connections.
    ///
    /// - Parameter hasRoutePools: Whether the server has pools of routes, as since version 2.10. They are turned off.
    func configuration(of node: DemoDeployment.Node, passwords: DemoPasswords, hasRoutePools: Bool) -> String {
        let login = "\(DemoPasswords.user):\(passwords.client)"
        let routes = links.filter { $0.source == node.name }.map { "\"nats-route://\(login)@127.0.0.1:\($0.port)\"" }
        return """
            # Written by `roulette demo`. To start this node again: nats-server -c FILE
            server_name: \(Self.quoted(node.name))
            listen: "127.0.0.1:\(node.port)"
            http: "127.0.0.1:\(node.monitorPort)"
            pid_file: \(Self.quoted(node.process.pidFile))
            log_file: \(Self.quoted(node.logFile))
            logfile_size_limit: 8388608
            lame_duck_duration: "30s"
            lame_duck_grace_period: "2s"
            accounts {
                shop { users: [{ user: \(DemoPasswords.user), password: "\(passwords.client)" }] }
                "$SYS" { users: [{ user: \(DemoPasswords.systemUser), password: "\(passwords.system)" }] }
            }
            cluster {
                name: \(Self.quoted(name))
                listen: "127.0.0.1:\(node.routePort)"
                advertise: "127.0.0.1:1"
                authorization { user: \(DemoPasswords.user), password: "\(passwords.client)" }
                routes: [\(routes.joined(separator: ", "))]\(hasRoutePools ? "\n    pool_size: -1" : "")
            }

            """
    }

    /// Quotes a string for the server's configuration, which uses the escapes of C.
    private static func quoted(_ text: String) -> String {
        "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
    }
}
