import Testing

@testable import RouletteNATS

/// Each test reads as a transcript: an event, and what to do next.
@Suite("The lifecycle of a connection")
struct ConnectionLifecycleTests {
    private let refused = NATSError(.connectFailed, "connection refused")
    private let eof = NATSError.closedByPeer

    private func connected(maxPingFailure: Int = 2) -> ConnectionLifecycle {
        var life = ConnectionLifecycle(maxPingFailure: maxPingFailure)
        #expect(life.start() == .connect(attempt: 1))
        #expect(life.tcpConnected() == .none)
        #expect(life.infoReceived() == .introduce)
        #expect(life.pongReceived() == .established)
        return life
    }

    @Test
    func `the connection is established only after the PONG`() {
        var life = ConnectionLifecycle(maxPingFailure: 2)
        #expect(life.state == .idle)
        #expect(life.start() == .connect(attempt: 1))
        #expect(life.state == .connecting)
        #expect(life.tcpConnected() == .none)
        #expect(life.state == .awaitingInfo)
        #expect(life.pongReceived() == .none, "a PONG before CONNECT is ignored")
        #expect(life.infoReceived() == .introduce)
        #expect(life.infoReceived() == .update, "a second INFO before the PONG is applied")
        #expect(life.state == .awaitingPong)
        #expect(life.pongReceived() == .established)
        #expect(life.state == .connected)
        #expect(life.attempt == 0)
        #expect(life.pongReceived() == .answered)
        #expect(life.infoReceived() == .update)
    }

    @Test
    func `starting twice connects once`() {
        var life = ConnectionLifecycle(maxPingFailure: 2)
        #expect(life.start() == .connect(attempt: 1))
        #expect(life.start() == .none)
    }

    @Test
    func `it retries forever and counts the retries`() {
        var life = ConnectionLifecycle(maxPingFailure: 2)
        #expect(life.start() == .connect(attempt: 1))
        for retry in 0..<1_000 {
            #expect(life.socketClosed(afterStableConnection: false, error: refused) == .retry(.backoff(retry), cause: refused))
            #expect(life.state == .backingOff(cause: refused))
            #expect(life.retryTimerFired() == .connect(attempt: retry + 2))
        }
    }

