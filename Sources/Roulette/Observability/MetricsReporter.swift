import Metrics
import NATS

/// Tells swift-metrics what snapshots say. ``RouletteConfiguration/metricsInterval`` lists the metrics.
struct MetricsReporter {
    private var connections: [Connection] = []
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// Reports the state of every connection, and by how much its counters grew since the last time.
    ///
    /// - Parameter snapshot: of always the same client, whose clusters and connections never change.
    mutating func record(_ snapshot: RouletteSnapshot) {
        if connections.isEmpty {
            connections = snapshot.clusters.flatMap { cluster in
                cluster.connections.map { Connection(of: cluster.cluster, $0, factory: factory) }
            }
        }
        var index = 0
        for cluster in snapshot.clusters {
            for connection in cluster.connections {
                connections[index].record(connection.connection)
                index += 1
            }
        }
    }
}

extension MetricsReporter {
    /// Totals of a snapshot, reported as what was added.
    private static let counters: [(name: String, value: @Sendable (ConnectionSnapshot) -> UInt64)] = [
        ("roulette_messages_in", { $0.messagesIn }),
        ("roulette_messages_out", { $0.messagesOut }),
        ("roulette_bytes_in", { $0.bytesIn }),
        ("roulette_bytes_out", { $0.bytesOut }),
        ("roulette_lost", { $0.lost }),
        ("roulette_refused", { $0.refused }),
        ("roulette_duplicates", { $0.duplicates }),
        ("roulette_dropped", { $0.dropped }),
        ("roulette_reconnects", { UInt64($0.reconnects) }),
        ("roulette_late_replies", { $0.lateReplies }),
    ]

    /// What is so at the moment; nil is not reported, and not a number once there was one: backends keep the last value.
    private static let meters: [(name: String, value: @Sendable (ConnectionSnapshot) -> Double?)] = [
        ("roulette_up", { $0.isUp ? 1 : 0 }),
        ("roulette_attempt", { Double($0.attempt) }),
        ("roulette_ping_misses", { Double($0.pingMisses) }),
        ("roulette_buffered_messages", { Double($0.bufferedMessages) }),
        ("roulette_buffered_bytes", { Double($0.bufferedBytes) }),
        ("roulette_unconfirmed", { Double($0.unconfirmed) }),
        ("roulette_subscriptions", { Double($0.subscriptions) }),
        ("roulette_pending_requests", { Double($0.pendingRequests) }),
        ("roulette_round_trip_p50_seconds", { $0.roundTrip?.lastMinute.map { $0.p50 / .seconds(1) } }),
        ("roulette_round_trip_p99_seconds", { $0.roundTrip?.lastMinute.map { $0.p99 / .seconds(1) } }),
        ("roulette_round_trip_5m_p50_seconds", { $0.roundTrip?.lastFiveMinutes.map { $0.p50 / .seconds(1) } }),
        ("roulette_round_trip_5m_p99_seconds", { $0.roundTrip?.lastFiveMinutes.map { $0.p99 / .seconds(1) } }),
        ("roulette_handshake_seconds", { $0.roundTrip?.handshake.map { $0 / .seconds(1) } }),
    ]

    private struct Connection {
        private let counters: [Counter]
        private var reported: [UInt64]
        private let meters: [Meter]
        private var hasValue: [Bool]

        init(of cluster: Cluster, _ connection: ClusterSnapshot.Connection, factory: any MetricsFactory) {
            let labels = [
                ("cluster", cluster.name), ("role", connection.role.rawValue), ("slot", String(connection.slot)),
            ]
            counters = MetricsReporter.counters.map { Counter(label: $0.name, dimensions: labels, factory: factory) }
            reported = counters.map { _ in 0 }
            meters = MetricsReporter.meters.map { Meter(label: $0.name, dimensions: labels, factory: factory) }
            hasValue = meters.map { _ in false }
        }

        mutating func record(_ snapshot: ConnectionSnapshot) {
            for (index, counter) in MetricsReporter.counters.enumerated() {
                let total = counter.value(snapshot)
                let added = total &- reported[index]
                reported[index] = total
                // A counter that never counted is still to be seen, as zero.
                counters[index].increment(by: Int64(clamping: added))
            }
            for (index, meter) in MetricsReporter.meters.enumerated() {
                let value = meter.value(snapshot)
                if value != nil || hasValue[index] { meters[index].set(value ?? .nan) }
                hasValue[index] = value != nil
            }
        }
    }
}

extension RouletteClient {
    /// Reports until the task is canceled, and a last time then.
    func reportMetrics() async {
        // Without a backend there is nobody to wake up for.
        guard let interval = configuration.metricsInterval, !(metricsFactory is NOOPMetricsHandler) else { return }
        var reporter = MetricsReporter(factory: metricsFactory)
        repeat {
            reporter.record(snapshot())
        } while (try? await clock.sleep(interval)) != nil
        reporter.record(snapshot())
    }
}
