import ConsistentHashing
import Roulette

/// Measures building a ring and looking topics up.
struct RingBench: Sendable {
    let count: Int
    let clusters: Int

    func run() throws -> BenchResult {
        let building = Stopwatch()
        let ring = try HashRing(count: clusters)
        let built = building.read()
        // Each topic has 16 bytes and is looked up for the first time.
        let topics = (0..<count).map { "topic.\(String($0 + 1_000_000_000))" }
        let watch = Stopwatch()
        var sum = 0
        for topic in topics { sum &+= ring.index(of: topic) }
        let reading = watch.read()

        let client = try RouletteClient(configuration: configuration, logger: .silent)
        let topic = topics[0]
        let seen = Stopwatch()
        for _ in 0..<count { sum &+= try client.owner(of: topic).index }
        let seenReading = seen.read()

        var result = BenchResult(mode: "ring", messages: count, reading: reading)
        result.details = [
            ("clusters", .number(clusters)),
            ("build_ms", .decimal(built.cpu / .milliseconds(1), digits: 3)),
            ("seen_ns", .decimal(seenReading.cpu / .nanoseconds(1) / Double(count), digits: 1)),
            // Printed so that the compiler cannot remove the lookups.
            ("checksum", .number(sum)),
        ]
        return result
    }

    /// Servers that are never connected to.
    private var configuration: RouletteConfiguration {
        RouletteConfiguration(clusters: (0..<clusters).map { .init(host: "10.0.\($0 / 256).\($0 % 256)") })
    }
}
