import CommandSupport
import Roulette
import TextCoding

/// Prints the state of the deployment, and records whether the last report was good.
actor StatusReport {
    private let isJSON: Bool
    /// Whether every cluster was up, no server was gone, and every load balancer led to its cluster in the last report.
    private(set) var isSound: Bool?

    init(asJSON isJSON: Bool) {
        self.isJSON = isJSON
    }

    /// - Parameter servers: The problems of the servers of each cluster; nil where they are not known.
    func print(_ snapshot: RouletteSnapshot, servers: [ServerCheck.Problems?]) throws {
        let servers = zip(snapshot.clusters, servers).map { $1?.withoutLameDucks(announced: $0.nodes.announced) }
        if isJSON {
            for (cluster, problems) in zip(snapshot.clusters, servers) {
                try StandardOutput.write(cluster.json(snapshot.identityAlarms, problems))
            }
        } else {
            // An empty line between two reports.
            if isSound != nil { try StandardOutput.write("") }
            for row in StatusTable(snapshot, servers: servers).rows { try StandardOutput.write(row) }
        }
        isSound =
            snapshot.identityAlarms.isEmpty && servers.allSatisfy { $0?.isEmpty ?? true }
            && snapshot.clusters.allSatisfy { $0.state == .up && $0.nodes.gone == 0 && $0.canary?.isSound ?? true }
    }
}

extension ClusterSnapshot {
    /// Returns the object that `status --json` prints for a cluster.
    /// - Parameters:
    ///   - alarms: The alarms about all clusters.
    ///   - problems: The problems of its servers; nil if they are not known.
    func json(_ alarms: [IdentityAlarm], _ problems: ServerCheck.Problems?) -> JSONObject {
        [
            "cluster": .string(cluster.name),
            "address": .string(cluster.address),
            "state": .string(state.rawValue),
            "since": .since(stateDuration),
            "identity": .string(identity),
            "alarms": .array(alarms.filter { $0.cluster == cluster || $0.other == cluster }.map { .string($0.description) }),
            "idle_timeout": .string(idleTimeout?.description),
            "losses_1h": .number(lossesInLastHour),
            "lost": .number(Int(clamping: total(\.lost))),
            "reconnects": .number(total(\.reconnects)),
            "nodes": .array(nodes.all.map { .object($0.json) }),
            "unmatched_addresses": .array(nodes.unmatchedAddresses.map { .string($0) }),
            "silent": problems.map { .array($0.silent.map { .string($0) }) } ?? .null,
            "missing_routes": problems.map {
                .array($0.missingRoutes.map { .array([.string($0.one), .string($0.other)]) })
            } ?? .null,
            "canary": canary.map { .object($0.json) } ?? .null,
            "connections": .array(connections.map { .object($0.json) }),
        ]
    }
}

extension CanaryStatus {
    /// Whether messages were published, and all of them were received.
    fileprivate var isSound: Bool { completeRounds > 0 && failures.isEmpty && refusal == nil }

    fileprivate var json: JSONObject {
        [
            "e2e_p50_us": .microseconds(latency?.lastMinute?.p50),
            "e2e_p99_us": .microseconds(latency?.lastMinute?.p99),
            "refusal": .string(refusal?.message),
            "routes": .array(routes.map { .object($0.json) }),
        ]
    }
}

extension CanaryStatus.Route {
    fileprivate var json: JSONObject {
        [
            "from": .string(route.from.name),
            "to": .string(route.to.name),
            "latency_us": .microseconds(latency),
            "failing_ms": failingFor.map { .number(Int($0 / .milliseconds(1))) } ?? .null,
        ]
    }
}

extension ClusterNode {
    fileprivate var json: JSONObject {
        [
            "name": .string(server?.name),
            "server_id": .string(server?.id),
            "address": .string(address),
            "state": .string(state.name),
            "since": .since(stateDuration),
            "connections": .number(connections),
        ]
    }
}

extension ClusterNode.State {
    /// The name of the state in JSON.
    var name: String {
        switch self {
        case .present: "present"
        case .gone: "gone"
        case .unseen: "unseen"
        }
    }
}

extension ClusterSnapshot.Connection {
    fileprivate var json: JSONObject {
        [
            "role": .string(role.rawValue),
            "slot": .number(slot),
            "address": .string(connection.address?.description),
            "state": .string(connection.state.name),
            "since": .since(connection.stateDuration),
            "server_name": .string(connection.server?.name),
            "server_id": .string(connection.server?.id),
            "server_cluster": .string(serverCluster?.name),
            "rtt_us": .microseconds(connection.roundTrip?.last),
            "rtt_1m_p50_us": .microseconds(connection.roundTrip?.lastMinute?.p50),
            "rtt_1m_p99_us": .microseconds(connection.roundTrip?.lastMinute?.p99),
            "rtt_5m_p50_us": .microseconds(connection.roundTrip?.lastFiveMinutes?.p50),
            "rtt_5m_p99_us": .microseconds(connection.roundTrip?.lastFiveMinutes?.p99),
            "handshake_us": .microseconds(connection.roundTrip?.handshake),
            "lost": .number(Int(clamping: connection.lost)),
            "refused": .number(Int(clamping: connection.refused)),
            "reconnects": .number(connection.reconnects),
            "attempts": .number(connection.attempt),
            "last_error": .string(connection.lastError?.message),
        ]
    }
}

extension JSONValue {
    fileprivate static func microseconds(_ time: Duration?) -> JSONValue {
        time.map { .number(Int($0 / .microseconds(1))) } ?? .null
    }

    fileprivate static func since(_ time: Duration) -> JSONValue { .string(Timestamp.ago(time).rfc3339) }
}

extension ConnectionSnapshot.State {
    /// The name of the state in JSON.
    var name: String {
        switch self {
        case .idle: "idle"
        case .connecting: "connecting"
        case .handshaking: "handshaking"
        case .connected: "connected"
        case .stale: "stale"
        case .reconnecting: "reconnecting"
        case .closed: "closed"
        }
    }
}
