import NATSWire
import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

/// The end of a single subscription without the loss of a message, as a transcript of what the servers hear.
@Suite("Draining a subscription, in virtual time")
struct SubscriptionDrainTests {
    private let network = VirtualNetwork()
    private let sink = RecordingSink()

    private func start() throws -> ConnectionDriver {
        var configuration = NATSClientConfiguration(address: .init(host: "seed"))
        configuration.moveOverlap = .seconds(10)
        let driver = network.driver(configuration, observer: { _ in })
        driver.start()
        try network.advance(by: .milliseconds(10))
        try #require(driver.activeConnection != nil)
        return driver
    }

    private func message(_ sid: UInt64, _ body: String) -> String { "MSG a \(sid) \(body.utf8.count)\r\n\(body)\r\n" }

    /// Returns what a server heard about subscriptions.
    private func subscriptions(heardOn number: Int) throws -> [String] {
        try network.advance(by: .milliseconds(5))
        return network.heard(on: number).split(separator: "\r\n").map(String.init)
            .filter { $0.hasPrefix("SUB") || $0.hasPrefix("UNSUB") }
    }

    @Test
    func `messages that the server sent before it read the UNSUB are delivered, then the subscription ends`() throws {
        let driver = try start()
        let sid = try driver.subscribe("a", sink)
        _ = try subscriptions(heardOn: 0)
        network.latency = .milliseconds(100)
        driver.drainSubscription(sid, sink)
        #expect(try subscriptions(heardOn: 0) == ["UNSUB \(sid)"])
        network.send(message(sid, "in transit"), on: 0)
        try network.advance(by: .milliseconds(50))
        #expect(sink.bodies == ["in transit"])
        #expect(sink.ends.isEmpty)
        try network.advance(by: .milliseconds(100))
        #expect(sink.ends.count == 1 && sink.ends[0] == nil)
        #expect(driver.subscriptions.count == 0)
        #expect(try subscriptions(heardOn: 0).isEmpty, "UNSUB is sent once")
    }

    @Test
    func `consumers that share a SUB end independently of each other, and the SUB with the last one`() throws {
        let driver = try start()
        let other = RecordingSink()
        let sid = try driver.subscribe("a", sink)
        try driver.subscribe("a", other)
        _ = try subscriptions(heardOn: 0)
        network.latency = .milliseconds(100)
        driver.drainSubscription(sid, sink)
        #expect(try subscriptions(heardOn: 0).isEmpty, "the other consumer needs the SUB")
        network.send(message(sid, "both"), on: 0)
        try network.advance(by: .milliseconds(200))
        #expect(sink.bodies == ["both"] && sink.ends.count == 1)
        network.send(message(sid, "one"), on: 0)
        try network.advance(by: .milliseconds(5))
        #expect(sink.bodies == ["both"])
        #expect(other.bodies == ["both", "one"] && other.ends.isEmpty)
        driver.drainSubscription(sid, other)
        #expect(try subscriptions(heardOn: 0) == ["UNSUB \(sid)"])
        try network.advance(by: .milliseconds(200))
        #expect(other.ends.count == 1)
    }

    @Test
    func `a subscription that begins meanwhile has its own SUB, and is not ended`() throws {
        let driver = try start()
        let sid = try driver.subscribe("a", sink)
        _ = try subscriptions(heardOn: 0)
        network.latency = .milliseconds(100)
        driver.drainSubscription(sid, sink)
        let later = RecordingSink()
        let newSID = try driver.subscribe("a", later)
        #expect(newSID != sid)
        #expect(try subscriptions(heardOn: 0) == ["UNSUB \(sid)", "SUB a \(newSID)"])
        try network.advance(by: .milliseconds(200))
        #expect(sink.ends.count == 1 && later.ends.isEmpty)
        #expect(driver.subscriptions.shared("a")?.sid == newSID)
    }

    @Test
    func `the loss of the connection ends it, and the next connection does not subscribe again`() throws {
        let driver = try start()
        let sid = try driver.subscribe("a", sink)
        network.set(.silent, on: 0)
        driver.drainSubscription(sid, sink)
        try network.advance(by: .milliseconds(50))
        #expect(sink.ends.isEmpty)
        network.cut(0)
        try network.advance(by: .seconds(2))
        #expect(sink.ends.count == 1 && sink.ends[0] == nil)
        #expect(driver.activeConnection != nil)
        #expect(try subscriptions(heardOn: 1).isEmpty)
    }

    @Test
    func `without a connection, it ends at once`() throws {
        let driver = try start()
        let sid = try driver.subscribe("a", sink)
        network.peer = .refusing
        network.cut()
        try network.advance(by: .milliseconds(5))
        driver.drainSubscription(sid, sink)
        try network.advance(by: .milliseconds(5))
        #expect(sink.ends.count == 1)
    }

    @Test(arguments: [false, true])
    func `during a move, the messages of both servers are delivered`(nextFails: Bool) throws {
        let driver = try start()
        let sid = try driver.subscribe("a", sink)
        network.latency = .milliseconds(10)
        driver.reconnect(hard: false)
        try network.advance(by: .milliseconds(60))
        try #require(driver.machine.migration.state == .overlapping)
        _ = try (subscriptions(heardOn: 0), subscriptions(heardOn: 1))
        for number in [0, 1] { network.set(.silent, on: number) }
        driver.drainSubscription(sid, sink)
        #expect(try subscriptions(heardOn: 0) == ["UNSUB \(sid)"])
        #expect(try subscriptions(heardOn: 1) == ["UNSUB \(sid)"])
        network.send(message(sid, "old") + "PONG\r\n", on: 0)
        try network.advance(by: .milliseconds(5))
        #expect(sink.ends.isEmpty, "the next server has not answered")
        if nextFails {
            network.cut(1)
        } else {
            network.send(message(sid, "new") + "PONG\r\n", on: 1)
        }
        try network.advance(by: .milliseconds(5))
        #expect(sink.bodies == (nextFails ? ["old"] : ["old", "new"]))
        #expect(sink.ends.count == 1)
    }
}
