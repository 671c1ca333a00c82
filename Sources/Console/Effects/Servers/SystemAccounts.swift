import Locking
import Logging
import NATSMonitoring
import Roulette
import RouletteNATS
import Settings
import TerminalUI

/// One connection to each cluster with the login of the system account, if the profile has one.
struct SystemAccounts: Sendable {
    /// The connections in ring order; nil for a cluster without such a login.
    private let clients: [NATSClient?]

    /// - Throws: `SettingsError` if a user has no password, `NATSError` if a setting is out of range.
    init(_ profile: Profile) throws {
        // Log messages would be written over the screen.
        let logger = Logger(label: "system account") { _ in SwiftLogNoOpLogHandler() }
        let name = profile.connectionName ?? "roulette console"
        clients = try RouletteConfiguration.systemConnections(of: profile, connectionName: "\(name) system").map {
            try $0.map { try NATSClient(configuration: $0, logger: logger) }
        }
    }

    /// Returns what asks the servers of a cluster over the system account; nil if there is no login.
    func monitor(of cluster: Int) -> SystemAccountMonitor? {
        clients.indices.contains(cluster) ? clients[cluster].map { SystemAccountMonitor(client: $0) } : nil
    }

    /// Connects, and passes what reports advisories to `report`, until the tasks of the group are canceled.
    func start(
        in group: inout DiscardingTaskGroup,
        report: @escaping @Sendable (Int, SystemAccountMonitor) async -> Void
    ) {
        for (cluster, client) in clients.enumerated() {
            guard let client else { continue }
            group.addTask { await client.run() }
            group.addTask { await report(cluster, SystemAccountMonitor(client: client)) }
        }
    }
}

extension ConsoleRuntime {
    /// Reports what the servers of a cluster say by themselves.
    func report(_ monitor: SystemAccountMonitor, of cluster: Int) async {
        let digest = SharedDigest(cluster: cluster)
        let (clock, queue) = (clock, queue)
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await clock.sleep(for: AdvisoryDigest.window)) != nil {
                    for row in digest.value.withLock({ $0.endWindow() }) { queue.send(.happened(row)) }
                }
            }
            do {
                try await monitor.receiveAdvisories { advisory in
                    if let row = digest.value.withLock({ $0.add(advisory) }) { queue.send(.happened(row)) }
                }
            } catch let error as NATSError where error.code == .permission {
                let detail: SafeText = "the system account may not receive reports of the servers: \(untrusted: error.message)"
                queue.send(.happened(EventRow(.note, .error, cluster: cluster, detail: detail)))
            } catch {
                // The connection was closed.
            }
            group.cancelAll()
        }
    }
}

/// The digest of a cluster, which several tasks add to.
private final class SharedDigest: Sendable {
    let value: Mutex<AdvisoryDigest>

    init(cluster: Int) {
        value = Mutex(AdvisoryDigest(cluster: cluster))
    }
}
