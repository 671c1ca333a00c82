import Roulette
import TextCoding

/// Prints the state of the deployment, and records whether all clusters were up in the last report.
actor StatusReport {
    private let isJSON: Bool
    private(set) var isAllUp: Bool?

    init(asJSON isJSON: Bool) {
        self.isJSON = isJSON
    }

    func print(_ snapshot: RouletteSnapshot) throws {
        if isJSON {
            for cluster in snapshot.clusters { try StandardOutput.write(cluster.json) }
        } else {
            // An empty line between two reports.
            if isAllUp != nil { try StandardOutput.write("") }
            for row in StatusTable(snapshot).rows { try StandardOutput.write(row) }
        }
        isAllUp = snapshot.clusters.allSatisfy { $0.state == .up }
    }
}

extension ClusterSnapshot {
    /// The object that `status --json` prints for a cluster.
    var json: JSONObject {
        [
            "cluster": .string(cluster.name),
            "address": .string(cluster.address),
            "state": .string(state.rawValue),
            "connections": .array(connections.map { .object($0.json) }),
        ]
    }
}

extension ClusterSnapshot.Connection {
    fileprivate var json: JSONObject {
        [
            "role": .string(role.rawValue),
            "slot": .number(slot),
            "state": .string(connection.state.name),
            "server_name": .string(connection.server?.name),
            "server_id": .string(connection.server?.id),
            "rtt_us": .microseconds(connection.roundTrip?.last),
            "rtt_1m_p50_us": .microseconds(connection.roundTrip?.lastMinute?.p50),
            "rtt_1m_p99_us": .microseconds(connection.roundTrip?.lastMinute?.p99),
            "rtt_5m_p50_us": .microseconds(connection.roundTrip?.lastFiveMinutes?.p50),
            "rtt_5m_p99_us": .microseconds(connection.roundTrip?.lastFiveMinutes?.p99),
            "handshake_us": .microseconds(connection.roundTrip?.handshake),
            "refused": .number(Int(clamping: connection.refused)),
            "attempts": .number(connection.attempt),
            "last_error": .string(connection.lastError?.message),
        ]
    }
}

extension JSONValue {
    fileprivate static func microseconds(_ time: Duration?) -> JSONValue {
        time.map { .number(Int($0 / .microseconds(1))) } ?? .null
    }
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
