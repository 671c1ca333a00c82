import Roulette
import TestSupport

/// Clusters of several real servers, each behind a real HAProxy, like deployments in production.
struct BalancedDeployment: Sendable {
    let clusters: [NATSCluster]
    let balancers: [HAProxyProcess]

    /// A configuration with only the balancers.
    var configuration: RouletteConfiguration {
        RouletteConfiguration(
            clusters: zip(clusters, balancers).map { cluster, balancer in
                .init(name: cluster.name, host: "127.0.0.1", port: balancer.port)
            }
        )
    }

    /// Starts everything, waits until all servers receive connections, and stops it after `body`.
    static func with(
        clusters: Int,
        nodes: Int,
        settings: HAProxyProcess.Settings = HAProxyProcess.Settings(),
        configuration: NATSServerConfiguration = NATSServerConfiguration(),
        _ body: (BalancedDeployment) async throws -> Void
    ) async throws {
        var started = BalancedDeployment(clusters: [], balancers: [])
        do {
            for cluster in try await NATSCluster.start(count: clusters, size: nodes, configuration: configuration) {
                let balancer = try await HAProxyProcess.start(to: cluster, settings: settings)
                started = BalancedDeployment(
                    clusters: started.clusters + [cluster],
                    balancers: started.balancers + [balancer]
                )
                try await balancer.waitUntilUp(balancer.backends)
            }
            try await body(started)
        } catch {
            await started.stop()
            throw error
        }
        await started.stop()
    }

    private func stop() async {
        for balancer in balancers { await balancer.stop() }
        for cluster in clusters { await cluster.stop() }
    }
}
