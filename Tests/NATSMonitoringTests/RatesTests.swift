import NATSMonitoring
import Testing

@Suite("Rates between two readings", .timeLimit(.minutes(2)))
struct RatesTests {
    private func traffic(_ messages: UInt64, _ bytes: UInt64) -> ServerTraffic {
        var traffic = ServerTraffic()
        traffic.messagesIn = messages
        traffic.messagesOut = 2 * messages
        traffic.bytesIn = bytes
        traffic.bytesOut = 2 * bytes
        return traffic
    }

    @Test
    func `rates use the time that actually passed`() throws {
        let rates = try #require(ServerRates(from: traffic(100, 1_000), to: traffic(400, 7_000), elapsed: .milliseconds(1_500)))
        #expect(rates.messagesIn == 200)
        #expect(rates.messagesOut == 400)
        #expect(rates.bytesIn == 4_000)
        #expect(rates.bytesOut == 8_000)
    }

    @Test
    func `rates are nil after a restart and without time between the readings`() {
        #expect(ServerRates(from: traffic(100, 100), to: traffic(5, 200), elapsed: .seconds(1)) == nil)
        #expect(ServerRates(from: traffic(1, 1), to: traffic(2, 2), elapsed: .zero) == nil)
    }
}
