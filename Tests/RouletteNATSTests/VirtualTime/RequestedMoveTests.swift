import NATSWire
import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

/// A new connection at the request of the user, which is made before the old one is closed.
@Suite("A requested reconnect, in virtual time")
struct RequestedMoveTests {
    private let network = VirtualNetwork()
    private let log = Transcript()
    private let sink = RecordingSink()

    private func start() throws -> ConnectionDriver {
        let driver = network.driver(NATSClientConfiguration(address: .init(host: "balancer")), observer: log.record)
        driver.start()
        try network.advance(by: .milliseconds(10))
        try driver.subscribe("a", sink, endsWithConnection: true)
        try network.advance(by: .milliseconds(10))
        return driver
    }

    @Test
    func `the new connection has the subscriptions before the old one is closed, also on the same server`() throws {
        let driver = try start()
        // Every connection leads to the server V0.
        network.info = #""server_id":"V0""#
        driver.reconnect(hard: false)
        driver.reconnect(hard: false)
        try network.advance(by: .milliseconds(100))
        #expect(network.openConnections == 2)
        #expect(network.heard(on: 1).contains("SUB a "))
        try network.advance(by: .seconds(1))
        #expect(log.lines == ["connected v0", "moved v1"])
        #expect(network.openConnections == 1 && network.dials.count == 2)
        #expect(sink.interruptions.isEmpty && sink.ends.isEmpty)
    }

    @Test
    func `a hard one closes the connection first`() throws {
        let driver = try start()
        driver.reconnect(hard: true)
        try network.advance(by: .seconds(1))
        #expect(log.lines == ["connected v0", "disconnected", "connecting at once, attempt 1", "connected v1"])
        #expect(sink.ends.count == 1)
    }

    @Test
    func `if the new connection fails, the client stays, reports it and tries again`() throws {
        let driver = try start()
        network.peer = .refusing
        network.set(.answering, on: 0)
        driver.reconnect(hard: false)
        try network.advance(by: .milliseconds(50))
        #expect(log.lines.prefix(2) == ["connected v0", "move failed"])
        #expect(driver.activeConnection != nil && sink.ends.isEmpty)
        network.peer = .answering
        try network.advance(by: .seconds(10))
        #expect(log.lines.last?.hasPrefix("moved") == true)
        #expect(sink.ends.isEmpty)
    }

    @Test
    func `if the server announces its end meanwhile, a connection to the same server is no longer accepted`() throws {
        let driver = try start()
        network.peer = .pending
        network.set(.answering, on: 0)
        driver.reconnect(hard: false)
        try network.advance(by: .milliseconds(10))
        network.send("INFO {\"server_id\":\"V0\",\"max_payload\":1048576,\"ldm\":true}\r\n", on: 0)
        try network.advance(by: .milliseconds(10))
        #expect(log.lines.last == "lame duck")
        network.peer = .answering
        network.info = #""server_id":"V0""#
        network.completeDials()
        try network.advance(by: .milliseconds(500))
        #expect(!log.lines.contains { $0.hasPrefix("moved") })
        network.info = ""
        try network.advance(by: .seconds(10))
        #expect(log.lines.last?.hasPrefix("moved") == true)
    }

    @Test
    func `while a connection is being made, nothing changes, and a wait for the next attempt ends`() throws {
        let driver = try start()
        network.peer = .refusing
        network.cut()
        try network.advance(by: .seconds(20))
        let before = network.dials.count
        network.peer = .pending
        driver.reconnect(hard: false)
        driver.reconnect(hard: false)
        #expect(network.dials.count == before + 1)
    }
}
