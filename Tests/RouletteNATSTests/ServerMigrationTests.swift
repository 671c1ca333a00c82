import Testing

@testable import RouletteNATS

/// Each test reads as a transcript: an event, and what to do next.
@Suite("The move away from a server in lame duck mode")
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
    func `a move connects, subscribes, leaves the old server and takes over`() {
        var move = ServerMigration()
        #expect(!move.isSubscribed)
        #expect(move.lameDuckAnnounced() == .connect)
        #expect(move.lameDuckAnnounced() == .none, "a server may repeat the announcement")
        #expect(move.tcpConnected() == .none)
        #expect(move.pongReceived() == .none, "a PONG before CONNECT is ignored")
        #expect(move.infoReceived(isLeavingToo: false) == .introduce)
        #expect(!move.isSubscribed)
        #expect(move.pongReceived() == .subscribe)
        #expect(move.isSubscribed)
        #expect(!move.holdsPublishes, "messages are still published to the old server")
        #expect(move.oldSocketIdle() == .none)
        #expect(move.subscriptionsConfirmed() == .overlap)
        #expect(!move.holdsPublishes, "also during the overlap")
        #expect(move.overlapEnded() == .hold)
        #expect(move.holdsPublishes)
        #expect(move.oldSocketIdle() == .leave)
        #expect(move.oldSocketIdle() == .none, "only once")
        #expect(move.oldServerSettled() == .takeOver(.complete))
        #expect(move.state == .none)
        #expect(!move.holdsPublishes)
    }

    @Test
    func `a move to another leaving server is retried with increasing backoff`() {
        var move = ServerMigration()
        _ = move.lameDuckAnnounced()
        for retry in 0..<5 {
            _ = move.tcpConnected()
            guard case .discard = move.infoReceived(isLeavingToo: true) else {
                Issue.record("it moved to a server that is also leaving")
                return
            }
            #expect(move.nextConnectionLost() == .retry(retry, subscribeAgain: false))
            #expect(move.nextConnectionLost() == .none)
            #expect(move.retryTimerFired() == .connect)
        }
    }

    @Test
    func `losing the next connection requires a new subscribe only if the client has left the old server`() {
        var early = subscribing()
        #expect(early.nextConnectionLost() == .retry(0, subscribeAgain: false))
        #expect(!early.isSubscribed)
        var late = subscribing()
        _ = late.subscriptionsConfirmed()
        _ = late.overlapEnded()
        #expect(late.oldSocketIdle() == .leave)
        #expect(late.nextConnectionLost() == .retry(0, subscribeAgain: true))
        #expect(!late.holdsPublishes, "the old server continues to serve the client")
    }

    @Test
    func `if the old connection is lost first, the next connection replaces it in every state`() {
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
