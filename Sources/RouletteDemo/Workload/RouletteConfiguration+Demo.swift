import NATS
import Roulette

extension RouletteConfiguration {
    /// Returns a configuration with one connection to the chosen node of each cluster. The ring depends only on the order of the
    /// clusters.
    static func demo(
        _ deployment: DemoDeployment,
        node: (DemoDeployment.Cluster) -> DemoDeployment.Node?
    ) -> RouletteConfiguration {
        var configuration = RouletteConfiguration(
            servers: deployment.clusters.compactMap { cluster in
                node(cluster).map { Server(name: cluster.name, host: "127.0.0.1", port: $0.port) }
            }
        )
        let token = Secret(deployment.token)
        configuration.credentials = { .token(token) }
        configuration.poolSize = 1
        configuration.pingInterval = .seconds(2)
        configuration.maxBackoff = .seconds(1)
        return configuration
    }
}
