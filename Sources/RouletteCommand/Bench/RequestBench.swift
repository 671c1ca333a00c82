import Roulette

/// Measures requests that another connection of this process answers.
struct RequestBench: Sendable {
    let options: BenchOptions

    func run(_ client: RouletteClient) async throws -> BenchResult {
        let topic = options.topicNames[0] + ".echo"
        let requests = try await client.subscribeConfirmed(to: topic)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await request in requests { try await request.respond(request.payload) }
            }
            let result = try await ask(client, topic)
            requests.cancel()
            try await group.waitForAll()
            return result
        }
    }

    private func ask(_ client: RouletteClient, _ topic: String) async throws -> BenchResult {
        let payload = options.payload
        // The first request also subscribes to the inbox.
        _ = try await client.request(payload, to: topic)
        let clock = ContinuousClock()
        var times: [Duration] = []
        times.reserveCapacity(options.count)
        let watch = Stopwatch()
        var before = clock.now
        for _ in 0..<options.count {
            _ = try await client.request(payload, to: topic)
            let after = clock.now
            times.append(after - before)
            before = after
        }
        let reading = watch.read()
        return BenchResult(mode: "request", messages: options.count, reading: reading, times: RoundTripTimes(times))
    }
}
