import Logging
import SeededRandomness
import TestSupport
import Testing

@testable import Roulette
@testable import RouletteNATS

/// Which connection of a pool carries a topic while others are down. Each test is a transcript of what the servers hear, with
/// real connections on a clock that the test moves.
@Suite("Failover within a pool, in virtual time")
struct PoolFailoverTests {
    private let network = VirtualNetwork()

    /// The connections of one role to one cluster. The topic belongs to the first of them, its home.
    private struct Pool {
        let network: VirtualNetwork
        let pooled: [PooledConnection]
        let table: ConnectionTable
        let destination = Destination(cluster: 0, slot: 0)
        static let topic = "orders"

        var connections: [NATSClient] { pooled.map(\.client) }
        var isConnected: Bool { connections.allSatisfy(\.acceptsMessages) }

        /// Publishes as `RouletteClient` does: on the connection that carries the topic, or on the one that takes its place.
        /// - Returns: Whether the message was accepted.
        @discardableResult
        func publish(_ body: String) -> Bool {
            for _ in 0...pooled.count {
                if enqueue(body) { return true }
                guard table.redirect(destination) else { return false }
            }
            return false
        }

        private func enqueue(_ body: String) -> Bool {
            let (payload, topic) = (Array(body.utf8), Array(Self.topic.utf8))
            return table.withCarrier(of: destination) { connection, lease in
                payload.withUnsafeBytes { payload in
                    topic.withUnsafeBytes { topic in
                        do {
                            return try connection.client.enqueue(payload, toValid: topic, reply: nil, headers: nil, lease: lease)
                                == nil
                        } catch {
                            return false
                        }
                    }
                }
            }
        }

        /// Lets the servers read, and returns the messages that the server of a dialed connection heard since the last time.
        func bodies(heardOn number: Int) throws -> [String] {
            try network.advance(by: .milliseconds(5))
            let lines = network.heard(on: number).split(separator: "\r\n")
            return zip(lines, lines.dropFirst()).filter { $0.0.hasPrefix("PUB \(Self.topic) ") }.map { String($0.1) }
        }
    }

    /// A connected pool. Its connections are dialed in order, so that their numbers in the network are those of their slots.
    private func pool(of size: Int, _ role: ConnectionRole = .publisher) throws -> Pool {
        let cluster = Cluster(index: 0, name: "c", address: "balancer:4222")
        let observers = ConnectionObservers()
        let pooled = try (0..<size).map { slot in
            let id = PooledConnectionID(cluster: cluster, role: role, slot: slot)
            var configuration = NATSClientConfiguration(address: .init(host: "balancer"))
            configuration.reconnectBufferSize = 0
            let client = try NATSClient(
                configuration: configuration,
                eventLoop: network.loop,
                dialer: network.dialer,
                logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
                randomness: SplitMix64(seed: UInt64(slot)),
                clock: network.clock,
                observer: { event in observers.tell(event, of: id) }
            )
            return PooledConnection(cluster: cluster, role: role, slot: slot, client: client)
        }
        let table = ConnectionTable(pooled, slots: size)
        observers.set(publishers: table, subscribers: table)
        let pool = Pool(network: network, pooled: pooled, table: table)
        for connection in pool.connections { connection.driver.start() }
        try network.advance(by: .milliseconds(10))
        try #require(pool.isConnected)
        return pool
    }

    /// Has the lost connection dial successfully, and returns the number of its new connection.
    private func restore() throws -> Int {
        network.peer = .answering
        // The backoff is below its maximum of 5 s.
        try network.advance(by: .seconds(4))
        return network.dials.count - 1
    }

    @Test
    func `a topic is carried by another connection while its home is down, and returns behind the PONG for what was sent there`()
        throws
    {
        let pool = try pool(of: 2)
        pool.publish("at home")
        #expect(try pool.bodies(heardOn: 0) == ["at home"])

        network.peer = .refusing
        network.set(.answering, on: 1)
        network.cut(0)
        pool.publish("confirmed elsewhere")
        #expect(try pool.bodies(heardOn: 1) == ["confirmed elsewhere"])
        network.set(.silent, on: 1)
        pool.publish("not yet confirmed")
        #expect(try pool.bodies(heardOn: 1) == ["not yet confirmed"])

        let home = try restore()
        #expect(pool.connections[0].acceptsMessages)
        pool.publish("held back")
        #expect(try pool.bodies(heardOn: home).isEmpty, "it would overtake the message before")
        #expect(try pool.bodies(heardOn: 1).isEmpty)
        network.send("PONG\r\nPONG\r\n", on: 1)
        network.set(.answering, on: 1)
        #expect(try pool.bodies(heardOn: home) == ["held back"])

        pool.publish("at home again")
        #expect(try pool.bodies(heardOn: home) == ["at home again"])
        #expect(try pool.bodies(heardOn: 1).isEmpty)
        #expect(pool.connections.map(\.snapshot.lost) == [0, 0])
    }

