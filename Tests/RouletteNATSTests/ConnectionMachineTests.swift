import NIOCore
import SeededRandomness
import TestSupport
import Testing

@testable import RouletteNATS

/// Each test reads as a transcript: an event, and the actions. The test controls the time.
@Suite("The state machine of a connection")
struct ConnectionMachineTests {
    /// A machine and the current time.
    private struct Story {
        var machine: ConnectionMachine
        var now = NIODeadline.uptimeNanoseconds(1_000_000_000)

        init(_ change: (inout ConnectionMachine.Settings) -> Void = { _ in }) {
            var settings = ConnectionMachine.Settings(NATSClientConfiguration(address: .init(host: "balancer")))
            settings.pingInterval = .seconds(5)
            settings.connectTimeout = .seconds(2)
            settings.moveOverlap = .milliseconds(100)
            settings.reconnectJitter = .zero
            change(&settings)
            machine = ConnectionMachine(settings: settings, randomness: SplitMix64(seed: 1))
        }

        mutating func after(_ event: ConnectionMachine.Event) -> [ConnectionMachine.Action] {
            var actions: [ConnectionMachine.Action] = []
            machine.handle(event, at: now, into: &actions)
            return actions
        }

        func time(_ duration: Duration) -> NIODeadline { now + TimeAmount(duration) }

        mutating func wait(_ duration: Duration) { now = time(duration) }

        /// Connects to the server "A" and answers the PING after the subscriptions.
        mutating func connect() {
            _ = after(.start)
            _ = after(.opened(0))
            _ = after(.info(0, serverID: "A", isLeaving: false))
            _ = after(.pong(0))
            _ = after(.pong(0))
        }

        /// Receives the lame duck announcement, and connects and subscribes to the server "B".
        mutating func moveToOverlap() {
            connect()
            machine.hasSubscriptions = true
            _ = after(.info(0, serverID: "A", isLeaving: true))
            _ = after(.opened(1))
            _ = after(.info(1, serverID: "B", isLeaving: false))
            _ = after(.pong(1))
            _ = after(.pong(1))
        }
    }

    private let lost = NATSError.closedByPeer

    // MARK: Lifecycle

