import Roulette

/// Measures publishing through ring and pool.
struct PublishBench: Sendable {
    let count: Int
    let payload: BenchPayload
    let topics: BenchTopics
    /// Whether each topic is published to through a handle, which looks up its route in advance.
    let usesHandles: Bool

    func run(_ client: RouletteClient) async throws -> BenchResult {
        let watch = Stopwatch()
        let progress = BenchProgress()
        try await progress.guarding(limit: client.configuration.patience, of: "\(count) messages") {
            if usesHandles {
                try await publishByHandle(client, progress)
            } else {
                try await publishByTopic(client, progress)
            }
        }
        try await client.confirm()
        return BenchResult(mode: "pub", messages: count, reading: watch.read())
    }

    /// Progress is counted in batches, since counting each message would be measured too.
    private static let step = 256

    private func publishByTopic(_ client: RouletteClient, _ progress: BenchProgress) async throws {
        let bytes = payload.bytes
        let names = topics.names
        var next = 0
        for number in 0..<count {
            if number > 0, number % Self.step == 0 { try progress.advanceUnlessCanceled(by: Self.step) }
            try await client.publish(bytes, to: names[next])
            next = next + 1 == names.count ? 0 : next + 1
        }
    }

    private func publishByHandle(_ client: RouletteClient, _ progress: BenchProgress) async throws {
        let bytes = payload.bytes
        let publishers = try topics.names.map { try client.publisher(for: $0) }
        var next = 0
        for number in 0..<count {
            if number > 0, number % Self.step == 0 { try progress.advanceUnlessCanceled(by: Self.step) }
            try await publishers[next].publish(bytes)
            next = next + 1 == publishers.count ? 0 : next + 1
        }
    }
}
