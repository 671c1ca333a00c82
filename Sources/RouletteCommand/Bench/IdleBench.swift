import CommandSupport
import Roulette

/// Measures the memory of a subscription that receives no messages.
struct IdleBench: Sendable {
    let count: Int

    func run(_ client: RouletteClient) async throws -> BenchResult {
        var subscriptions: [Subscription] = []
        subscriptions.reserveCapacity(count)
        // The first subscriptions also allocate memory that all subscriptions share.
        for number in 0..<100 { subscriptions.append(try await client.subscribe(to: "idle.first.\(number)")) }
        guard let before = ResidentMemory.bytes else {
            throw CommandError.failed("this system does not report the resident memory of a process; use Linux")
        }
        let watch = Stopwatch()
        for number in 0..<count { subscriptions.append(try await client.subscribe(to: "idle.\(number)")) }
        let reading = watch.read()
        let after = ResidentMemory.bytes ?? before
        var result = BenchResult(mode: "idle", messages: count, reading: reading)
        result.details = [("bytes_each", .number((after - before) / count))]
        return withExtendedLifetime(subscriptions) { result }
    }
}
