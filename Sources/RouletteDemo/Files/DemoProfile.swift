extension DemoDeployment {
    /// The configuration file with the profiles of the demo. They connect to the balancers.
    ///
    /// A second profile marks the same clusters as production, for `:profile`.
    var profile: String {
        """
        # Written by `roulette demo`.
        default_profile = "demo"

        """ + profile(named: "demo", environment: "dev", more: "canary = \"1s\"\n")
            + profile(named: "demo-prod", environment: "prod")
    }

    /// - Parameter more: Settings that only this profile has, with their line ends.
    private func profile(named name: String, environment: String, more: String = "") -> String {
        let servers = clusters.map { cluster in
            """

            [[profiles.\(name).servers]]
            name = "\(cluster.name)"
            host = "127.0.0.1"
            port = \(cluster.balancer.port)
            monitor = "\(cluster.balancer.monitor)"

            """
        }
        return """

            [profiles.\(name)]
            environment = "\(environment)"
            user = "\(DemoPasswords.user)"
            password = "\(passwords.client)"
            system_user = "\(DemoPasswords.systemUser)"
            system_password = "\(passwords.system)"
            pool_size = \(connectionsPerCluster)
            ping_interval = "2s"
            max_backoff = "1s"
            subscription_restart = "permanent"
            watch = [">"]

            """ + more + servers.joined()
    }

    /// The connections of a client per role and cluster, so that each node can have one.
    var connectionsPerCluster: Int { max(2, clusters.map(\.nodes.count).max() ?? 0) }
}
