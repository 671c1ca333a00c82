/// The state of one logical connection, which survives reconnects.
///
/// A value that answers each event with what to do next, without sockets, clocks and randomness. The driver carries out the
/// actions and reports their results.
struct ConnectionLifecycle {
    enum State: Equatable {
        case idle
        /// TCP is being set up.
        case connecting
        /// TCP is connected; the server has to send INFO.
        case awaitingInfo
        /// CONNECT and PING are sent. The PONG confirms that the server accepted the client.
        case awaitingPong
        case connected
        /// The connection is being closed; the socket is not closed yet.
        case disconnecting(cause: NATSError)
        /// Waiting for the next attempt.
        case backingOff(cause: NATSError)
        /// Closed by the user; the socket is not closed yet.
        case closing
        case closed
    }

    private(set) var state = State.idle
    /// Attempts since the connection was last established, including the current one. 0 while connected.
    private(set) var attempt = 0
    /// Retries since the last stable connection. They determine the backoff.
    private var retries = 0
    private(set) var keepalive: Keepalive
    /// An `-ERR` that announced the end of the connection. It explains more than the EOF that follows.
    private var announcedEnd: NATSError?
    /// Whether the server accepts no more connections, so that early retries would only add load.
    private var isCrowdedOut = false
    private let maxPingFailure: Int

    init(maxPingFailure: Int) {
        self.maxPingFailure = maxPingFailure
        self.keepalive = Keepalive(maxPingFailure: maxPingFailure)
    }

    // MARK: Starting and connecting

    enum ConnectAction: Equatable {
        case none
        /// Connect, with one deadline for everything until the PONG.
        case connect(attempt: Int)
    }

    mutating func start() -> ConnectAction {
        guard state == .idle else { return .none }
        return beginAttempt()
    }

    mutating func retryTimerFired() -> ConnectAction {
        guard case .backingOff = state else { return .none }
        return beginAttempt()
    }

    private mutating func beginAttempt() -> ConnectAction {
        attempt += 1
        announcedEnd = nil
        isCrowdedOut = false
        keepalive = Keepalive(maxPingFailure: maxPingFailure)
        state = .connecting
        return .connect(attempt: attempt)
    }

    enum TCPAction: Equatable {
        case none
        /// The socket is no longer needed.
        case closeSocket
    }

    mutating func tcpConnected() -> TCPAction {
        switch state {
        case .connecting:
            state = .awaitingInfo
            return .none
        case .idle, .awaitingInfo, .awaitingPong, .connected, .disconnecting, .backingOff, .closing, .closed:
            return .closeSocket
        }
    }

    // MARK: Messages of the server

    enum InfoAction: Equatable {
        case none
        /// Send CONNECT and PING.
        case introduce
        /// Apply changed limits.
        case update
    }

    mutating func infoReceived() -> InfoAction {
        switch state {
        case .awaitingInfo:
            state = .awaitingPong
            return .introduce
        // A server may send another INFO before its PONG.
        case .awaitingPong, .connected:
            return .update
        case .idle, .connecting, .disconnecting, .backingOff, .closing, .closed:
            return .none
        }
    }

    enum PongAction: Equatable {
        case none
        /// The handshake is complete: subscribe again, then publish.
        case established
        /// The oldest PING is answered.
        case answered
    }

    mutating func pongReceived() -> PongAction {
        switch state {
        case .awaitingPong:
            state = .connected
            attempt = 0
            return .established
        case .connected:
            return .answered
        case .idle, .connecting, .awaitingInfo, .disconnecting, .backingOff, .closing, .closed:
            return .none
        }
    }

    enum ServerErrorAction: Equatable {
        case none
        /// The connection continues.
        case report(NATSError)
        /// Close the socket without waiting for the server to close it.
        case disconnect
    }

    mutating func errorReceived(_ error: ServerError) -> ServerErrorAction {
        switch state {
        case .awaitingInfo, .awaitingPong:
            isCrowdedOut = error.kind == .connectionLimit
            state = .disconnecting(cause: error.error)
            return .disconnect
        case .connected where error.keepsConnection:
            return .report(error.error)
        case .connected where error.kind == .unknown:
            // If the error is fatal, the server closes the connection. Then this text is the cause.
            announcedEnd = error.error
            return .report(error.error)
        case .connected:
            state = .disconnecting(cause: error.error)
            return .disconnect
        case .idle, .connecting, .disconnecting, .backingOff, .closing, .closed:
            return .none
        }
    }

    // MARK: Time

    enum KeepaliveAction: Equatable {
        case none
        case sendPing
        case disconnect
    }

    mutating func pingIntervalPassed(receivedBytes: Bool) -> KeepaliveAction {
        guard state == .connected else { return .none }
        switch keepalive.intervalPassed(receivedBytes: receivedBytes) {
        case .sendPing:
            return .sendPing
        case .stale:
            let cause = "no byte received during \(keepalive.misses) ping intervals, the connection is stale"
            state = .disconnecting(cause: NATSError(.stale, cause))
            return .disconnect
        }
    }

