import NATSWire
import NIOCore
import TestSupport
import Testing

@testable import RouletteNATS

@Suite("Gathered writes, in virtual time")
struct WritePacerTests {
    private let network = VirtualNetwork()
    private let log = Transcript()

    private func start() throws -> ConnectionDriver {
        let driver = network.driver(NATSClientConfiguration(address: .init(host: "balancer")), observer: log.record)
        driver.start()
        try network.advance(by: .milliseconds(10))
        return driver
    }

    /// Publishes like `NATSClient`: the event loop flushes if it must be woken.
    private func publish(_ payload: String, count: Int = 1, on driver: ConnectionDriver) {
        for _ in 0..<count {
            let result = Array(payload.utf8).withUnsafeBytes { bytes in
                driver.outbound.append(subject: "a", reply: nil, headers: nil, payload: bytes)
            }
            guard case .accepted(let wake, _) = result else {
                Issue.record("not accepted")
                return
            }
            if wake { driver.flush() }
        }
    }

    /// Returns whether the server has received the text since the last call.
    private func hasSent(_ text: String, on connection: Int = 0) throws -> Bool {
        try network.advance(by: .microseconds(1), step: .microseconds(1))
        return network.heard(on: connection).contains(text)
    }

    /// Publishes enough for the next interval to be gathered.
    private func startedWithMuchTraffic() throws -> ConnectionDriver {
        let driver = try start()
        publish("first", count: 2 * WritePacer.gatheredFrom, on: driver)
        try network.advance(by: .microseconds(900), step: .microseconds(100))
        publish("more", count: 2 * WritePacer.gatheredFrom, on: driver)
        try network.advance(by: .microseconds(900), step: .microseconds(100))
        return driver
    }

    @Test
    func `a message after a quiet time is written at once`() throws {
        let driver = try start()
        publish("one", on: driver)
        #expect(try hasSent("one"))
        try network.advance(by: .microseconds(100), step: .microseconds(100))
        publish("two", on: driver)
        #expect(try hasSent("two"))
    }

    @Test
    func `with many messages, small writes wait for the end of the interval`() throws {
        let driver = try startedWithMuchTraffic()
        publish("waits", on: driver)
        #expect(try !hasSent("waits"))
        try network.advance(by: .milliseconds(1), step: .microseconds(100))
        #expect(try hasSent("waits"))
        // There were few messages in the last interval.
        try network.advance(by: .milliseconds(2), step: .microseconds(100))
        publish("at once", on: driver)
        #expect(try hasSent("at once"))
    }

    @Test
    func `a large write and a flush do not wait`() throws {
        let driver = try startedWithMuchTraffic()
        publish("small", on: driver)
        #expect(try !hasSent("small"))
        publish(String(repeating: "x", count: WritePacer.largeWrite), on: driver)
        #expect(try hasSent("small"))

        publish("confirmed", on: driver)
        #expect(try !hasSent("confirmed"))
        let confirmed = Waiter()
        if try driver.outbound.requestFlush(confirmed) { driver.flush() }
        #expect(try hasSent("confirmed"))
        try network.advance(by: .microseconds(10), step: .microseconds(1))
        #expect(confirmed.isSettled)
    }

    @Test
    func `messages that wait when the connection is lost are sent on the next one`() throws {
        let driver = try startedWithMuchTraffic()
        publish("waits", on: driver)
        #expect(try !hasSent("waits"))
        driver.reconnect(hard: true)
        try network.advance(by: .seconds(1))
        #expect(try hasSent("waits", on: 1))
    }
}
