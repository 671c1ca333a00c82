import Roulette
import RouletteNATS

extension RouletteConfiguration {
    /// Returns a configuration with one connection to the balancer of each cluster. The order of the clusters is the ring.
    static func demo(_ deployment: DemoDeployment, clusters: [DemoDeployment.Cluster]? = nil) -> RouletteConfiguration {
        var configuration = RouletteConfiguration(
            clusters: (clusters ?? deployment.clusters).map { cluster in
                ClusterConfiguration(name: cluster.name, host: "127.0.0.1", port: cluster.balancer.port)
            }
        )
        let password = Secret(deployment.passwords.client)
        configuration.credentials = { .userPassword(user: DemoPasswords.user, password: password) }
        configuration.poolSize = 1
        configuration.pingInterval = .seconds(2)
        configuration.maxBackoff = .seconds(1)
        return configuration
    }
}
