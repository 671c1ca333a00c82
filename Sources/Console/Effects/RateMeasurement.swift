import NATSMonitoring
import Settings

extension ConsoleRuntime {
    /// The time between the two readings of the counters.
    private static let measuringTime: Duration = .seconds(1)

    /// Measures the rate of messages into the clusters that have a monitoring URL, and reports it.
    func measureRate(for request: SubscriptionRequest) async {
        let rate = await withTaskGroup(of: Result<ServerRates, RateUnavailableError>.self) { group in
            for cluster in configuration.profile.servers.indices {
                if let monitor = monitor(of: cluster) { group.addTask { await measure(monitor) } }
            }
            return await group.reduce(into: MeasuredRate()) { rate, result in
                switch result {
                case .success(let rates):
                    rate.clusters += 1
                    rate.messages += rates.messagesIn
                    rate.bytes += rates.bytesIn
                case .failure(let error): rate.failure = error.reason
                }
            }
        }
        queue.send(.measured(rate, for: request))
    }

    private func measure(_ monitor: ServerMonitor) async -> Result<ServerRates, RateUnavailableError> {
        let url = monitor.endpoint
        do throws(MonitorError) {
            let (first, start) = (try await monitor.status(), clock.now.uptime)
            try? await clock.sleep(for: Self.measuringTime)
            let (second, end) = (try await monitor.status(), clock.now.uptime)
            guard first.id == second.id else {
                return .failure(RateUnavailableError(reason: "\(url) restarted meanwhile, or several servers share it"))
            }
            guard first.hasTraffic, second.hasTraffic else {
                return .failure(RateUnavailableError(reason: "the counters of \(url) could not be read"))
            }
            let elapsed = ServerRates.elapsed(from: (first.time, start), to: (second.time, end))
            guard let rates = ServerRates(from: first.traffic, to: second.traffic, elapsed: elapsed) else {
                return .failure(RateUnavailableError(reason: "the counters of \(url) decreased"))
            }
            return .success(rates)
        } catch {
            return .failure(RateUnavailableError(reason: error.message))
        }
    }
}

/// The reason why the counters of a server give no rate.
private struct RateUnavailableError: Error {
    let reason: String
}
