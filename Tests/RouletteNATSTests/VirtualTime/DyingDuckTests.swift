import NATSWire
import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

/// A server announces its end and stops before the connection has moved. In every state, the next connection becomes the
/// connection: it is established without a wait of seconds and without another attempt.
@Suite("A server in lame duck mode that stops during the move")
struct DyingDuckTests {
    private let network = VirtualNetwork()
    private let log = Transcript()
    private let sink = RecordingSink()
    private let temporary = RecordingSink()

    private static let leaving = "INFO {\"server_id\":\"V0\",\"max_payload\":1048576,\"ldm\":true}\r\n"

    /// Returns a driver with a subscription on server 0, whose next connection behaves like `peer`.
    private func moving(_ peer: VirtualNetwork.Peer) throws -> (driver: ConnectionDriver, sid: UInt64) {
        var configuration = NATSClientConfiguration(address: .init(host: "balancer"))
        configuration.reconnectJitter = .seconds(3)
        let driver = network.driver(configuration, observer: log.record)
        driver.start()
        try network.advance(by: .milliseconds(10))
        let sid = try driver.subscribe("a", sink)
        try network.advance(by: .seconds(3))
        network.set(.answering, on: 0)
        network.peer = peer
        network.send(Self.leaving, on: 0)
        try network.advance(by: .milliseconds(150))
        #expect(network.dials.count >= 2)
        return (driver, sid)
    }

    private func message(_ sid: UInt64, _ body: String) -> String { "MSG a \(sid) \(body.utf8.count)\r\n\(body)\r\n" }

    /// Checks that the next connection is adopted after the old server stopped.
    private func expectAdopted(_ driver: ConnectionDriver, within time: Duration = .milliseconds(20)) throws {
        try network.advance(by: time)
        #expect(driver.activeConnection != nil, "established without a wait")
        #expect(network.dials.count == 2, "only the next connection was dialed")
        #expect(network.openConnections == 1)
        #expect(!sink.isInterrupted && sink.ends.isEmpty)
        #expect(driver.status.update { $0.server?.name } == "v1")
        #expect(driver.machine.migration.state == .none)
        try network.advance(by: .seconds(60))
        #expect(network.dials.count == 2 && driver.activeConnection != nil, "the connection stays")
    }

