import Roulette
import RouletteNATS
import TestSupport
import Testing

@testable import Console

@Suite("An account with a limit on connections", .timeLimit(.minutes(2)))
struct ConnectionLimitTests {
    @Test
    func `both roles have some of the three connections, and the error names the setting to change`() async throws {
        let signed = SignedDeployment()
        let directory = try TemporaryDirectory(for: "creds")
        let path = "\(directory.path)/user.creds"
        try writePrivate(signed.credentials(), to: path)
        let servers = NATSServerConfiguration(extra: try signed.serverConfiguration(connections: 3))
        try await withDeployment(clusters: 2, configuration: servers) { deployment in
            try await deployment.withClient {
                $0.credentials = { try .credentialsFile(path) }
                $0.poolSize = 4
            } _: { client in
                // The state is final: three connections are up, and each of the others was refused.
                let snapshot = try await deployment.waitFor(client, within: .seconds(40)) { snapshot in
                    snapshot.clusters.allSatisfy { cluster in
                        cluster.connections.count { $0.connection.isUp } == 3
                            && cluster.connections.allSatisfy { $0.connection.isUp || $0.connection.lastError != nil }
                    }
                }
                for cluster in snapshot.clusters {
                    let up = cluster.connections.filter(\.connection.isUp)
                    #expect(Set(up.map(\.role)) == [.publisher, .subscriber])
                    #expect(up.count { $0.slot == 0 } == 2, "the first connection of each role connects first")
                    let error = try #require(cluster.lastError)
                    #expect(
                        error.message.hasPrefix(
                            "the account accepts no more connections (maximum account active connections exceeded)"
                        )
                    )
                    #expect(
                        error.message.contains(
                            "This client opens 8 connections to each cluster. Set a smaller pool_size, it is 4"
                        )
                    )
                    let overview = ClusterRow(cluster)
                    #expect(overview.stateText == "degraded")
                    #expect(
                        overview.downReason == "the account allows 3: use a smaller pool_size; this profile opens 8 per cluster"
                    )
                }
            }
        }
        try directory.remove()
    }
}

extension ConnectionSnapshot {
    fileprivate var isUp: Bool { state == .connected || state == .stale }
}
