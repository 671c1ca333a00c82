import NATSWire
import Roulette

/// Runs `body` for at most a time, then cancels it.
/// - Throws: `failure` when the time is over.
func within<Result: Sendable>(
    _ limit: Duration,
    orThrow failure: CommandFailure,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await Task.sleep(for: limit)
            throw failure
        }
        defer { group.cancelAll() }
        guard let result = try await group.next() else { throw failure }
        return result
    }
}

extension RouletteConfiguration {
    /// How long a server may owe an answer before a command gives up: as long as it may be silent before the library takes
    /// it for frozen. A server that sends other things but no answer is no better.
    var answerTimeout: Duration { pingInterval * (maxPingFailure + 1) + .seconds(1) }
}

extension RouletteClient {
    /// Waits until the server has confirmed everything published before to this topic.
    /// - Throws: ``CommandFailure`` when it does not answer.
    func confirm(topic: String) async throws {
        let limit = configuration.answerTimeout
        let cluster = try owner(of: topic).name
        try await within(limit, orThrow: .unanswered("cluster \(cluster) has not confirmed", limit)) {
            try await self.flush(topic: topic)
        }
    }

    /// Publishes a message, and waits as long as the retries of the profile take.
    /// - Throws: ``CommandFailure`` when the server takes no bytes for longer than that.
    func publishInTime(_ payload: [UInt8], to topic: String, headers: Headers?) async throws {
        // Nearly always there is room, and no timer is needed.
        if (try? tryPublish(payload, to: topic, headers: headers)) != nil { return }
        let limit = configuration.patience
        try await within(limit, orThrow: .unanswered("the server takes no more messages", limit)) {
            try await self.publish(payload, to: topic, headers: headers)
        }
    }

    /// Waits until all servers have confirmed everything published before.
    func confirm() async throws {
        let limit = configuration.answerTimeout
        try await within(limit, orThrow: .unanswered("not every cluster has confirmed", limit)) { try await self.flush() }
    }

    /// Subscribes, and waits until the servers have confirmed it.
    /// - Throws: ``CommandFailure`` when one does not answer.
    func subscribeConfirmed(to pattern: String, options: SubscribeOptions = SubscribeOptions()) async throws -> Subscription {
        var confirmed = options
        confirmed.confirmed = true
        // The retries of a cluster that is down have their own end.
        let limit = configuration.patience
        return try await within(limit, orThrow: .unanswered("the subscription to \(pattern) is not confirmed", limit)) {
            [confirmed] in try await self.subscribe(to: pattern, options: confirmed)
        }
    }
}

extension RouletteConfiguration {
    /// How long one operation may take, with all its retries.
    var patience: Duration { answerTimeout + retryTime }

    /// How long all retries of one operation take together at most.
    private var retryTime: Duration {
        var (time, wait, left) = (Duration.zero, baseBackoff, maxRetry)
        while left > 0, wait > .zero, wait < maxBackoff {
            time += wait
            wait *= 2
            left -= 1
        }
        return time + min(wait, maxBackoff) * left
    }
}

extension CommandFailure {
    fileprivate static func unanswered(_ what: String, _ limit: Duration) -> Self {
        let seconds = limit.components.seconds
        return .failed(
            "\(what) for \(seconds) s, though the connection is open; the server is overloaded or frozen, or what answers is no "
                + "NATS server: `roulette status` shows it"
        )
    }
}
