import Roulette

/// Measures requests that another connection of this process answers.
struct RequestBench: Sendable {
    let count: Int
    let payload: BenchPayload

    func run(_ client: RouletteClient) async throws -> BenchResult {
        let topic = BenchTopics.single + ".echo"
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
        let bytes = payload.bytes
        // The first request also subscribes to the inbox.
        _ = try await client.request(bytes, to: topic)
        let clock = ContinuousClock()
        var times: [Duration] = []
        times.reserveCapacity(count)
        let watch = Stopwatch()
        var before = clock.now
        for _ in 0..<count {
            _ = try await client.request(bytes, to: topic)
            let after = clock.now
            times.append(after - before)
            before = after
        }
        let reading = watch.read()
        return BenchResult(mode: "request", messages: count, reading: reading, times: RoundTripTimes(times))
    }
}
