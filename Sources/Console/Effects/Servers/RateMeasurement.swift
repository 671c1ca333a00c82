import NATSMonitoring
import Settings

extension ConsoleRuntime {
    /// The time between the two readings of the counters.
    private static let measuringTime: Duration = .seconds(1)

    /// Measures the rate of messages from clients into the clusters, and reports it.
    func measureRate(for request: SubscriptionRequest) async {
        let rate = await withTaskGroup(of: Result<ClusterReading, RateUnavailableError>.self) { group in
            for cluster in configuration.profile.servers.indices {
                let monitor = monitor(of: cluster)
                if monitor.hasSources { group.addTask { await measure(monitor, cluster) } }
            }
            return await group.reduce(into: MeasuredRate()) { rate, result in
                switch result {
                case .success(let reading):
                    let (sum, known) = reading.rates
                    rate.clusters += 1
                    rate.messages += sum.messagesIn
                    rate.bytes += sum.bytesIn
                    rate.servers += known
                    rate.unknownServers += reading.count - known
                case .failure(let error): rate.failure = error.reason
                }
            }
        }
        queue.send(.measured(rate, for: request))
    }

    /// Reads the counters of every server of a cluster twice.
    private func measure(_ monitor: ClusterMonitor, _ cluster: Int) async -> Result<ClusterReading, RateUnavailableError> {
        var readings = NodeReadings()
        let present = presentServers(of: cluster)
        var question = ClusterMonitor.Question()
        for round in 0..<2 {
            question.count = ClusterReading(readings, present: present).count
            question.reach = configuration.profile.servers[cluster].monitors.indices.map { readings.reach(of: .url($0)) }
            let answers = await monitor.ask(question)
            for answer in answers {
                for node in answer.nodes { readings.record(node, from: answer.source) }
            }
            guard answers.contains(where: { $0.failure == nil }) else {
                return .failure(RateUnavailableError(reason: answers.compactMap(\.failure?.message).joined(separator: "; ")))
            }
            if round == 0 { try? await clock.sleep(for: Self.measuringTime) }
        }
        let reading = ClusterReading(readings, present: present)
        guard reading.rates.known > 0 else {
            let name = client.clusters[cluster].name
            return .failure(RateUnavailableError(reason: "no server of \(name) gave its counters twice; was it restarted?"))
        }
        return .success(reading)
    }

    /// Returns the servers of a cluster that connections lead to: name by id.
    private func presentServers(of cluster: Int) -> [String: String] {
        let servers = client.snapshot().clusters[cluster].connections.map(\.connection).filter(\.isUp).compactMap(\.server)
        return Dictionary(servers.filter { !$0.id.isEmpty }.map { ($0.id, $0.name) }, uniquingKeysWith: { $1 })
    }
}

/// The reason why the counters of a cluster give no rate.
private struct RateUnavailableError: Error {
    let reason: String
}
