import Testing

@testable import NATS

/// Each test reads as a transcript: what happened, what has to be done.
@Suite("The move away from a lame duck")
struct ServerMigrationTests {
    private func subscribing() -> ServerMigration {
        var move = ServerMigration()
        #expect(move.lameDuckAnnounced() == .connect)
        #expect(move.tcpConnected() == .none)
        #expect(move.infoReceived(isLeavingToo: false) == .introduce)
        #expect(move.pongReceived() == .subscribe)
        return move
    }

    @Test
    func `connect there, subscribe there, leave here, take over`() {
        var move = ServerMigration()
        #expect(!move.isSubscribed)
        #expect(move.lameDuckAnnounced() == .connect)
        #expect(move.lameDuckAnnounced() == .none, "a server may say it twice")
        #expect(move.tcpConnected() == .none)
        #expect(move.pongReceived() == .none, "a PONG before our CONNECT means nothing")
        #expect(move.infoReceived(isLeavingToo: false) == .introduce)
        #expect(!move.isSubscribed)
        #expect(move.pongReceived() == .subscribe)
        #expect(move.isSubscribed)
        #expect(!move.holdsPublishes, "the old server still gets what is published")
        #expect(move.oldSocketIdle() == .none)
        #expect(move.subscriptionsConfirmed() == .overlap)
        #expect(!move.holdsPublishes, "nor is it left during the overlap")
        #expect(move.overlapEnded() == .hold)
        #expect(move.holdsPublishes)
        #expect(move.oldSocketIdle() == .leave)
        #expect(move.oldSocketIdle() == .none, "only once")
        #expect(move.oldServerSettled() == .takeOver(.complete))
        #expect(move.state == .none)
        #expect(!move.holdsPublishes)
    }

    @Test
    func `a balancer that leads to a leaving server again is asked again, later each time`() {
        var move = ServerMigration()
        _ = move.lameDuckAnnounced()
        for retry in 0..<5 {
            _ = move.tcpConnected()
            guard case .discard = move.infoReceived(isLeavingToo: true) else {
                Issue.record("it moved to a server that leaves too")
                return
            }
            #expect(move.nextConnectionLost() == .retry(retry, subscribeAgain: false))
            #expect(move.nextConnectionLost() == .none)
            #expect(move.retryTimerFired() == .connect)
        }
    }

    @Test
    func `a next connection lost early changes nothing at the old server; one lost after leaving it has it subscribed again`() {
        var early = subscribing()
        #expect(early.nextConnectionLost() == .retry(0, subscribeAgain: false))
        #expect(!early.isSubscribed)
        var late = subscribing()
        _ = late.subscriptionsConfirmed()
        _ = late.overlapEnded()
        #expect(late.oldSocketIdle() == .leave)
        #expect(late.nextConnectionLost() == .retry(0, subscribeAgain: true))
        #expect(!late.holdsPublishes, "the old server serves on")
    }

    @Test
    func `when the old server is gone first, the next connection takes its place in whatever state it is`() {
        var move = ServerMigration()
        #expect(move.oldConnectionLost() == .none)
        _ = move.lameDuckAnnounced()
        var steps = [move]
        _ = move.tcpConnected()
        steps.append(move)
        _ = move.infoReceived(isLeavingToo: false)
        steps.append(move)
        _ = move.pongReceived()
        steps.append(move)
        _ = move.subscriptionsConfirmed()
        steps.append(move)
        _ = move.overlapEnded()
        steps.append(move)
        _ = move.oldSocketIdle()
        steps.append(move)
        _ = move.nextConnectionLost()
        steps.append(move)
        var ends: [ServerMigration.EndAction] = []
        for index in steps.indices {
            ends.append(steps[index].oldConnectionLost())
            #expect(steps[index].state == .none)
        }
        #expect(
            ends == [
                .adopt(.connecting), .adopt(.awaitingInfo), .adopt(.awaitingPong), .takeOver(.requested), .takeOver(.spreading),
                .takeOver(.complete), .takeOver(.complete), .abandon,
            ]
        )
    }
}
