import Roulette

/// Measures PING and PONG on one connection.
struct RoundTripBench: Sendable {
    let count: Int

    func run(_ client: RouletteClient) async throws -> BenchResult {
        let topic = BenchTopics.single
        try await client.confirm(topic: topic)
        let progress = BenchProgress()
        return try await progress.guarding(limit: client.configuration.answerTimeout, of: "\(count) round trips") {
            try await measure(client, topic, progress)
        }
    }

    private func measure(_ client: RouletteClient, _ topic: String, _ progress: BenchProgress) async throws -> BenchResult {
        let clock = ContinuousClock()
        var times: [Duration] = []
        times.reserveCapacity(count)
        let watch = Stopwatch()
        var before = clock.now
        for _ in 0..<count {
            try await client.flush(topic: topic)
            let after = clock.now
            times.append(after - before)
            before = after
            progress.advance()
        }
        let reading = watch.read()
        return BenchResult(mode: "rtt", messages: count, reading: reading, times: RoundTripTimes(times))
    }
}
