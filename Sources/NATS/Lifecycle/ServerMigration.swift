/// The move from a server that is going to stop (lame duck) to another one, without a gap: connect and subscribe there
/// first, then leave here.
///
/// A value beside ``ConnectionLifecycle``, which stays `connected` all the while. The source of the order of steps is the
/// advice in ADR-5 not to wait for the eviction.
struct ServerMigration: Equatable {
    enum State: Equatable {
        /// No move is under way.
        case none
        case connecting
        case awaitingInfo
        case awaitingPong
        /// The next connection was sent all subscriptions and has not confirmed them.
        case subscribing
        /// The next connection delivers. The other servers of its cluster hear of the subscriptions a little later.
        case overlapping
        /// The whole cluster knows the next connection. Publishes are held back until the socket of the old connection has taken the last one.
        case holding
        /// The old server was told, and has yet to answer everything that was handed to it.
        case leaving
        /// The attempt failed; waiting for the next one.
        case backingOff
    }

    private(set) var state = State.none
    private var retries = 0

    /// Whether the next connection gets SUBs and UNSUBs too.
    var isSubscribed: Bool { state == .subscribing || state == .overlapping || isReady }
    /// Whether publishing is held back until the old server has answered, so that no message overtakes another.
    var holdsPublishes: Bool { isReady }
    /// Whether the next connection can take over.
    private var isReady: Bool { state == .holding || state == .leaving }

    enum ConnectAction: Equatable {
        case none
        case connect
    }

    mutating func lameDuckAnnounced() -> ConnectAction {
        guard state == .none else { return .none }
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
        /// Hold publishes back until ``oldSocketIdle()``.
        case hold
        /// Unsubscribe at the old server and PING it.
        case leave
        /// The next connection is of no use: close it.
        case discard(NATSError)
    }

    mutating func tcpConnected() -> StepAction {
        guard state == .connecting else { return .discard(.superseded) }
        state = .awaitingInfo
        return .none
    }

    /// - Parameter isLeavingToo: it is the same server again, or another one that is going to stop.
    mutating func infoReceived(isLeavingToo: Bool) -> StepAction {
        switch state {
        case .awaitingInfo where isLeavingToo:
            return .discard(NATSError(.connectFailed, "the balancer still leads to a server that is going to stop"))
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

    /// The socket of the old connection has taken everything that was handed to it.
    mutating func oldSocketIdle() -> StepAction {
        guard state == .holding else { return .none }
        state = .leaving
        return .leave
    }

    enum FailureAction: Equatable {
        case none
        /// Wait as the backoff says for this retry, counted from 0, then try again. When the old server was left already it
        /// has to be subscribed to again.
        case retry(Int, subscribeAgain: Bool)
    }

    /// The next connection is gone.
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
        /// The next connection takes the place of the old connection.
        case takeOver(Coverage)
        /// The next connection takes the place of the old connection and goes on with its handshake, as any new connection.
        case adopt(ConnectionLifecycle.HandshakeStage)
        /// There is no next connection at the moment.
        case abandon
    }

    /// What the next connection delivers at the moment when it takes over.
    enum Coverage: Equatable {
        /// Everything.
        case complete
        /// What is published on its own server; others of the cluster may not have heard of the subscriptions yet.
        case spreading
        /// Nothing before it has answered the PING behind the subscriptions.
        case requested
    }

    /// The old server answered everything, or its time is up.
    mutating func oldServerSettled() -> EndAction {
        guard state == .leaving else { return .none }
        self = ServerMigration()
        return .takeOver(.complete)
    }

    /// The old connection is gone. Whatever state the next connection is in, a new connection would be further behind.
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

    /// The client closes or is drained, so that nothing comes of the move.
    mutating func cancel() {
        self = ServerMigration()
    }
}

extension NATSError {
    static let superseded = NATSError(.disconnected, "the connection is not needed any more")
}
