import NATS
import Roulette

extension ConnectionRow {
    init(_ pooled: ClusterSnapshot.Connection, cluster: Int) {
        let connection = pooled.connection
        self.init(
            id: ID(cluster: cluster, role: pooled.role, slot: pooled.slot),
            state: connection.state,
            stateDuration: connection.stateDuration,
            attempt: connection.attempt,
            nextAttempt: connection.nextAttempt,
            pingMisses: connection.pingMisses,
            maxPingFailure: connection.maxPingFailure,
            server: connection.server,
            encryption: connection.tls,
            isLoginExposed: connection.isLoginExposed,
            roundTrip: connection.roundTrip,
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
