/// A small TCP balancer of the demo itself. It has no health checks: it skips a node that refuses a connection.
struct OwnBalancer: DemoBalancer {
    private let clients: TCPForwarder
    private let monitors: TCPForwarder

    /// Starts listening on the ports of the cluster's balancer.
    init(_ cluster: DemoDeployment.Cluster) async throws {
        clients = try await .listen(on: cluster.balancer.port, to: cluster.nodes.map(\.port))
        monitors = try await .listen(on: cluster.balancer.monitorPort, to: cluster.nodes.map(\.monitorPort))
    }

    func lead(to cluster: DemoDeployment.Cluster?) {
        clients.lead(to: cluster?.nodes.map(\.port) ?? [])
        monitors.lead(to: cluster?.nodes.map(\.monitorPort) ?? [])
    }

    func freeze() {
        clients.freeze()
        monitors.freeze()
    }

    func thaw() {
        clients.thaw()
        monitors.thaw()
    }

    var isFrozen: Bool { clients.isFrozen }

    /// Stops listening.
    func close() async {
        await clients.close()
        await monitors.close()
    }
}
