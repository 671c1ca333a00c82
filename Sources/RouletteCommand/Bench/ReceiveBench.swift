import CommandSupport
import Roulette
import RouletteNATS

/// Measures receiving with `for try await`.
struct ReceiveBench: Sendable {
    let count: Int
    let payload: BenchPayload
    let topics: BenchTopics
    /// Whether this process also publishes the messages.
    let publishes: Bool

    func run(_ client: RouletteClient) async throws -> BenchResult {
        // The buffer holds all messages, since this measures receiving and not dropping.
        let buffer = SubscriptionBuffer(messages: count, bytes: .max)
        // A lost connection ends the benchmark, since messages that were published meanwhile never arrive.
        let subscription = try await client.subscribeConfirmed(
            to: topics.pattern,
            options: SubscribeOptions(restart: .temporary, buffer: buffer)
        )
        let progress = BenchProgress()
        if !publishes, StandardError.isTerminal {
            StandardError.note("subscribed to \(topics.pattern), waiting for messages")
        }
        return try await withThrowingTaskGroup(of: BenchResult?.self) { group in
            if publishes {
                let flood = PublishBench(count: count, payload: payload, topics: topics, usesHandles: true)
                group.addTask {
                    _ = try await flood.run(client)
                    // All messages are published. Those that do not arrive soon are lost.
                    try await progress.watch(limit: client.configuration.answerTimeout, of: "\(count) messages")
                    return nil
                }
            }
            group.addTask { try await receive(subscription, progress) }
            defer { group.cancelAll() }
            while let result = try await group.next() { if let result { return result } }
            throw CancellationError()
        }
    }

    private func receive(_ subscription: Subscription, _ progress: BenchProgress) async throws -> BenchResult {
        var messages = 0
        var watch: Stopwatch?
        for try await _ in subscription {
            messages += 1
            if messages % 256 == 0 { progress.advance(by: 256) }
            if messages == 1 { watch = Stopwatch() }
            if messages == count { break }
        }
        guard let watch, messages == count else {
            throw CommandError.failed("the subscription ended after \(messages) of \(count) messages")
        }
        var result = BenchResult(mode: "sub", messages: messages, reading: watch.read())
        result.details = [("dropped", .number(subscription.dropped))]
        return result
    }
}