    @Test
    func `the client connects, subscribes and publishes, in this order`() {
        var story = Story()
        #expect(story.after(.start) == [.set(.handshake, story.time(.seconds(2))), .dial(0, .attempt(1))])
        #expect(story.after(.opened(0)) == [.showProgress(.awaitingInfo)])
        #expect(!story.machine.mayWriteControl(to: 0), "the server sends first")
        #expect(story.after(.info(0, serverID: "A", isLeaving: false)) == [.introduce(0), .showServer(0)])
        #expect(story.machine.mayWriteControl(to: 0) && !story.machine.mayWriteFrames)
        #expect(story.machine.received(messages: 1, on: 0) == .discard, "the server has not accepted the client yet")
        let actions = story.after(.pong(0))
        #expect(
            actions.dropLast() == [
                .cancel(.handshake), .connected(0), .sendSubscriptions(0), .ping(0), .openBuffer(0), .flush, .resumeCalls,
            ]
        )
        guard case .set(.keepalive, let first)? = actions.last else {
            Issue.record("no keepalive")
            return
        }
        #expect(first >= story.time(.seconds(5)) && first <= story.time(.seconds(6)))
        #expect(story.machine.mayWriteFrames)
        #expect(story.machine.received(messages: 1, on: 0) == .deliver)
        #expect(story.after(.pong(0)) == [.answered(0, roundTrip: nil), .resumeSubscriptions])
        #expect(story.after(.pong(0)) == [], "a PONG without a PING is ignored")
    }

    @Test
    func `a lost connection interrupts subscriptions, counts unconfirmed messages, and reconnects immediately`() {
        var story = Story()
        story.connect()
        _ = story.machine.framesTaken(messages: 3, waiters: [], at: story.now)
        #expect(story.after(.pong(0)) == [.answered(0, roundTrip: .zero)], "a PONG confirms the first messages")
        let flush = Waiter()
        _ = story.after(.framesWritten(0))
        #expect(story.machine.framesTaken(messages: 2, waiters: [flush], at: story.now).wantsPing)
        let actions = story.after(.closed(0, lost))
        #expect(
            actions == [
                .cancel(.keepalive), .closeBuffer(lost), .settle(0, lost: 2, lost), .resolve([flush], lost),
                .interruptSubscriptions(lost, silenceOf: 0), .reportDisconnected(lost, lost: 2), .forget(0),
                .reportRetry(attempt: 1, delay: .zero, lost), .set(.retry, story.now),
            ]
        )
        #expect(story.after(.timerFired(.retry)) == [.set(.handshake, story.time(.seconds(2))), .dial(1, .attempt(1))])
        #expect(story.after(.pong(0)) == [], "late bytes of the old connection are ignored")
        #expect(story.machine.received(messages: 5, on: 0) == .ignore)
    }

    @Test
    func `silence during the allowed ping intervals ends the connection`() {
        var story = Story { $0.maxPingFailure = 2 }
        story.connect()
        _ = story.machine.received(messages: 0, on: 0)
        story.wait(.seconds(6))
        #expect(
            story.after(.timerFired(.keepalive)) == [.showPingMisses(0), .ping(0), .set(.keepalive, story.time(.seconds(5)))]
        )
        #expect(
            story.after(.timerFired(.keepalive)) == [.showPingMisses(1), .ping(0), .set(.keepalive, story.time(.seconds(5)))]
        )
        #expect(story.after(.timerFired(.keepalive)) == [.showPingMisses(2), .closeSocket(0)])
        guard
            case .reportDisconnected(let cause, _)? = story.after(.closed(0, lost)).first(where: { action in
                if case .reportDisconnected = action { true } else { false }
            })
        else {
            Issue.record("not reported")
            return
        }
        #expect(cause.code == .stale)
    }

    @Test
    func `closing and reconnecting are handled in every state`() {
        var idle = Story()
        #expect(idle.after(.reconnect) == [])
        #expect(idle.after(.close) == [.finish])
        #expect(idle.after(.close) == [])
        #expect(idle.after(.start) == [])
        var connected = Story()
        connected.connect()
        #expect(connected.after(.reconnect) == [.cancel(.keepalive), .closeSocket(0)])
        #expect(connected.after(.reconnect) == [])
        #expect(connected.after(.close) == [.closeSocket(0)])
        #expect(connected.after(.closed(0, lost)).last == .finish)
    }

    // MARK: Confirmation

    @Test
    func `a PONG confirms messages handed over before its PING, and later messages are confirmed after an interval`() {
        var story = Story { $0.confirmationInterval = .seconds(1) }
        story.connect()
        #expect(story.machine.framesTaken(messages: 3, waiters: [], at: story.now).wantsPing, "the first messages need a PING")
        _ = story.after(.framesWritten(0))
        let later = story.machine.framesTaken(messages: 4, waiters: [], at: story.now)
        #expect(!later.wantsPing && later.confirmation == nil, "a PING is outstanding")
        story.wait(.milliseconds(20))
        #expect(
            story.after(.pong(0)) == [
                .answered(0, roundTrip: .milliseconds(20)), .set(.confirmation, story.time(.seconds(1))),
            ]
        )
        #expect(story.machine.accounts.settled == 3 && story.machine.accounts.handedOver == 7)
        story.wait(.seconds(1))
        #expect(story.after(.timerFired(.confirmation)) == [.ping(0)])
        _ = story.after(.pong(0))
        #expect(!story.machine.accounts.hasUnconfirmed)
    }

    @Test
    func `an error refuses a message only if it can refer to one`() {
        let accounts = MessageAccounts()
        var unconfirmed = accounts
        unconfirmed.handOver(1)
        let denied = ServerError(text: "Permissions Violation for Publish to \"a\"")
        let violation = PermissionViolation(operation: .publish, subject: [97])
        #expect(accounts.refusal(by: denied, violation) == .message(subject: [97]))
        let other = ServerError(text: "Permissions Violation for Publish with Reply of \"b\"")
        let reply = PermissionViolation(operation: .reply, subject: [98])
        #expect(accounts.refusal(by: other, reply) == .none, "no message is unconfirmed")
        #expect(unconfirmed.refusal(by: other, reply) == .message(subject: nil))
        let subscription = PermissionViolation(operation: .subscription(queue: nil, sid: nil), subject: [99])
        #expect(unconfirmed.refusal(by: denied, subscription) == .none)
    }

    // MARK: Moving to another server

    @Test
    func `a move connects, subscribes, overlaps, leaves the old server and takes over`() {
        var story = Story()
        story.connect()
        story.machine.hasSubscriptions = true
        #expect(
            story.after(.info(0, serverID: "A", isLeaving: true)) == [
                .updateLimits(0), .showServer(0), .reportLameDuck, .set(.migration, story.time(.seconds(2))),
                .dial(1, .migration),
            ]
        )
        #expect(
            story.after(.info(0, serverID: "A", isLeaving: true)) == [.updateLimits(0), .showServer(0)],
            "a server may repeat the announcement"
        )
        #expect(story.after(.opened(1)) == [])
        #expect(story.after(.info(1, serverID: "B", isLeaving: false)) == [.introduce(1)])
        #expect(story.after(.pong(1)) == [.cancel(.migration), .sendSubscriptions(1), .ping(1)])
        #expect(story.machine.received(messages: 2, on: 0) == .deliver)
        #expect(story.machine.received(messages: 2, on: 1) == .deliver)
        #expect(
            story.after(.pong(1)) == [.answered(1, roundTrip: nil), .set(.migration, story.time(.milliseconds(100)))]
        )
        _ = story.machine.framesTaken(messages: 1, waiters: [], at: story.now)
        story.wait(.milliseconds(100))
        #expect(story.after(.timerFired(.migration)) == [], "the socket has not accepted the last frames yet")
        #expect(
            story.after(.framesWritten(0)) == [
                .sendUnsubscribes(0), .ping(0), .set(.migration, story.time(.seconds(2))), .flush, .freeSpace,
            ]
        )
        #expect(!story.machine.mayWriteFrames, "no message overtakes another")
        #expect(story.after(.pong(0)) == [.answered(0, roundTrip: .milliseconds(100))], "the PONG after the frames")
        let actions = story.after(.pong(0))
        #expect(
            actions.dropLast() == [
                .answered(0, roundTrip: nil), .cancel(.migration), .settle(0, lost: 0, .moved), .promote(1),
                .moved(1, lost: 0, duplicates: 2, because: nil), .flush,
            ]
        )
        #expect(story.machine.mayWriteFrames && story.machine.migration.state == .none)
        #expect(story.after(.closed(0, lost)) == [], "the old connection is no longer in use")
    }

    @Test
    func `without subscriptions there is no overlap, and a move to the same server is retried`() {
        var story = Story()
        story.connect()
        _ = story.after(.info(0, serverID: "A", isLeaving: true))
        _ = story.after(.opened(1))
        let actions = story.after(.info(1, serverID: "A", isLeaving: false))
        #expect(actions.first == .cancel(.migration))
        #expect(actions.contains { if case .discard(1, _) = $0 { true } else { false } })
        #expect(story.after(.timerFired(.migration)).last == .dial(2, .migration))
        _ = story.after(.opened(2))
        _ = story.after(.info(2, serverID: "B", isLeaving: false))
        _ = story.after(.pong(2))
        #expect(story.after(.pong(2)) == [.answered(2, roundTrip: nil), .set(.migration, story.now)])
    }

    @Test
    func `a server that stops during the overlap causes a reported gap, and no subscription ends`() {
        var story = Story()
        story.moveToOverlap()
        let actions = story.after(.closed(0, lost))
        #expect(
            actions.dropLast(2) == [
                .cancel(.migration), .settle(0, lost: 0, lost), .reportGap(lost, silenceOf: 0), .promote(1),
                .moved(1, lost: 0, duplicates: 0, because: lost), .resumeSubscriptions,
            ]
        )
        #expect(story.machine.activeID == 1)
    }

    @Test
    func `if a server stops during the handshake of the next connection, the next connection replaces it`() {
        var story = Story()
        story.connect()
        _ = story.after(.info(0, serverID: "A", isLeaving: true))
        let dialed = story.now
        _ = story.after(.opened(1))
        story.wait(.milliseconds(500))
        let actions = story.after(.closed(0, lost))
        #expect(
            actions.suffix(4) == [
                .forget(0), .set(.handshake, dialed + .seconds(2)), .promote(1), .adopted(1, attempt: 1, lost),
            ]
        )
        #expect(story.after(.info(1, serverID: "B", isLeaving: false)) == [.introduce(1), .showServer(1)])
        #expect(story.after(.pong(1)).contains(.connected(1)))
    }

    @Test
    func `if the next connection is lost after the client left the old server, the client subscribes to the old server again`() {
        var story = Story()
        story.moveToOverlap()
        #expect(story.after(.timerFired(.migration)).prefix(2) == [.sendUnsubscribes(0), .ping(0)])
        let actions = story.after(.closed(1, lost))
        #expect(
            actions.filter { if case .set = $0 { false } else { true } } == [
                .cancel(.migration), .reportGap(lost, silenceOf: 1), .discard(1, lost), .sendSubscriptions(0), .ping(0), .flush,
            ]
        )
        #expect(story.machine.mayWriteFrames, "the old server continues to serve the client")
        #expect(story.after(.pong(0)) == [.answered(0, roundTrip: nil)], "the PONG of a failed move does not complete the move")
    }

    // MARK: Draining

    @Test
    func `draining ends a move, then the subscriptions, and resolves after the PONG`() {
        var story = Story()
        story.moveToOverlap()
        let ended = Waiter()
        #expect(
            story.after(.drain(ended: ended, hasSubscriptions: true)) == [
                .cancel(.migration), .discard(1, .superseded), .flush, .endSubscriptions(0), .ping(0),
            ]
        )
        #expect(
            story.after(.info(0, serverID: "A", isLeaving: true)) == [.updateLimits(0), .showServer(0), .reportLameDuck],
            "no new move begins"
        )
        #expect(story.after(.pong(0)) == [.answered(0, roundTrip: .zero), .resolve([ended], nil)])
        let confirmed = Waiter()
        #expect(story.after(.finishPublishing(confirmed: confirmed, hasBacklog: false)) == [.resolve([confirmed], nil)])
        #expect(story.after(.finishPublishing(confirmed: confirmed, hasBacklog: true)) == [.requestFlush(confirmed)])
    }

    @Test
    func `draining without a connection does not wait, and a lost connection ends the wait`() {
        var idle = Story()
        let ended = Waiter()
        #expect(idle.after(.drain(ended: ended, hasSubscriptions: true)) == [.flush, .resolve([ended], nil)])
        var story = Story()
        story.connect()
        _ = story.after(.drain(ended: ended, hasSubscriptions: true))
        #expect(story.after(.closed(0, lost)).contains(.resolve([ended], lost)))
    }

    // MARK: Forbidden transitions

    @Test
    func `a forbidden transition stops a debug build`() async {
        await #expect(processExitsWith: .failure) {
            var machine = ConnectionMachine(
                settings: ConnectionMachine.Settings(NATSClientConfiguration(address: .init(host: "h"))),
                randomness: SystemRandomNumberGenerator()
            )
            var actions: [ConnectionMachine.Action] = []
            machine.handle(.timerFired(.keepalive), at: .uptimeNanoseconds(1), into: &actions)
        }
    }
}