    @Test
    func `the backoff is reset after a stable connection, but not after an accept or a short connection`() {
        var life = connected()
        #expect(life.socketClosed(afterStableConnection: false, error: eof) == .retry(.spread, cause: eof))
        _ = life.retryTimerFired()
        _ = life.tcpConnected()
        #expect(life.socketClosed(afterStableConnection: false, error: eof) == .retry(.backoff(1), cause: eof))
        _ = life.retryTimerFired()
        _ = life.tcpConnected()
        _ = life.infoReceived()
        #expect(life.pongReceived() == .established)
        #expect(
            life.socketClosed(afterStableConnection: false, error: eof) == .retry(.backoff(2), cause: eof),
            "the connection was too short"
        )
        _ = life.retryTimerFired()
        _ = life.tcpConnected()
        _ = life.infoReceived()
        _ = life.pongReceived()
        #expect(life.socketClosed(afterStableConnection: true, error: eof) == .retry(.spread, cause: eof))
    }

    @Test(
        arguments: [
            (0, "no answer to the TCP connect"), (1, "sent no INFO"), (2, "no PONG"),
        ]
    )
    func `the error of the deadline names the progress of the handshake`(steps: Int, expected: String) {
        var life = ConnectionLifecycle(maxPingFailure: 2)
        _ = life.start()
        if steps > 0 { _ = life.tcpConnected() }
        if steps > 1 { _ = life.infoReceived() }
        #expect(life.handshakeDeadlinePassed() == .disconnect)
        guard case .retry(.backoff(0), let cause) = life.socketClosed(afterStableConnection: false, error: eof) else {
            Issue.record("no retry")
            return
        }
        #expect(cause.code == .connectTimeout)
        #expect(cause.message.contains(expected))
    }

    @Test
    func `the deadline is ignored once connected`() {
        var life = connected()
        #expect(life.handshakeDeadlinePassed() == .none)
        #expect(life.state == .connected)
    }

    @Test
    func `a silent connection is closed after max_ping_failure intervals without a byte`() {
        var life = connected()
        #expect(life.pingIntervalPassed(receivedBytes: true) == .sendPing)
        #expect(life.pingIntervalPassed(receivedBytes: false) == .sendPing)
        #expect(life.keepalive.misses == 1)
        #expect(life.pingIntervalPassed(receivedBytes: false) == .disconnect)
        guard case .retry(_, let cause) = life.socketClosed(afterStableConnection: true, error: eof) else {
            Issue.record("no retry")
            return
        }
        #expect(cause.code == .stale)
        #expect(cause.message == "no byte received during 2 ping intervals, the connection is stale")
    }

    @Test
    func `a received byte and a new connection reset the misses`() {
        var life = connected()
        _ = life.pingIntervalPassed(receivedBytes: false)
        #expect(life.pingIntervalPassed(receivedBytes: true) == .sendPing)
        #expect(life.keepalive.misses == 0)
        _ = life.pingIntervalPassed(receivedBytes: false)
        _ = life.pingIntervalPassed(receivedBytes: false)
        _ = life.socketClosed(afterStableConnection: true, error: eof)
        _ = life.retryTimerFired()
        #expect(life.keepalive.misses == 0)
        _ = life.tcpConnected()
        _ = life.infoReceived()
        _ = life.pongReceived()
        #expect(life.pingIntervalPassed(receivedBytes: false) == .sendPing)
    }

    @Test(
        arguments: [
            ("Authorization Violation", NATSError.Code.authorization),
            ("Authentication Timeout", .authorization),
            ("User Authentication Expired", .authorization),
            ("Stale Connection", .serverError),
            ("maximum connections exceeded", .serverError),
            ("Secure Connection - TLS Required", .configuration),
            ("Unknown Protocol Operation", .protocolViolation),
            ("Maximum Payload Violation", .protocolViolation),
        ]
    )
    func `an error that closes the connection is reported as the cause`(text: String, code: NATSError.Code) {
        var life = connected()
        #expect(life.errorReceived(ServerError(text: text)) == .disconnect)
        guard case .retry(_, let cause) = life.socketClosed(afterStableConnection: false, error: eof) else {
            Issue.record("no retry")
            return
        }
        #expect(cause.code == code)
        #expect(cause.message.contains(text))
    }

    @Test(
        arguments: [
            ("Permissions Violation for Publish to \"x\"", NATSError.Code.permission),
            ("Permissions Violation for Subscription to \"x\" using queue \"q\"", .permission),
            ("maximum subscriptions exceeded", .serverError),
            ("Invalid Subject", .serverError),
        ]
    )
    func `errors that leave the connection open are reported`(text: String, code: NATSError.Code) {
        var life = connected()
        let error = ServerError(text: text)
        #expect(life.errorReceived(error) == .report(error.error))
        #expect(error.error.code == code)
        #expect(life.state == .connected)
    }

    @Test
    func `an unknown error is reported, and is the cause if the server then closes the connection`() {
        var life = connected()
        let error = ServerError(text: "Flux Capacitor Empty")
        #expect(life.errorReceived(error) == .report(error.error))
        #expect(life.socketClosed(afterStableConnection: false, error: eof) == .retry(.spread, cause: error.error))
    }

    @Test
    func `rejected credentials are retried slowly, and expired ones soon`() {
        var refused = ConnectionLifecycle(maxPingFailure: 2)
        _ = refused.start()
        _ = refused.tcpConnected()
        _ = refused.infoReceived()
        let violation = ServerError(text: "Authorization Violation")
        _ = refused.errorReceived(violation)
        let slow = ConnectionLifecycle.ClosedAction.retry(.backoff(Backoff.lastRetry), cause: violation.error)
        #expect(refused.socketClosed(afterStableConnection: false, error: eof) == slow)

        var expired = connected()
        let expiry = ServerError(text: "User Authentication Expired")
        #expect(expired.errorReceived(expiry) == .disconnect)
        #expect(expired.socketClosed(afterStableConnection: true, error: eof) == .retry(.spread, cause: expiry.error))
    }

    @Test
    func `a requested reconnect happens immediately`() {
        var life = connected()
        #expect(life.fail(.reconnectRequested) == .disconnect)
        #expect(life.socketClosed(afterStableConnection: true, error: eof) == .retry(.now, cause: .reconnectRequested))
    }

    @Test
    func `moving to another socket resets the keepalive`() {
        var life = connected()
        _ = life.pingIntervalPassed(receivedBytes: false)
        life.moved()
        #expect(life.keepalive.misses == 0)
        #expect(life.state == .connected)
    }

    @Test
    func `a connection that is being closed can still be replaced by a move`() {
        var life = connected()
        #expect(life.fail(.reconnectRequested) == .disconnect)
        life.moved()
        #expect(life.state == .connected && life.attempt == 0)
    }

    @Test
    func `a socket that is being connected replaces a new attempt and continues its handshake`() {
        for (stage, state) in [
            (ConnectionLifecycle.HandshakeStage.connecting, ConnectionLifecycle.State.connecting),
            (.awaitingInfo, .awaitingInfo), (.awaitingPong, .awaitingPong),
        ] {
            var life = connected()
            life.adopt(stage)
            #expect(life.state == .connected, "nothing was lost")
            _ = life.socketClosed(afterStableConnection: true, error: eof)
            life.adopt(stage)
            #expect(life.state == state && life.attempt == 1)
            #expect(life.retryTimerFired() == .none)
            #expect(life.socketClosed(afterStableConnection: false, error: refused) == .retry(.backoff(1), cause: refused))
        }
    }

    @Test
    func `any error during the handshake ends the attempt`() {
        var life = ConnectionLifecycle(maxPingFailure: 2)
        _ = life.start()
        _ = life.tcpConnected()
        _ = life.infoReceived()
        #expect(life.errorReceived(ServerError(text: "Authorization Violation")) == .disconnect)
        #expect(life.pongReceived() == .none, "a PONG of an abandoned connection is ignored")
    }

    @Test
    func `closing is final in every state`() {
        var idle = ConnectionLifecycle(maxPingFailure: 2)
        #expect(idle.close() == .finish)
        #expect(idle.start() == .none)

        var connecting = ConnectionLifecycle(maxPingFailure: 2)
        _ = connecting.start()
        #expect(connecting.close() == .closeSocket)
        #expect(connecting.tcpConnected() == .closeSocket, "a late TCP connection is closed")
        #expect(connecting.socketClosed(afterStableConnection: false, error: eof) == .finish)
        #expect(connecting.state == .closed)

        var up = connected()
        #expect(up.close() == .closeSocket)
        #expect(up.close() == .none)
        #expect(up.socketClosed(afterStableConnection: true, error: eof) == .finish)
        #expect(up.retryTimerFired() == .none)

        var waiting = connected()
        _ = waiting.socketClosed(afterStableConnection: true, error: eof)
        #expect(waiting.close() == .finish)
        #expect(waiting.retryTimerFired() == .none)
    }

    @Test
    func `a failure is reported once`() {
        var life = connected()
        let broken = NATSError(.protocolViolation, "garbage")
        #expect(life.fail(broken) == .disconnect)
        #expect(life.fail(refused) == .none)
        #expect(life.socketClosed(afterStableConnection: false, error: eof) == .retry(.spread, cause: broken))
        #expect(life.socketClosed(afterStableConnection: false, error: eof) == .none)
    }
}
