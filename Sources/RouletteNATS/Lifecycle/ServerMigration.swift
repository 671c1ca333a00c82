/// The move to another connection, without a gap: connect and subscribe to the new server first, then leave the old one. The
/// cause is a server that is about to stop (lame duck), or a request of the user.
///
/// A value used next to ``ConnectionLifecycle``, which stays `connected` during the move. The order of steps follows the advice
/// in ADR-5 not to wait for the eviction.
struct ServerMigration: Equatable {
    enum State: Equatable {
        /// No move is in progress.
        case none
        case connecting
        case awaitingInfo
        case awaitingPong
        /// All subscriptions were sent on the next connection, but not confirmed.
        case subscribing
        /// The next connection delivers. The other servers of its cluster learn of the subscriptions a little later.
        case overlapping
        /// The whole cluster has the subscriptions of the next connection. Published frames are held back until the socket of the
        /// old connection has accepted the last ones.
        case holding
        /// The client has unsubscribed from the old server, which still has to answer everything that was handed to it.
        case leaving
        /// The attempt failed; waiting for the next one.
        case backingOff
    }

    private(set) var state = State.none
    /// Whether the client leaves the old server because it is about to stop, so that a new connection to the same server is not
    /// useful. Otherwise the user requested a new connection.
    private(set) var leavesServer = true
    private var retries = 0

    /// Whether SUBs and UNSUBs are sent on the next connection too.
    var isSubscribed: Bool { state == .subscribing || state == .overlapping || isReady }
    /// Whether published frames are held back until the old server has answered, so that the order of messages is kept.
    var holdsPublishes: Bool { isReady }
    /// Whether the next connection can take over.
    private var isReady: Bool { state == .holding || state == .leaving }

    enum ConnectAction: Equatable {
        case none
        case connect
    }

    /// Starts a move. During a requested move, it continues and may no longer end on the same server.
    mutating func lameDuckAnnounced() -> ConnectAction {
        leavesServer = true
        guard state == .none else { return .none }
        state = .connecting
        return .connect
    }

    mutating func moveRequested() -> ConnectAction {
        guard state == .none else { return .none }
        leavesServer = false
        state = .connecting
        return .connect
    }

    mutating func retryTimerFired() -> ConnectAction {
        guard state == .backingOff else { return .none }
        state = .connecting
        return .connect
    }

    enum StepAction: Equatable {
        case none
        /// Send CONNECT and PING.
        case introduce
        /// Send all subscriptions and a PING.
        case subscribe
        /// Let both servers deliver for a while.
        case overlap
        /// Hold back published frames until ``oldSocketIdle()``.
        case hold
        /// Unsubscribe from the old server and send it a PING.
        case leave
        /// Close the next connection, because it is not useful.
        case discard(NATSError)
    }

    mutating func tcpConnected() -> StepAction {
        guard state == .connecting else { return .discard(.superseded) }
        state = .awaitingInfo
        return .none
    }

    /// - Parameter isLeavingToo: Whether the new server is the same server again, or another one that is about to stop.
    mutating func infoReceived(isLeavingToo: Bool) -> StepAction {
        switch state {
        case .awaitingInfo where isLeavingToo:
            return .discard(NATSError(.connectFailed, "the load balancer still routes to a server that is about to stop"))
        case .awaitingInfo:
            state = .awaitingPong
            return .introduce
        case .none, .connecting, .awaitingPong, .subscribing, .overlapping, .holding, .leaving, .backingOff:
            return .none
        }
    }

    mutating func pongReceived() -> StepAction {
        switch state {
        case .awaitingPong:
            state = .subscribing
            return .subscribe
        case .none, .connecting, .awaitingInfo, .subscribing, .overlapping, .holding, .leaving, .backingOff:
            return .none
        }
    }

    mutating func subscriptionsConfirmed() -> StepAction {
        guard state == .subscribing else { return .none }
        state = .overlapping
        return .overlap
    }

    mutating func overlapEnded() -> StepAction {
        guard state == .overlapping else { return .none }
        state = .holding
        return .hold
    }

    /// Records that the socket of the old connection has accepted everything that was handed to it.
    mutating func oldSocketIdle() -> StepAction {
        guard state == .holding else { return .none }
        state = .leaving
        return .leave
    }

    enum FailureAction: Equatable {
        case none
        /// Wait for the backoff of this retry, counted from 0, then try again. If the client has left the old server, it has to
        /// subscribe to it again.
        case retry(Int, subscribeAgain: Bool)
    }

    /// Handles the loss of the next connection.
    mutating func nextConnectionLost() -> FailureAction {
        switch state {
        case .connecting, .awaitingInfo, .awaitingPong, .subscribing, .overlapping, .holding, .leaving:
            defer { retries += 1 }
            let wasLeft = state == .leaving
            state = .backingOff
            return .retry(retries, subscribeAgain: wasLeft)
        case .none, .backingOff:
            return .none
        }
    }

    enum EndAction: Equatable {
        case none
        /// The next connection replaces the old connection.
        case takeOver(Coverage)
        /// The next connection replaces the old connection and continues its handshake like any new connection.
        case adopt(ConnectionLifecycle.HandshakeStage)
        /// There is currently no next connection.
        case abandon
    }

    /// What the next connection delivers when it takes over.
    enum Coverage: Equatable {
        /// All messages.
        case complete
        /// Messages published on its own server. Other servers of the cluster may not know the subscriptions yet.
        case spreading
        /// No messages until it has answered the PING after the subscriptions.
        case requested
    }

    /// Ends the move because the old server has answered everything, or because the deadline has passed.
    mutating func oldServerSettled() -> EndAction {
        guard state == .leaving else { return .none }
        self = ServerMigration()
        return .takeOver(.complete)
    }

    /// Ends the move because the old connection was lost. In every state, the next connection is ahead of a new attempt.
    mutating func oldConnectionLost() -> EndAction {
        defer { self = ServerMigration() }
        switch state {
        case .none: return .none
        case .connecting: return .adopt(.connecting)
        case .awaitingInfo: return .adopt(.awaitingInfo)
        case .awaitingPong: return .adopt(.awaitingPong)
        case .subscribing: return .takeOver(.requested)
        case .overlapping: return .takeOver(.spreading)
        case .holding, .leaving: return .takeOver(.complete)
        case .backingOff: return .abandon
        }
    }

    /// Cancels the move because the client is being closed or drained.
    mutating func cancel() {
        self = ServerMigration()
    }
}

extension NATSError {
    static let superseded = NATSError(.disconnected, "the connection is no longer needed")
}
