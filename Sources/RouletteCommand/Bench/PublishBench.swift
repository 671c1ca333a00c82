import Roulette

/// How fast messages are published, through ring and pool.
struct PublishBench: Sendable {
    let options: BenchOptions
    /// Whether each topic has a handle that looked its route up before.
    let usesHandles: Bool

    func run(_ client: RouletteClient) async throws -> BenchResult {
        let watch = Stopwatch()
        if usesHandles {
            try await publishByHandle(client)
        } else {
            try await publishByTopic(client)
        }
        try await client.flush()
        return BenchResult(mode: "pub", messages: options.count, reading: watch.read())
    }

    private func publishByTopic(_ client: RouletteClient) async throws {
        let payload = options.payload
        let topics = options.topicNames
        var next = 0
        for _ in 0..<options.count {
            try await client.publish(payload, to: topics[next])
            next = next + 1 == topics.count ? 0 : next + 1
        }
    }

    private func publishByHandle(_ client: RouletteClient) async throws {
        let payload = options.payload
        let publishers = try options.topicNames.map { try client.publisher(for: $0) }
        var next = 0
        for _ in 0..<options.count {
            try await publishers[next].publish(payload)
            next = next + 1 == publishers.count ? 0 : next + 1
        }
    }
}