    @Test
    func `the next connection is adopted while it is being dialed`() throws {
        let (driver, _) = try moving(.pending)
        #expect(driver.machine.migration.state == .connecting)
        network.cut(0)
        try network.advance(by: .milliseconds(20))
        #expect(sink.isInterrupted)
        network.peer = .answering
        network.completeDials()
        try expectAdopted(driver)
        #expect(
            log.lines == ["connected v0", "lame duck", "disconnected", "connecting at once, attempt 1", "connected v1"]
        )
    }

    @Test
    func `the next connection is adopted before its INFO`() throws {
        let (driver, _) = try moving(.silent)
        #expect(driver.machine.migration.state == .awaitingInfo)
        network.cut(0)
        try network.advance(by: .milliseconds(20))
        network.peer = .answering
        try expectAdopted(driver)
        #expect(
            log.lines == ["connected v0", "lame duck", "disconnected", "connecting at once, attempt 1", "connected v1"]
        )
    }

    @Test
    func `the next connection is adopted before the PONG to its CONNECT`() throws {
        let (driver, _) = try moving(.answeringPings(0))
        #expect(driver.machine.migration.state == .awaitingPong)
        network.cut(0)
        try network.advance(by: .milliseconds(20))
        network.send("PONG\r\n", on: 1)
        network.set(.answering, on: 1)
        try expectAdopted(driver)
        #expect(
            log.lines == ["connected v0", "lame duck", "disconnected", "connecting at once, attempt 1", "connected v1"]
        )
        #expect(sink.interruptions.count == 1)
    }

    @Test
    func `an adopted connection that never answers ends at the deadline of its own dial, and the backoff continues`() throws {
        let (driver, _) = try moving(.silent)
        network.cut(0)
        try network.advance(by: driver.configuration.connectTimeout - .milliseconds(200))
        #expect(network.dials.count == 2)
        try network.advance(by: .milliseconds(100))
        #expect(log.causes.last?.code == .connectTimeout)
        network.peer = .answering
        try network.advance(by: .seconds(6))
        #expect(driver.activeConnection != nil && !sink.isInterrupted)
    }

    @Test
    func `before the next server confirms the subscriptions, they have a gap until it does, and none ends`() throws {
        let (driver, sid) = try moving(.answeringPings(1))
        try driver.subscribe("b", temporary, endsWithConnection: true)
        #expect(driver.machine.migration.state == .subscribing)
        network.send(message(sid, "one"), on: 0)
        try network.advance(by: .milliseconds(100))
        network.cut(0)
        try network.advance(by: .milliseconds(20))
        #expect(log.lines == ["connected v0", "lame duck", "moved v1"])
        #expect(log.duplicates == 1, "messages from the old server may be duplicates")
        #expect(sink.isInterrupted && temporary.isInterrupted)
        // Since the message, because the PONGs of the old server may have arrived later.
        let silence = try #require(sink.interruptions.first)
        #expect(silence >= .milliseconds(90) && silence <= .milliseconds(130))
        network.send("PONG\r\nPONG\r\n", on: 1)
        network.set(.answering, on: 1)
        try expectAdopted(driver)
        #expect(temporary.ends.isEmpty && !temporary.isInterrupted)
        #expect(sink.interruptions.count == 1)
    }

    @Test
    func `during the overlap, the next connection delivers and continues`() throws {
        let (driver, sid) = try moving(.answering)
        try driver.subscribe("b", temporary, endsWithConnection: true)
        #expect(driver.machine.migration.state == .overlapping)
        for number in [0, 1] { network.send(message(sid, "twice"), on: number) }
        try network.advance(by: .milliseconds(5))
        network.cut(0)
        try network.advance(by: .milliseconds(5))
        #expect(log.lines == ["connected v0", "lame duck", "moved v1"])
        #expect(log.duplicates == 1 && sink.bodies == ["twice", "twice"])
        #expect(driver.status.update { $0.duplicates } == 1)
        network.send(message(sid, "after"), on: 1)
        try expectAdopted(driver)
        #expect(sink.bodies.last == "after")
        #expect(temporary.ends.isEmpty)
        #expect(sink.interruptions.count == 1, "other servers of the cluster may not have the subscriptions yet")
    }

    @Test(arguments: [0, 1, 2])
    func `the next connection takes over if the old one is stale, breaks the protocol or is closed`(way: Int) throws {
        let (driver, _) = try moving(.answering)
        switch way {
        case 0:
            network.send("-ERR 'Stale Connection'\r\n", on: 0)
        case 1:
            network.send("HTTP/1.1 400\r\n", on: 0)
        default:
            driver.reconnect(hard: true)
        }
        try network.advance(by: .milliseconds(5))
        try expectAdopted(driver)
        #expect(log.lines.last == "moved v1")
    }

    @Test
    func `if the move is waiting for a retry, a new attempt is made`() throws {
        let (driver, _) = try moving(.refusing)
        try network.advance(by: .seconds(1))
        try #require(driver.machine.migration.state == .backingOff)
        network.peer = .answering
        network.cut(0)
        #expect(driver.nextConnection == nil && driver.machine.migration.state == .none)
        try network.advance(by: .seconds(10))
        #expect(driver.activeConnection != nil && !sink.isInterrupted)
        #expect(log.lines.contains("disconnected") && !log.lines.contains { $0.hasPrefix("moved") })
    }

    @Test
    func `if the next connection is lost in the overlap, the old server continues, and the duplicates are reported`() throws {
        let (driver, sid) = try moving(.answering)
        #expect(driver.machine.migration.state == .overlapping)
        for number in [0, 1] { network.send(message(sid, "twice"), on: number) }
        try network.advance(by: .milliseconds(5))
        network.peer = .refusing
        network.cut(1)
        try network.advance(by: .milliseconds(5))
        #expect(log.lines == ["connected v0", "lame duck", "move failed"])
        #expect(log.duplicates == 1)
        #expect(sink.interruptions.isEmpty)
        network.peer = .answering
        try network.advance(by: .seconds(10))
        #expect(log.lines.last?.hasPrefix("moved v") == true)
        #expect(driver.machine.migration.state == .none)
    }

    @Test
    func `messages that the old server had not confirmed are counted as lost, and later messages arrive`() throws {
        let (driver, _) = try moving(.answering)
        network.set(.silent, on: 0)
        driver.publish("lost", to: "out")
        try network.advance(by: .milliseconds(5))
        network.cut(0)
        try network.advance(by: .milliseconds(5))
        driver.publish("kept", to: "out")
        try network.advance(by: .milliseconds(20))
        #expect(log.unconfirmed == 1)
        let heard = network.heard(on: 1)
        #expect(heard.contains("kept") && !heard.contains("lost"))
    }
}