    @Test
    func `when the other connection is lost, the home goes on, and what was not confirmed is counted and not sent again`() throws
    {
        let pool = try pool(of: 2)
        network.peer = .refusing
        network.set(.silent, on: 1)
        network.cut(0)
        pool.publish("lost")
        #expect(try pool.bodies(heardOn: 1) == ["lost"])
        let home = try restore()
        pool.publish("held back")
        #expect(try pool.bodies(heardOn: home).isEmpty)
        network.cut(1)
        #expect(try pool.bodies(heardOn: home) == ["held back"])
        #expect(pool.connections.map(\.snapshot.lost) == [0, 1])
    }

    @Test
    func `connections take over in the order of the pool, and the topic returns from the last one`() throws {
        let pool = try pool(of: 3)
        network.set(.answering, on: 1)
        network.set(.answering, on: 2)
        network.peer = .refusing
        network.cut(0)
        pool.publish("on the second")
        #expect(try pool.bodies(heardOn: 1) == ["on the second"])
        network.cut(1)
        pool.publish("on the third")
        #expect(try pool.bodies(heardOn: 2) == ["on the third"])

        network.peer = .answering
        try network.advance(by: .seconds(4))
        #expect(pool.isConnected)
        pool.publish("at home")
        try network.advance(by: .milliseconds(5))
        #expect(pool.connections[0].snapshot.messagesOut == 1)
        #expect(try pool.bodies(heardOn: 2).isEmpty)
    }

    @Test
    func `without any connection publishing fails, and works again when one is up`() throws {
        let pool = try pool(of: 2)
        network.peer = .refusing
        network.cut()
        #expect(!pool.publish("refused"))
        network.peer = .answering
        try network.advance(by: .seconds(4))
        #expect(pool.publish("accepted"))
        try network.advance(by: .milliseconds(5))
        #expect(pool.connections.map(\.snapshot.messagesOut).reduce(0, +) == 1)
    }

    // MARK: Subscriptions

    /// Subscribes to the topic of a pool on the event loop of the test.
    private func subscribe(on pool: Pool) throws -> SubscriptionGroup {
        let pattern = try Subject.pattern(Pool.topic)
        let group = SubscriptionGroup(pattern: pattern, options: SubscribeOptions(), consumers: Consumers()) { _ in }
        let (connection, _) = pool.table.carrier(of: pool.destination)
        let member = SubscriptionMember(group: group, connection: connection)
        group.willAdd()
        let entry = try connection.client.driver.subscribe(
            group.pattern,
            queueGroup: nil,
            maxMessages: nil,
            endsWithConnection: false,
            sink: member,
            onWire: Waiter()
        )
        group.added(member, sid: entry.sid)
        // The connects before also lead to a look for connections that are down.
        try network.advance(by: .seconds(1))
        return group
    }

    @Test
    func `subscriptions move to another connection when theirs is down for 100 ms, and miss messages until its PONG`() throws {
        let pool = try pool(of: 2, .subscriber)
        let group = try subscribe(on: pool)
        #expect(network.heard(on: 0).contains("SUB \(Pool.topic) "))
        network.peer = .refusing
        network.cut(0)
        try network.advance(by: .milliseconds(95))
        #expect(!network.heard(on: 1).contains("SUB "), "most connections are back by then")
        #expect(group.missedIntervals.ended.isEmpty)
        network.set(.answering, on: 1)
        try network.advance(by: .milliseconds(10))
        #expect(network.heard(on: 1).contains("SUB \(Pool.topic) "))
        #expect(group.missedIntervals.ended.count == 1)
        #expect(pool.connections.map(\.snapshot.subscriptions) == [0, 1])
    }

    @Test
    func `subscriptions stay when their connection is back at once`() throws {
        let pool = try pool(of: 2, .subscriber)
        let group = try subscribe(on: pool)
        network.cut(0)
        try network.advance(by: .milliseconds(300))
        #expect(pool.connections.map(\.snapshot.subscriptions) == [1, 0])
        #expect(!network.heard(on: 1).contains("SUB "))
        #expect(group.missedIntervals.ended.count == 1)
    }
}
