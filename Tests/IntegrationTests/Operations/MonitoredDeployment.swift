import NATSMonitoring
import RouletteNATS
import TestSupport

/// Three clusters of three servers behind balancers, whose servers have a system account, and balanced monitoring.
struct MonitoredDeployment: Sendable {
    /// The accounts of the servers. Clients without a login use `APP`.
    static let accounts = """
        accounts { SYS { users: [{user: sys, password: pw}] }, APP { users: [{user: app, password: pw}] } }
        system_account: SYS
        no_auth_user: app
        """

    let deployment: BalancedDeployment
    /// The balancers in front of the monitoring ports.
    let monitoring: [HAProxyProcess]
    /// The connections of the system account.
    let system: [NATSClient]

    static func with(_ body: (MonitoredDeployment) async throws -> Void) async throws {
        let configuration = NATSServerConfiguration(extra: accounts)
        try await BalancedDeployment.with(clusters: 3, nodes: 3, configuration: configuration) { deployment in
            var monitoring: [HAProxyProcess] = []
            do {
                for cluster in deployment.clusters {
                    let ports = cluster.servers.compactMap(\.ports.monitoring)
                    monitoring.append(try await HAProxyProcess.start(to: ports.map { .init(port: $0) }))
                }
                let system = try deployment.balancers.map { balancer in
                    var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: balancer.port))
                    configuration.credentials = { .userPassword(user: "sys", password: "pw") }
                    return try NATSClient(configuration: configuration)
                }
                let started = MonitoredDeployment(deployment: deployment, monitoring: monitoring, system: system)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for client in system { group.addTask { await client.run() } }
                    for client in system { try await client.waitUntilConnected(timeout: .waitLimit) }
                    try await body(started)
                    group.cancelAll()
                }
            } catch {
                for balancer in monitoring { await balancer.stop() }
                throw error
            }
            for balancer in monitoring { await balancer.stop() }
        }
    }

    /// The ways to ask the servers.
    enum Way: CaseIterable {
        case systemAccount, listOfURLs, oneBalancedURL
    }

    func monitor(of cluster: Int, _ way: Way) throws -> ClusterMonitor {
        func url(_ port: Int) throws -> ServerMonitor {
            ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(port)"))
        }
        let start = ContinuousClock.now
        let urls: [ServerMonitor] =
            switch way {
            case .systemAccount: []
            case .listOfURLs: try deployment.clusters[cluster].servers.compactMap(\.ports.monitoring).map(url)
            case .oneBalancedURL: [try url(monitoring[cluster].port)]
            }
        return ClusterMonitor(
            system: way == .systemAccount ? SystemAccountMonitor(client: system[cluster]) : nil,
            urls: urls,
            now: { ContinuousClock.now - start }
        )
    }
}
