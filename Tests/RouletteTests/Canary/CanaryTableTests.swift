import Testing

@testable import Roulette

@Suite("Canary messages of one cluster")
struct CanaryTableTests {
    private static let one = CanaryServer(id: "A", name: "alpha-1")
    private static let two = CanaryServer(id: "B", name: "alpha-2")
    private static let there = CanaryRoute(from: one, to: two)
    private static let here = CanaryRoute(from: one, to: one)

    /// A cluster of two servers: one publisher on the first, a subscriber on each.
    private struct Bed {
        var table = CanaryTable(interval: .seconds(5))
        var now = Duration.zero
        var publishers = [CanaryTable.End(slot: 0, server: CanaryTableTests.one)]
        var subscribers = [
            CanaryTable.End(slot: 0, server: CanaryTableTests.one), CanaryTable.End(slot: 1, server: CanaryTableTests.two),
        ]
        var changes: [CanaryTable.Change] = []

        /// Ends the round, and publishes the messages of the next one, which these subscribers receive after 2 ms.
        /// - Parameter frozen: A server that answers no question.
        mutating func round(
            receivedBy slots: [Int] = [0, 1],
            frozen: CanaryServer? = nil,
            after time: Duration = .seconds(5)
        ) {
            now += time
            changes = table.endRound(publishers: publishers, subscribers: subscribers, at: now)
            for end in table.readyPublishers(at: now) {
                let number = table.publish(from: end, at: now)
                for slot in slots { changes += table.receive(number, on: slot, at: now + .milliseconds(2)) }
            }
            for end in publishers where end.server != frozen { table.answer(.publisher, end, asked: now) }
            for end in subscribers where end.server != frozen { table.answer(.subscriber, end, asked: now) }
        }

        mutating func status() -> CanaryStatus { table.status(at: now, refusal: nil) }
    }

    @Test
    func `when all messages arrive, the routes have a latency and no failure`() throws {
        var bed = Bed()
        bed.round()
        bed.round()
        bed.round()
        let status = bed.status()
        #expect(bed.changes.isEmpty && status.failures.isEmpty)
        #expect(status.routes.map(\.route) == [Self.here, Self.there])
        #expect(status.routes.allSatisfy { $0.latency == .milliseconds(2) && $0.age == .zero })
        #expect(try #require(status.latency?.lastMinute).count == 4, "the first round only waits")
        #expect(status.completeRounds == 2)
    }

    @Test
    func `a message that does not arrive before the next round is a failure of the route, from when it was published`() {
        var bed = Bed()
        bed.round()
        bed.round()
        bed.round(receivedBy: [0])
        #expect(bed.changes.isEmpty)
        bed.round(receivedBy: [0])
        #expect(bed.changes == [.began(Self.there)])
        bed.round(receivedBy: [0])
        #expect(bed.changes.isEmpty, "reported once")
        #expect(bed.status().failures.map(\.route) == [Self.there])
        #expect(bed.status().failures.first?.failingFor == .seconds(10))
        bed.round()
        #expect(bed.changes == [.ended(Self.there, after: .seconds(15) + .milliseconds(2), isDelivered: true)])
        #expect(bed.status().failures.isEmpty)
    }

    @Test(arguments: [one, two])
    func `messages from or to a server that answers nothing are not missing, and a cut route is found when it answers again`(
        frozen: CanaryServer
    ) {
        var bed = Bed()
        bed.round()
        bed.round()
        // The first server still passes messages to itself.
        let heard = frozen == Self.one ? [] : [0]
        for _ in 0..<3 {
            bed.round(receivedBy: heard, frozen: frozen)
            #expect(bed.changes.isEmpty)
        }
        bed.round(receivedBy: [0])
        #expect(bed.changes.isEmpty)
        bed.round(receivedBy: [0])
        #expect(bed.changes == [.began(Self.there)])
    }

