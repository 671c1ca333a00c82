import Foundation

/// Several servers that form one NATS cluster, meshed by routes.
package struct NATSCluster: Sendable {
    package let name: String
    package let servers: [NATSServerProcess]

    /// The addresses that clients connect to, as `host:port` of each server.
    package var addresses: [String] { self.servers.map(\.address) }

    /// Starts a cluster. Returns when every server has a route to every other.
    ///
    /// - Parameters:
    ///   - name: The name of the cluster. Its servers are named `name-0`, `name-1`, …
    ///   - size: The number of servers.
    ///   - configuration: The common configuration. Monitoring is enabled.
    package static func start(
        name: String,
        size: Int,
        configuration: NATSServerConfiguration = NATSServerConfiguration()
    ) async throws -> NATSCluster {
        var servers: [NATSServerProcess] = []
        for index in 0..<size {
            var own = configuration
            own.name = "\(name)-\(index)"
            own.monitoring = true
            // One after the other, because each server needs the ports of those before it.
            own.cluster = NATSServerConfiguration.Cluster(name: name, routes: servers.compactMap(\.ports.route))
            servers.append(try await NATSServerProcess.start(own))
        }
        let cluster = NATSCluster(name: name, servers: servers)
        try await cluster.waitUntilMeshed()
        return cluster
    }

    /// Starts two servers whose route leads through a proxy that can cut it.
    package static func startPair(
        name: String,
        configuration: NATSServerConfiguration = NATSServerConfiguration()
    ) async throws -> (cluster: NATSCluster, route: FaultProxy) {
        func start(_ index: Int, routes: [Int]) async throws -> NATSServerProcess {
            var own = configuration
            own.name = "\(name)-\(index)"
            own.monitoring = true
            own.cluster = NATSServerConfiguration.Cluster(name: name, routes: routes)
            return try await NATSServerProcess.start(own)
        }
        let first = try await start(0, routes: [])
        let route = try await FaultProxy.start(to: first.ports.route ?? 0)
        let cluster = NATSCluster(name: name, servers: [first, try await start(1, routes: [route.port])])
        try await cluster.waitUntilMeshed()
        return (cluster, route)
    }

    /// Starts `count` clusters of `size` servers each, named `cluster-0`, `cluster-1`, …
    ///
    /// There are no routes between clusters. Deployments with a ring have this shape.
    package static func start(
        count: Int,
        size: Int,
        configuration: NATSServerConfiguration = NATSServerConfiguration()
    ) async throws -> [NATSCluster] {
        var clusters: [NATSCluster] = []
        for index in 0..<count {
            clusters.append(try await Self.start(name: "cluster-\(index)", size: size, configuration: configuration))
        }
        return clusters
    }

    /// Waits until every running server has a route to every other running server.
    package func waitUntilMeshed(within limit: Duration = .seconds(30)) async throws {
        let running = self.servers.filter(\.isRunning)
        for server in running {
            // A server does not report new routes.
            try await poll(until: "the routes of the cluster \(self.name)", within: limit, last: { server.log }) {
                try await Self.routes(of: server) >= running.count - 1
            }
        }
    }

    /// Stops all servers.
    package func stop() async {
        for server in self.servers { await server.stop() }
    }

    /// Returns the number of other servers that `server` has routes to. Newer servers keep several routes to one peer.
    private static func routes(of server: NATSServerProcess) async throws -> Int {
        struct Routes: Decodable {
            struct Route: Decodable { let remote_id: String }
            let routes: [Route]?
        }
        guard let port = server.ports.monitoring else { return 0 }
        let connection = try await TCPConnection.connect(port: port)
        try await connection.send("GET /routez HTTP/1.0\r\n\r\n")
        try await connection.waitUntilEnded()
        let response = connection.inbound.value.bytes
        await connection.close()
        guard let body = response.firstRange(of: Array("\r\n\r\n".utf8)) else { return 0 }
        let routes = try JSONDecoder().decode(Routes.self, from: Data(response[body.upperBound...]))
        return Set((routes.routes ?? []).map(\.remote_id)).count
    }
}
