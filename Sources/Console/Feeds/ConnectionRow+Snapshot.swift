import NATS
import Roulette

extension ConnectionRow {
    init(_ pooled: ClusterSnapshot.Connection, cluster: Int) {
        let connection = pooled.connection
        self.init(
            id: ID(cluster: cluster, role: pooled.role, slot: pooled.slot),
            state: State(connection.state),
            stateDuration: connection.stateDuration,
            attempt: connection.attempt,
            nextAttempt: connection.nextAttempt,
            pingMisses: connection.pingMisses,
            maxPingFailure: connection.maxPingFailure,
            server: connection.server.map { Server(id: $0.id, name: $0.name, version: $0.version, cluster: $0.cluster) },
            encryption: connection.tls.map { Encryption(version: $0.version, isVerified: $0.isVerified) },
            isLoginExposed: connection.isLoginExposed,
            roundTrip: connection.roundTrip.map(RoundTrip.init),
            messagesIn: connection.messagesIn,
            messagesOut: connection.messagesOut,
            bytesIn: connection.bytesIn,
            bytesOut: connection.bytesOut,
            bufferedMessages: connection.bufferedMessages,
            bufferedBytes: connection.bufferedBytes,
            unconfirmed: connection.unconfirmed,
            lost: connection.lost,
            refused: connection.refused,
            duplicates: connection.duplicates,
            reconnects: connection.reconnects,
            dropped: connection.dropped,
            subscriptions: connection.subscriptions,
            pendingRequests: connection.pendingRequests,
            lateReplies: connection.lateReplies,
            lastError: connection.lastError?.message
        )
    }
}

extension ConnectionRow.RoundTrip {
    fileprivate init(_ trip: ConnectionSnapshot.RoundTrip) {
        func window(_ window: ConnectionSnapshot.RoundTrip.Window) -> Window {
            Window(p50: window.p50, p99: window.p99, count: window.count)
        }
        self.init(
            last: trip.last,
            handshake: trip.handshake,
            lastMinute: trip.lastMinute.map(window),
            lastFiveMinutes: trip.lastFiveMinutes.map(window)
        )
    }
}

extension ConnectionRow.State {
    fileprivate init(_ state: ConnectionSnapshot.State) {
        self =
            switch state {
            case .idle: .idle
            case .connecting: .connecting
            case .handshaking: .handshaking
            case .connected: .connected
            case .stale: .stale
            case .reconnecting: .reconnecting
            case .closed: .closed
            }
    }
}