    @Test
    func `one of several connections that does not receive makes its route fail`() {
        var bed = Bed()
        bed.subscribers.append(CanaryTable.End(slot: 2, server: Self.two))
        bed.round(receivedBy: [0, 1, 2])
        bed.round(receivedBy: [0, 1, 2])
        bed.round(receivedBy: [0, 1])
        bed.round(receivedBy: [0, 1])
        #expect(bed.changes == [.began(Self.there)])
        bed.round(receivedBy: [0, 1, 2])
        #expect(bed.changes == [.ended(Self.there, after: .seconds(10) + .milliseconds(2), isDelivered: true)])
    }

    @Test
    func `a connection takes part after a second with its server, because subscriptions spread with a delay`() {
        var bed = Bed()
        bed.round()
        #expect(bed.table.readyPublishers(at: bed.now).isEmpty)
        #expect(bed.table.readyPublishers(at: bed.now + .seconds(1)).count == 1)
        bed.round()
        bed.subscribers[1].server = CanaryServer(id: "C", name: "alpha-2")
        bed.round(receivedBy: [0])
        bed.round(receivedBy: [0, 1])
        #expect(bed.changes.isEmpty, "the message before the new server took part is not missing")
    }

    @Test
    func `connections that were lost meanwhile are no failures, and end those that there were`() {
        var bed = Bed()
        bed.round()
        bed.round()
        bed.round(receivedBy: [0])
        let lost = bed.subscribers.removeLast()
        bed.round(receivedBy: [0])
        #expect(bed.changes.isEmpty)
        bed.subscribers.append(lost)
        bed.round()
        bed.round(receivedBy: [0])
        bed.round(receivedBy: [0])
        #expect(bed.changes == [.began(Self.there)])
        bed.subscribers.removeLast()
        bed.round(receivedBy: [0])
        #expect(bed.changes == [.ended(Self.there, after: .seconds(10), isDelivered: false)])
        #expect(bed.status().routes.map(\.route) == [Self.here])
    }

    @Test
    func `a connection that was lost and is back on the same server between two rounds is no failure`() {
        var bed = Bed()
        bed.round()
        bed.round()
        bed.round(receivedBy: [0])
        bed.subscribers[1].reconnects = 1
        bed.round()
        #expect(bed.changes.isEmpty && bed.status().failures.isEmpty)
    }

    @Test
    func `with a short interval, a message may take two seconds`() {
        var bed = Bed()
        bed.table = CanaryTable(interval: .seconds(1))
        bed.round(after: .seconds(1))
        bed.round(after: .seconds(1))
        let number = bed.table.publish(from: bed.publishers[0], at: bed.now)
        bed.round(receivedBy: [], after: .seconds(1))
        #expect(bed.changes.isEmpty && bed.status().completeRounds == 0)
        #expect(bed.table.receive(number, on: 0, at: bed.now).isEmpty)
        bed.round(receivedBy: [], after: .seconds(1))
        #expect(bed.changes == [.began(Self.there)], "the other connection did not receive it")
    }

    @Test
    func `after a stop of this process, messages that it had no time to read are not missing`() {
        var bed = Bed()
        bed.round()
        bed.round()
        bed.round(receivedBy: [])
        bed.round(receivedBy: [0, 1], after: .seconds(60))
        #expect(bed.changes.isEmpty)
    }

    @Test
    func `a message that could not be sent, a wrong number and a second copy change nothing`() {
        var bed = Bed()
        bed.round()
        bed.round()
        let number = bed.table.publish(from: bed.publishers[0], at: bed.now)
        bed.table.withdraw(number)
        #expect(bed.table.receive(number, on: 0, at: bed.now).isEmpty)
        #expect(bed.table.receive(.max, on: 0, at: bed.now).isEmpty)
        bed.round()
        #expect(bed.changes.isEmpty && bed.status().failures.isEmpty)
    }

    @Test
    func `the number of connections is bounded`() {
        var bed = Bed()
        bed.publishers = (0..<1_000).map { CanaryTable.End(slot: $0, server: Self.one) }
        bed.subscribers = (0..<1_000).map { CanaryTable.End(slot: $0, server: Self.two) }
        bed.round()
        bed.round(receivedBy: [])
        #expect(bed.table.readyPublishers(at: bed.now).count == CanaryTable.maximumConnections)
    }
}
