import Locking
import NIOCore

/// What the event loop writes and snapshots read: one lock, held for a few assignments.
final class ConnectionStatus: Sendable {
    struct Values {
        var state = ConnectionSnapshot.State.idle {
            // Trying again is still being down, and being silent still being up.
            didSet { if state.isUp != oldValue.isUp || oldValue == .idle { since = now() } }
        }
        private(set) var since: NIODeadline
        private let now: @Sendable () -> NIODeadline
        var attempt = 0
        /// How far the attempt under way has come.
        var progress: HandshakeProgress?
        var nextAttemptAt: NIODeadline?
        var pingMisses = 0
        /// Whether a login was sent in plain text over a network, unasked.
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
        /// Messages received that may have come twice, from the two servers of a move.
        var duplicates: UInt64 = 0
        /// Why messages were lost the last time.
        var lossCause: NATSError?
        /// Control frames that the socket has not taken.
        var controlBytes = 0

        init(now: @escaping @Sendable () -> NIODeadline) {
            self.now = now
            since = now()
        }
    }

    private let values: Mutex<Values>
    private let now: @Sendable () -> NIODeadline

    /// - Parameter now: Tells the current time; see ``TimeSource``.
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
        // All of it under the lock: with a second reference to the table of round trips the event loop would have to copy it.
        return values.withLock { values in
            ConnectionSnapshot(
                state: values.state,
                stateDuration: Duration(now - values.since),
                attempt: values.attempt,
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
                unconfirmed: values.handedOver - values.settled,
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
