import Metrics
import TestSupport
import Testing

@testable import Roulette
@testable import RouletteNATS

@Suite("Metrics")
struct MetricsTests {
    private func snapshot(
        in messages: UInt64,
        lost: UInt64 = 0,
        roundTrip: ConnectionSnapshot.RoundTrip? = nil
    ) -> RouletteSnapshot {
        let cluster = Cluster(index: 0, name: "alpha", address: "127.0.0.1:4222")
        let connection = ConnectionSnapshot.connected(messagesIn: messages, lost: lost, roundTrip: roundTrip)
        return RouletteSnapshot(
            fingerprint: "",
            isFingerprintProvisional: false,
            naming: .index,
            role: .both,
            clusters: [
                ClusterSnapshot(
                    cluster: cluster,
                    share: 1,
                    connections: [.init(role: .subscriber, slot: 3, connection: connection, serverCluster: cluster)],
                    nodes: .none,
                    lossesInLastHour: 0,
                    idleTimeout: nil,
                    canary: nil
                )
            ],
            identityAlarms: []
        )
    }

    @Test
    func `counters report increases, meters report current values, with cluster, role and slot`() {
        let metrics = RecordedMetrics()
        var reporter = MetricsReporter(factory: metrics)
        reporter.record(snapshot(in: 10))
        #expect(metrics["roulette_messages_in{cluster=alpha,role=subscriber,slot=3}"] == 10)
        #expect(metrics["roulette_up{cluster=alpha,role=subscriber,slot=3}"] == 1)
        #expect(metrics["roulette_lost{cluster=alpha,role=subscriber,slot=3}"] == 0, "reported before the first increase")
        #expect(metrics["roulette_round_trip_p50_seconds{cluster=alpha,role=subscriber,slot=3}"] == nil, "not measured yet")

        let time = Duration.microseconds(250)
        let window = ConnectionSnapshot.RoundTrip.Window(p50: time, p99: time, count: 1)
        let roundTrip = ConnectionSnapshot.RoundTrip(
            last: time,
            handshake: nil,
            lastMinute: window,
            lastFiveMinutes: window,
            count: 1
        )
        reporter.record(snapshot(in: 25, lost: 2, roundTrip: roundTrip))
        #expect(metrics["roulette_messages_in{cluster=alpha,role=subscriber,slot=3}"] == 25, "15 were added to 10")
        #expect(metrics["roulette_lost{cluster=alpha,role=subscriber,slot=3}"] == 2)
        #expect(metrics["roulette_round_trip_p50_seconds{cluster=alpha,role=subscriber,slot=3}"] == 0.00025)
    }

    @Test
    func `every time of the round trips has a metric`() {
        let metrics = RecordedMetrics()
        var reporter = MetricsReporter(factory: metrics)
        let roundTrip = ConnectionSnapshot.RoundTrip(
            last: .milliseconds(1),
            handshake: .milliseconds(6),
            lastMinute: .init(p50: .milliseconds(2), p99: .milliseconds(3), count: 1),
            lastFiveMinutes: .init(p50: .milliseconds(4), p99: .milliseconds(5), count: 2),
            count: 2
        )
        reporter.record(snapshot(in: 0, roundTrip: roundTrip))
        for (name, seconds) in [
            ("round_trip_p50", 0.002), ("round_trip_p99", 0.003), ("round_trip_5m_p50", 0.004), ("round_trip_5m_p99", 0.005),
            ("handshake", 0.006),
        ] {
            #expect(metrics["roulette_\(name)_seconds{cluster=alpha,role=subscriber,slot=3}"] == seconds, "\(name)")
        }
    }

    @Test
    func `run() reports at the interval, and once at its end`() async throws {
        let metrics = RecordedMetrics()
        // Nothing listens on port 1 of the loopback interface.
        var configuration = RouletteConfiguration(clusters: [.init(name: "alpha", host: "127.0.0.1", port: 1)])
        configuration.poolSize = 1
        configuration.metricsInterval = .milliseconds(1)
        let client = try RouletteClient(configuration: configuration, metrics: metrics)
        async let running: Void = client.run()
        let attempt = "roulette_attempt{cluster=alpha,role=publisher,slot=0}"
        try await metrics.wait(for: "a third attempt") { ($0[attempt] ?? 0) >= 3 }
        client.close()
        await running
        #expect(metrics[attempt] == Double(client.snapshot().clusters[0].connections[0].connection.attempt))
        #expect(metrics["roulette_up{cluster=alpha,role=publisher,slot=0}"] == 0)
    }

    @Test
    func `an interval of nil turns metrics off, zero is an error`() async throws {
        let metrics = RecordedMetrics()
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: 1)])
        configuration.metricsInterval = nil
        let client = try RouletteClient(configuration: configuration, metrics: metrics)
        client.close()
        await client.run()
        #expect(metrics.isEmpty)
        configuration.metricsInterval = .zero
        #expect(throws: RouletteError.self) { try configuration.validate() }
    }
}

extension ConnectionSnapshot {
    fileprivate static func connected(messagesIn: UInt64, lost: UInt64, roundTrip: RoundTrip?) -> ConnectionSnapshot {
        ConnectionSnapshot(
            state: .connected,
            stateDuration: .zero,
            attempt: 0,
            nextAttempt: nil,
            pingMisses: 0,
            maxPingFailure: 2,
            server: nil,
            tls: nil,
            roundTrip: roundTrip,
            messagesIn: messagesIn,
            messagesOut: 0,
            bytesIn: 0,
            bytesOut: 0,
            bufferedMessages: 0,
            bufferedBytes: 0,
            unconfirmed: 0,
            lost: lost,
            refused: 0,
            duplicates: 0,
            reconnects: 0,
            lastError: nil,
            dropped: 0,
            subscriptions: 0,
            pendingRequests: 0,
            lateReplies: 0
        )
    }
}

/// A metrics backend that keeps the last value of each metric, by `label{dimension=value,…}`.
private final class RecordedMetrics: MetricsFactory {
    private let values = Watched<[String: Double]>([:])

    subscript(_ name: String) -> Double? { values.value[name] }
    var isEmpty: Bool { values.value.isEmpty }

    func wait(for what: String, _ condition: @escaping @Sendable ([String: Double]) -> Bool) async throws {
        try await values.wait(for: what) { condition($0) ? () : nil }
    }

    private func handler(_ label: String, _ dimensions: [(String, String)]) -> Handler {
        let name = "\(label){\(dimensions.map { "\($0.0)=\($0.1)" }.joined(separator: ","))}"
        return Handler(name: name, values: values)
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { handler(label, dimensions) }
    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler { handler(label, dimensions) }

    // Not used by the library.
    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        NOOPMetricsHandler.instance
    }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyMeter(_ handler: any MeterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    private final class Handler: CounterHandler, MeterHandler {
        private let name: String
        private let values: Watched<[String: Double]>

        init(name: String, values: Watched<[String: Double]>) {
            self.name = name
            self.values = values
        }

        func increment(by amount: Int64) { values.update { [name] in $0[name, default: 0] += Double(amount) } }
        func increment(by amount: Double) { values.update { [name] in $0[name, default: 0] += amount } }
        func decrement(by amount: Double) { values.update { [name] in $0[name, default: 0] -= amount } }
        func set(_ value: Int64) { values.update { [name] in $0[name] = Double(value) } }
        func set(_ value: Double) { values.update { [name] in $0[name] = value } }
        func reset() { values.update { [name] in $0[name] = 0 } }
    }
}
