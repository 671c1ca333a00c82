import Locking
import NIOCore

/// The values that the event loop writes and snapshots read, behind one lock that is held for a few assignments.
final class ConnectionStatus: Sendable {
    struct Values {
        var state = ConnectionSnapshot.State.idle {
            // While it retries it is still down, and while it is stale it is still up.
            didSet { if state.isUp != oldValue.isUp || oldValue == .idle { since = now() } }
        }
        private(set) var since: NIODeadline
        private let now: @Sendable () -> NIODeadline
        var attempt = 0
        /// The address of the connection or, while it is down, of the last attempt.
        var address: NATSClientConfiguration.Address?
        /// The progress of the current attempt.
        var progress: HandshakeProgress?
        var nextAttemptAt: NIODeadline?
        var pingMisses = 0
        /// Whether a login was sent over a network in plain text although this was not allowed explicitly.
        var isLoginExposed = false
        var server: ServerIdentity?
        var tls: TLSStatus?
        var messagesIn: UInt64 = 0
        var bytesIn: UInt64 = 0
        var bytesOut: UInt64 = 0
        var handedOver: UInt64 = 0
        /// Messages handed over that are confirmed or counted as lost.
        var settled: UInt64 = 0
        var lost: UInt64 = 0
        var connections = 0
        var lastError: NATSError?
        var dropped: UInt64 = 0
        var subscriptions = 0
        var roundTrips = RoundTrips()
        var refusals = Refusals()
        /// Messages received that may be duplicates, from the two servers of a move.
        var duplicates: UInt64 = 0
        /// The cause of the last loss of messages.
        var lossCause: NATSError?
        /// Bytes of control frames that the socket has not accepted.
        var controlBytes = 0

        init(now: @escaping @Sendable () -> NIODeadline) {
            self.now = now
            since = now()
        }
    }

    private let values: Mutex<Values>
    private let now: @Sendable () -> NIODeadline

    /// - Parameter now: Returns the current time; see ``TimeSource``.
    init(now: @escaping @Sendable () -> NIODeadline) {
        self.now = now
        values = Mutex(Values(now: now))
    }

    func update<R>(_ body: (inout sending Values) -> sending R) -> sending R {
        values.withLock(body)
    }

    var state: ConnectionSnapshot.State { values.withLock { $0.state } }

    func snapshot(
        outbound: OutboundBuffer.Counters,
        requests: (pending: Int, late: UInt64),
        maxPingFailure: Int,
        speaksTLSFirst: Bool
    ) -> ConnectionSnapshot {
        let now = self.now()
        // Read the round trips under the lock too: a second reference to their table would make the event loop copy it.
        return values.withLock { values in
            ConnectionSnapshot(
                state: values.state,
                stateDuration: Duration(now - values.since),
                attempt: values.attempt,
                address: values.address,
                progress: values.progress?.reached(speaksTLSFirst: speaksTLSFirst),
                nextAttempt: values.nextAttemptAt.map { max(.zero, Duration($0 - now)) },
                pingMisses: values.pingMisses,
                maxPingFailure: maxPingFailure,
                isLoginExposed: values.isLoginExposed,
                server: values.server,
                tls: values.tls,
                roundTrip: values.roundTrips.summary(at: now),
                messagesIn: values.messagesIn,
                messagesOut: outbound.messages,
                bytesIn: values.bytesIn,
                bytesOut: values.bytesOut,
                bufferedMessages: outbound.bufferedMessages,
                bufferedBytes: outbound.bufferedBytes + values.controlBytes,
                // The buffer is read before. A message that left it meanwhile is in one of the two numbers.
                unconfirmed: max(values.handedOver - values.settled, UInt64(outbound.leavingMessages)),
                lost: values.lost,
                refused: values.refusals.total,
                duplicates: values.duplicates,
                reconnects: max(values.connections - 1, 0),
                lastError: values.lastError,
                dropped: values.dropped,
                subscriptions: values.subscriptions,
                pendingRequests: requests.pending,
                lateReplies: requests.late
            )
        }
    }
}

extension ConnectionSnapshot.State {
    fileprivate var isUp: Bool { self == .connected || self == .stale }
}
