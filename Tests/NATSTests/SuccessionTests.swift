import Testing

@testable import NATS

/// Each test reads as a transcript: what happened, what has to be done.
@Suite("The move away from a lame duck")
struct SuccessionTests {
    private func subscribing() -> Succession {
        var move = Succession()
        #expect(move.lameDuckAnnounced() == .connect)
        #expect(move.tcpConnected() == .none)
        #expect(move.infoReceived(isLeavingToo: false) == .introduce)
        #expect(move.pongReceived() == .subscribe)
        return move
    }

    @Test
    func `connect there, subscribe there, leave here, take over`() {
        var move = Succession()
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
        var move = Succession()
        _ = move.lameDuckAnnounced()
        for retry in 0..<5 {
            _ = move.tcpConnected()
            guard case .discard = move.infoReceived(isLeavingToo: true) else {
                Issue.record("it moved to a server that leaves too")
                return
            }
            #expect(move.successorLost() == .retry(retry, subscribeAgain: false))
            #expect(move.successorLost() == .none)
            #expect(move.retryTimerFired() == .connect)
        }
    }

    @Test
    func `a successor that is lost before the old server was left changes nothing there; after it, it is subscribed to again`() {
        var early = subscribing()
        #expect(early.successorLost() == .retry(0, subscribeAgain: false))
        #expect(!early.isSubscribed)
        var late = subscribing()
        _ = late.subscriptionsConfirmed()
        _ = late.overlapEnded()
        #expect(late.oldSocketIdle() == .leave)
        #expect(late.successorLost() == .retry(0, subscribeAgain: true))
        #expect(!late.holdsPublishes, "the old server serves on")
    }

    @Test
    func `when the old server is gone first, the successor takes its place in whatever state it is`() {
        var move = Succession()
        #expect(move.oldLinkLost() == .none)
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
        _ = move.successorLost()
        steps.append(move)
        var ends: [Succession.EndAction] = []
        for index in steps.indices {
            ends.append(steps[index].oldLinkLost())
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
