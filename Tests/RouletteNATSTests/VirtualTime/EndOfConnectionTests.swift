import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

@Suite("The cause of a disconnect and the start of the gap")
struct EndOfConnectionTests {
    private let network = VirtualNetwork()
    private let log = Transcript()
    private let sink = RecordingSink()

    private func start(_ peer: VirtualNetwork.Peer = .answering, pingInterval: Duration = .seconds(5)) throws -> ConnectionDriver
    {
        network.peer = peer
        var configuration = NATSClientConfiguration(address: .init(host: "peer"))
        configuration.pingInterval = pingInterval
        let driver = network.driver(configuration, observer: log.record)
        driver.start()
        try network.advance(by: .milliseconds(10))
        return driver
    }

    private static let reset = IOError(errnoCode: 104, reason: "read")

    private var cause: String { log.causes.first?.message ?? "" }

    @Test
    func `closed before INFO: the error mentions the load balancer without a healthy node`() throws {
        _ = try start(.closing)
        #expect(cause.contains("before it sent INFO") && cause.contains("healthy node"))
    }

    @Test
    func `closed between INFO and PONG: the error mentions the server's log`() throws {
        let driver = try start(.answeringPings(0))
        #expect(driver.machine.lifecycle.state == .awaitingPong)
        network.cut(0)
        try network.advance(by: .milliseconds(5))
        #expect(cause.contains("without an answer to CONNECT") && cause.contains("its log"))
    }

    @Test
    func `closed after a time without traffic: the error mentions an idle timeout shorter than the ping interval`() throws {
        _ = try start()
        try network.advance(by: .seconds(3))
        network.cut(0)
        try network.advance(by: .milliseconds(5))
        #expect(log.causes.first?.idleTime.map { $0 >= .seconds(3) && $0 < .milliseconds(3_050) } == true)
        #expect(cause.contains("after 3 s without traffic") && cause.contains("ping_interval (5 s)"), "\(cause)")
    }

    @Test(arguments: [false, true])
    func `closed or reset while in use: the errors differ, and neither mentions an idle timeout`(isReset: Bool) throws {
        _ = try start()
        try network.advance(by: .seconds(3))
        network.send("PING\r\n", on: 0)
        try network.advance(by: .milliseconds(200))
        network.cut(0, with: isReset ? Self.reset : nil)
        try network.advance(by: .milliseconds(5))
        #expect(cause.hasPrefix("the server \(isReset ? "reset" : "closed") the connection while it was in use"), "\(cause)")
        #expect(log.causes.first?.idleTime == nil)
    }

    @Test
    func `reset in answer to a PING: the error mentions the unanswered PING`() throws {
        _ = try start()
        try network.advance(by: .seconds(1))
        network.set(.silent, on: 0)
        try network.advance(by: .seconds(7))
        network.cut(0, with: Self.reset)
        try network.advance(by: .milliseconds(5))
        #expect(cause.contains("reset the connection") && cause.contains("had not answered the PING"), "\(cause)")
    }

    @Test
    func `a message and an error that arrive in the same read as the reset are not lost`() throws {
        let driver = try start()
        try driver.subscribe("a", sink)
        try network.advance(by: .milliseconds(10))
        let last = "MSG a 1 5\r\nhello\r\n-ERR 'Something That No Server Says Yet'\r\n"
        network.cut(0, afterSending: last, with: Self.reset)
        try network.advance(by: .milliseconds(5))
        #expect(sink.bodies == ["hello"])
        #expect(log.causes.last?.code == .serverError, "\(log.causes)")
    }

    @Test
    func `bytes that are not NATS, in the same read as the reset, are the cause`() throws {
        _ = try start()
        network.cut(0, afterSending: "HTTP/1.1 400 Bad Request\r\n", with: Self.reset)
        try network.advance(by: .milliseconds(5))
        #expect(log.causes.last?.code == .protocolViolation, "\(log.causes)")
    }

    @Test
    func `the end of a connection in lame duck mode is named as such`() throws {
        var configuration = NATSClientConfiguration(address: .init(host: "peer"))
        configuration.movesOnLameDuck = false
        let driver = network.driver(configuration, observer: log.record)
        driver.start()
        try network.advance(by: .milliseconds(10))
        network.send("INFO {\"server_id\":\"V0\",\"ldm\":true}\r\n", on: 0)
        try network.advance(by: .milliseconds(10))
        network.cut(0)
        try network.advance(by: .milliseconds(5))
        #expect(cause.contains("as announced"), "\(cause)")
    }

    // MARK: The start of the gap

    @Test
    func `a frozen server: the gap starts at its last byte, not at the detection`() throws {
        let driver = try start()
        try driver.subscribe("a", sink)
        try network.advance(by: .seconds(20))
        network.set(.silent, on: 0)
        let frozenAt = network.now
        while sink.interruptions.isEmpty, network.now < frozenAt + .seconds(30) { try network.advance(by: .milliseconds(50)) }
        let silence = try #require(sink.interruptions.first)
        // The last byte was the PONG to the last PING, at most an interval before the server froze.
        let noticed = network.now - frozenAt
        #expect(noticed > .seconds(5))
        #expect(silence >= noticed - .milliseconds(60), "the gap includes the whole freeze")
        #expect(silence <= noticed + .seconds(6))
    }

    @Test(arguments: [false, true])
    func `a lost connection: the gap starts at the last byte before the end`(isReset: Bool) throws {
        let driver = try start()
        let sid = try driver.subscribe("a", sink)
        try network.advance(by: .seconds(2))
        network.send("MSG a \(sid) 1\r\nx\r\n", on: 0)
        try network.advance(by: .milliseconds(700))
        network.cut(0, with: isReset ? Self.reset : nil)
        try network.advance(by: .milliseconds(5))
        let silence = try #require(sink.interruptions.first)
        #expect(silence >= .milliseconds(690) && silence <= .milliseconds(720))
    }
}
