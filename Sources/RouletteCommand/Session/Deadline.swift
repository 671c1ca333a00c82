import CommandSupport
import NATSWire
import Roulette

/// Runs `body` and cancels it after the time limit.
/// - Throws: `failure` after the time limit.
func within<Result: Sendable>(
    _ limit: Duration,
    orThrow failure: CommandError,
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
    /// How long a command waits for an answer from a server: as long as the library waits before it treats a silent connection
    /// as stale. A server that only sends other operations counts as silent here.
    var answerTimeout: Duration { pingInterval * (maxPingFailure + 1) + .seconds(1) }
}

extension RouletteClient {
    /// Waits until the server has confirmed everything published before to this topic.
    /// - Throws: ``CommandError`` if it does not answer.
    func confirm(topic: String) async throws {
        let limit = configuration.answerTimeout
        let cluster = try owner(of: topic).name
        try await within(limit, orThrow: .unanswered("cluster \(cluster) has not confirmed", limit)) {
            try await flush(topic: topic)
        }
    }

    /// Publishes a message, and waits for as long as the retries of the profile take.
    /// - Throws: ``CommandError`` if the server accepts no bytes for longer than that.
    func publishInTime(_ payload: [UInt8], to topic: String, headers: Headers?) async throws {
        // There is nearly always space in the buffer, so no timer is needed.
        if (try? tryPublish(payload, to: topic, headers: headers)) != nil { return }
        let limit = configuration.patience
        try await within(limit, orThrow: .unanswered("the server accepts no more messages", limit)) {
            try await publish(payload, to: topic, headers: headers)
        }
    }

    /// Waits until all servers have confirmed everything published before.
    func confirm() async throws {
        let limit = configuration.answerTimeout
        try await within(limit, orThrow: .unanswered("not every cluster has confirmed", limit)) { try await flush() }
    }

    /// Subscribes, and waits until the servers have confirmed it.
    /// - Throws: ``CommandError`` if one does not answer.
    func subscribeConfirmed(to pattern: String, options: SubscribeOptions = SubscribeOptions()) async throws -> Subscription {
        var confirmed = options
        confirmed.confirmed = true
        // The limit includes the retries for a cluster that is down.
        let limit = configuration.patience
        return try await within(limit, orThrow: .unanswered("the subscription to \(pattern) is not confirmed", limit)) {
            [confirmed] in try await subscribe(to: pattern, options: confirmed)
        }
    }
}

extension RouletteConfiguration {
    /// How long one operation may take, including all retries.
    var patience: Duration { answerTimeout + retryTime }

    /// The longest time that all retries of one operation take together.
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

extension CommandError {
    fileprivate static func unanswered(_ what: String, _ limit: Duration) -> Self {
        let seconds = limit.components.seconds
        return .failed(
            "\(what) for \(seconds) s, though the connection is open; the server is overloaded or frozen, or is not a "
                + "NATS server; `roulette status` shows more"
        )
    }
}