    enum FailureAction: Equatable {
        case none
        /// Close the socket. ``socketClosed(afterStableConnection:error:)`` follows.
        case disconnect
    }

    /// - Parameters:
    ///   - progress: The progress of the attempt, if it is known more precisely than from the state.
    ///   - speaksTLSFirst: Whether TLS starts with the first byte, which is another possible reason for a missing INFO.
    mutating func handshakeDeadlinePassed(_ progress: HandshakeProgress? = nil, speaksTLSFirst: Bool = false) -> FailureAction {
        let known: HandshakeProgress
        switch state {
        case .connecting: known = .connecting
        case .awaitingInfo: known = .awaitingInfo
        case .awaitingPong: known = .awaitingPong
        case .idle, .connected, .disconnecting, .backingOff, .closing, .closed: return .none
        }
        let reached = (progress ?? known).reached(speaksTLSFirst: speaksTLSFirst)
        return fail(NATSError(.connectTimeout, "timed out: \(reached)"))
    }

    /// Ends the connection because the peer violated the protocol, the user requested a new connection, or a write failed.
    mutating func fail(_ cause: NATSError) -> FailureAction {
        switch state {
        case .connecting, .awaitingInfo, .awaitingPong, .connected:
            state = .disconnecting(cause: cause)
            return .disconnect
        case .idle, .disconnecting, .backingOff, .closing, .closed:
            return .none
        }
    }

    // MARK: The end of a socket

    /// When to try again.
    enum Pace: Equatable {
        /// At once, because the user requested it.
        case now
        /// At once, except for the reconnect jitter, because an established connection was lost.
        case spread
        /// After the backoff for this retry, counted from 0.
        case backoff(Int)
    }

    enum ClosedAction: Equatable {
        case none
        /// Wait, then try again.
        case retry(Pace, cause: NATSError)
        /// Nothing more will happen.
        case finish
    }

    /// Handles the closing of the socket, or a failed connect.
    /// - Parameters:
    ///   - afterStableConnection: Whether the connection was established long enough to reset the backoff.
    ///   - error: The cause that the socket reports.
    mutating func socketClosed(afterStableConnection: Bool, error: NATSError) -> ClosedAction {
        let cause = causeOfEnd(error)
        let wasEstablished = attempt == 0
        switch state {
        case .connecting, .awaitingInfo, .awaitingPong, .connected, .disconnecting:
            break
        case .closing:
            state = .closed
            return .finish
        case .idle, .backingOff, .closed:
            return .none
        }
        if afterStableConnection { retries = 0 }
        state = .backingOff(cause: cause)
        defer { retries += 1 }
        return .retry(pace(wasEstablished: wasEstablished, cause: cause), cause: cause)
    }

    /// Returns why the connection ended. A cause that was decided or announced before is more precise than the error of the
    /// socket.
    func causeOfEnd(_ error: NATSError) -> NATSError {
        if case .disconnecting(let cause) = state { cause } else { announcedEnd ?? error }
    }

    private func pace(wasEstablished: Bool, cause: NATSError) -> Pace {
        if cause == .reconnectRequested { return .now }
        if wasEstablished { return retries == 0 ? .spread : .backoff(retries) }
        // Early retries do not help if the login is rejected, and servers lock out clients that retry too often.
        return .backoff(cause.code == .authorization || isCrowdedOut ? Backoff.lastRetry : retries)
    }

    /// The progress of the handshake of a socket.
    enum HandshakeStage: Equatable {
        case connecting
        case awaitingInfo
        case awaitingPong
    }

    /// Replaces the lost socket by one that is already being connected, instead of a new attempt.
    mutating func adopt(_ stage: HandshakeStage) {
        guard case .backingOff = state else { return }
        _ = beginAttempt()
        switch stage {
        case .connecting: state = .connecting
        case .awaitingInfo: state = .awaitingInfo
        case .awaitingPong: state = .awaitingPong
        }
    }

    /// Replaces the socket, which is connected or being closed, by another connected socket.
    mutating func moved() {
        switch state {
        case .connected, .disconnecting: state = .connected
        case .idle, .connecting, .awaitingInfo, .awaitingPong, .backingOff, .closing, .closed: return
        }
        keepalive = Keepalive(maxPingFailure: maxPingFailure)
        announcedEnd = nil
    }

    enum CloseAction: Equatable {
        case none
        case closeSocket
        case finish
    }

    mutating func close() -> CloseAction {
        switch state {
        case .idle, .backingOff:
            state = .closed
            return .finish
        case .connecting, .awaitingInfo, .awaitingPong, .connected, .disconnecting:
            state = .closing
            return .closeSocket
        case .closing, .closed:
            return .none
        }
    }
}

extension NATSError {
    /// The cause of a disconnect by ``NATSClient/reconnect(hard:)``.
    static let reconnectRequested = NATSError(.disconnected, "a new connection was requested")
}
