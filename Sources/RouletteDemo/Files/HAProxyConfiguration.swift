extension DemoDeployment.Cluster {
    /// The names of HAProxy's backends.
    enum Backend: String, CaseIterable {
        case nodes, monitoring
    }

    /// The configuration of HAProxy in front of this cluster. It is complete, so that `haproxy -C DIRECTORY -f FILE` starts the
    /// balancer again by hand.
    ///
    /// With a small limit of open files, HAProxy accepts fewer connections; with strict limits it would not start.
    ///
    /// A dead node is found within a second: `/healthz` is requested every half second, and two failures remove a node.
    var haProxyConfiguration: String {
        let servers = nodes.map { "    server \($0.name) \($0.address) check port \($0.monitorPort)" }
        let monitors = nodes.map {
            "    server \($0.name) 127.0.0.1:\($0.monitorPort) track \(Backend.nodes.rawValue)/\($0.name)"
        }
        return """
            # Written by `roulette demo`. To start this balancer again: haproxy -C DIRECTORY -f FILE
            global
                stats socket unix@\(balancer.process.socketName) mode 600 level admin
                maxconn 1000
                no strict-limits
            defaults
                mode tcp
                timeout connect 1s
                timeout check 1s
                timeout client 1h
                timeout server 1h
                timeout http-request 5s
                retries 3
                option redispatch 1
            frontend clients
                bind \(balancer.address)
                default_backend \(Backend.nodes.rawValue)
            backend \(Backend.nodes.rawValue)
                balance roundrobin
                option httpchk GET /healthz
                http-check expect status 200
                default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions
            \(servers.joined(separator: "\n"))
            frontend monitors
                mode http
                bind 127.0.0.1:\(balancer.monitorPort)
                default_backend \(Backend.monitoring.rawValue)
            backend \(Backend.monitoring.rawValue)
                mode http
                balance roundrobin
                timeout server 5s
                default-server on-marked-down shutdown-sessions
            \(monitors.joined(separator: "\n"))

            """
    }
}
