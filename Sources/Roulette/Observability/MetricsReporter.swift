import Metrics
import RouletteNATS

/// Reports snapshots to swift-metrics.
struct MetricsReporter {
    private var connections: [Connection] = []
    private let factory: any MetricsFactory

    init(factory: any MetricsFactory) {
        self.factory = factory
    }

    /// Reports the state of every connection, and the increase of its counters since the last report.
    ///
    /// - Parameter snapshot: A snapshot of the same client as in previous calls. Its clusters and connections never change.
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
    /// A metric that every connection reports. A test compares Metrics.md with the list of metrics.
    struct Metric<Value: Sendable>: Sendable {
        let name: String
        /// The description of the value, for the documentation.
        let description: String
        let value: @Sendable (ConnectionSnapshot) -> Value

        init(_ name: String, _ description: String, _ value: @escaping @Sendable (ConnectionSnapshot) -> Value) {
            self.name = name
            self.description = description
            self.value = value
        }
    }

    /// Totals of a snapshot. The difference to the last report is reported.
    static let counters: [Metric<UInt64>] = [
        Metric("roulette_messages_in", "messages received") { $0.messagesIn },
        Metric("roulette_messages_out", "messages accepted for publishing") { $0.messagesOut },
        Metric("roulette_bytes_in", "bytes received, without those of TLS") { $0.bytesIn },
        Metric("roulette_bytes_out", "bytes sent, without those of TLS") { $0.bytesOut },
        Metric("roulette_lost", "messages that may have been lost with a connection") { $0.lost },
        Metric("roulette_refused", "messages that a server refused") { $0.refused },
        Metric("roulette_duplicates", "messages that may have arrived twice while a connection moved") { $0.duplicates },
        Metric("roulette_dropped", "received messages that were dropped because a consumer was too slow") { $0.dropped },
        Metric("roulette_reconnects", "successful reconnects") { UInt64($0.reconnects) },
        Metric("roulette_late_replies", "replies that arrived after their request had ended") { $0.lateReplies },
    ]

    /// Values at the time of a report. If a value is nil, nothing is reported before the first value. Later it is reported as not
    /// a number, because backends keep the last value.
    static let meters: [Metric<Double?>] = [
        Metric("roulette_up", "1 while messages can be sent, else 0") { $0.isUp ? 1 : 0 },
        Metric("roulette_attempt", "attempts to connect since the connection was last up") { Double($0.attempt) },
        Metric("roulette_ping_misses", "consecutive ping intervals without a byte received") { Double($0.pingMisses) },
        Metric("roulette_buffered_messages", "accepted messages that wait for the socket") { Double($0.bufferedMessages) },
        Metric("roulette_buffered_bytes", "bytes of accepted messages that wait for the socket") { Double($0.bufferedBytes) },
        Metric("roulette_unconfirmed", "messages written to the socket and not confirmed by a PONG") { Double($0.unconfirmed) },
        Metric("roulette_subscriptions", "subscriptions") { Double($0.subscriptions) },
        Metric("roulette_pending_requests", "requests that wait for a reply") { Double($0.pendingRequests) },
        Metric("roulette_round_trip_p50_seconds", "median of the round trips in the last minute") {
            $0.roundTrip?.lastMinute?.p50.seconds
        },
        Metric("roulette_round_trip_p99_seconds", "99th percentile of the round trips in the last minute") {
            $0.roundTrip?.lastMinute?.p99.seconds
        },
        Metric("roulette_round_trip_5m_p50_seconds", "median of the round trips in the last five minutes") {
            $0.roundTrip?.lastFiveMinutes?.p50.seconds
        },
        Metric("roulette_round_trip_5m_p99_seconds", "99th percentile of the round trips in the last five minutes") {
            $0.roundTrip?.lastFiveMinutes?.p99.seconds
        },
        Metric("roulette_handshake_seconds", "from CONNECT to its PONG") { $0.roundTrip?.handshake?.seconds },
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
                // Reported even if nothing was added, so that the backend has the counter with the value 0.
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
    /// Reports metrics until the task is canceled, and one last time after that.
    func reportMetrics() async {
        // There is no backend to report to.
        guard let interval = configuration.metricsInterval, !(metricsFactory is NOOPMetricsHandler) else { return }
        var reporter = MetricsReporter(factory: metricsFactory)
        repeat {
            reporter.record(snapshot())
        } while (try? await clock.sleep(interval)) != nil
        reporter.record(snapshot())
    }
}

extension Duration {
    fileprivate var seconds: Double { self / .seconds(1) }
}
