import NATSWire
import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

/// For peers that do not read, the number of waiting bytes is bounded, and the connection is closed.
@Suite("Peers that do not read")
struct HostilePeerTests {
    private let network = VirtualNetwork()
    private let log = Transcript()

    private func connected() throws -> ConnectionDriver {
        let driver = network.driver(NATSClientConfiguration(address: .init(host: "peer")), observer: log.record)
        driver.start()
        try network.advance(by: .milliseconds(10))
        try #require(driver.activeConnection != nil)
        return driver
    }

    private func waiting(_ driver: ConnectionDriver) -> Int { driver.connection?.control.readableBytes ?? 0 }

    @Test
    func `a flood of PINGs: a few hundred bytes wait, and the connection is closed at the write timeout`() throws {
        let driver = try connected()
        network.block(0)
        var most = 0
        for _ in 0..<50 {
            network.send(String(repeating: "PING\r\n", count: 500), on: 0)
            try network.advance(by: .milliseconds(50), step: .milliseconds(50))
            most = max(most, network.held(on: 0) + waiting(driver))
        }
        #expect(most > 0 && most < 1_024, "\(most) bytes for 25,000 PINGs")
        #expect(driver.status.update { $0.controlBytes } > 0, "the snapshot shows them")
        #expect(driver.activeConnection != nil)
        // The peer sends all the time, so there is no ping interval without a byte.
        for _ in 0..<100 {
            network.send("PING\r\n", on: 0)
            try network.advance(by: .milliseconds(100), step: .milliseconds(100))
        }
        #expect(log.lines.prefix(2) == ["connected v0", "disconnected"])
        #expect(log.causes.first?.message.contains("accepted no bytes") == true)
    }

    @Test
    func `a peer that reads receives a PONG for every PING`() throws {
        _ = try connected()
        _ = network.heard(on: 0)
        for count in 1...10 {
            network.send(String(repeating: "PING\r\n", count: count), on: 0)
            try network.advance(by: .milliseconds(5))
            #expect(network.heard(on: 0) == String(repeating: "PONG\r\n", count: count))
        }
    }

    @Test
    func `endless SUBs and UNSUBs: the waiting bytes are bounded, and the connection is closed`() throws {
        let driver = try connected()
        network.block(0)
        let long = try Subject(String(repeating: "s", count: 3_900))
        var most = 0
        for _ in 0..<10_000 where driver.activeConnection != nil {
            let sink = RecordingSink()
            let sid = try driver.subscribe(long, sink)
            driver.unsubscribe(sid, sink)
            network.loop.run()
            most = max(most, network.held(on: 0) + waiting(driver))
        }
        #expect(driver.activeConnection == nil, "40 MB were not accepted")
        #expect(most < ControlFrameWriter.limit + (1 << 20))
        #expect(log.causes.first?.code == .stale)
    }

    @Test
    func `many repeated subscriptions are sent in pieces and do not close the connection`() throws {
        let driver = try connected()
        let subjects = try (0..<6_000).map { try Subject("\($0)." + String(repeating: "s", count: 3_900)) }
        for subject in subjects {
            try driver.subscribe(subject, RecordingSink())
            network.loop.run()
        }
        try network.advance(by: .milliseconds(10))
        network.cut(0)
        try network.advance(by: .seconds(4))
        try #require(driver.activeConnection != nil)
        #expect(driver.subscriptions.count == 6_000)
        let heard = network.heard(on: 1)
        #expect(heard.utf8.count > ControlFrameWriter.limit, "more than the usual limit")
        #expect(heard.utf8.count > 6_000 * 3_900, "all of them")
    }

    @Test
    func `a message never overtakes the SUB before it, even if the socket is blocked`() throws {
        let driver = try connected()
        network.block(0)
        try driver.subscribe("first", RecordingSink())
        try network.advance(by: .milliseconds(5))
        try driver.subscribe("second", RecordingSink())
        driver.publish("x", to: "second")
        driver.publish("y", to: "second")
        try network.advance(by: .milliseconds(5))
        #expect(driver.machine.accounts.handedOver == 0, "the messages wait for the SUB")
        _ = network.heard(on: 0)
        network.unblock(0)
        try network.advance(by: .milliseconds(5))
        let verbs = network.heard(on: 0).split(separator: "\r\n").filter { !$0.hasPrefix("P") || $0.hasPrefix("PUB") }
        #expect(verbs.prefix(4).map { $0.prefix(10) } == ["SUB first ", "SUB second", "PUB second", "x"])
    }

    @Test
    func `the write timeout also applies to the next connection during a move`() throws {
        let driver = try connected()
        try driver.subscribe("a", RecordingSink())
        network.send("INFO {\"server_id\":\"V0\",\"max_payload\":1048576,\"ldm\":true}\r\n", on: 0)
        try network.advance(by: .milliseconds(50))
        try #require(driver.machine.migration.state == .overlapping)
        network.block(1)
        for _ in 0..<250 {
            network.send("PING\r\n", on: 1)
            try network.advance(by: .milliseconds(50), step: .milliseconds(50))
        }
        #expect(network.held(on: 1) < 1_024)
        #expect(log.lines.contains("moved v1") && log.lines.contains("disconnected"), "\(log.lines)")
    }
}
