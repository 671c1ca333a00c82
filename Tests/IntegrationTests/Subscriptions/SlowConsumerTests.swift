import Foundation
import Roulette
import TestSupport
import Testing

@Suite("Slow consumers", .timeLimit(.minutes(5)))
struct SlowConsumerTests {
    /// Reads the slow-consumer episodes of one pattern from a client's events.
    private struct Episodes {
        let events: RouletteEvents
        let pattern: String

        /// Returns the next begin or end of an episode: nil for a begin, otherwise the number of lost messages.
        func next() async -> UInt64?? {
            for await event in events {
                switch event.detail {
                case .slowConsumer(pattern): return .some(nil)
                case .slowConsumerRecovered(pattern, let dropped): return .some(dropped)
                default: continue
                }
            }
            return nil
        }
    }

    /// Returns the resident memory of this process, in bytes.
    private static func residentMemory() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
        return (Int(fields[1]) ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// Takes numbered messages until the last one arrives.
    private static func takeAll(_ subscription: Subscription, count: Int) async throws {
        var expected = 0
        while expected < count, let batch = try await subscription.nextBatch() {
            for message in batch {
                try #require(message.body == String(expected), "a neighbour lost a message")
                expected += 1
            }
        }
        #expect(expected == count)
    }

    // 200,000 messages at full speed by default. At full size 500,000, which is ten seconds at 50,000 a second.
    @Test
    func `check 36: a stuck consumer uses bounded memory, costs others no message, and its losses are counted exactly`()
        async throws
    {
        let total = TestScale.count(200_000, full: 500_000)
        let bound = 10_000
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                let stuck = try await client.subscribe(
                    to: "flood",
                    options: SubscribeOptions(buffer: SubscriptionBuffer(messages: bound, bytes: 8 << 20))
                )
                // One on the same SUB and one on the same connection, with buffers that are never full.
                let large = SubscribeOptions(buffer: SubscriptionBuffer(messages: total, bytes: 1 << 30), confirmed: true)
                let neighbour = try await client.subscribe(to: "flood", options: large)
                let sibling = try await client.subscribe(to: "other", options: large)
                let episodes = Episodes(events: client.events, pattern: "flood")
                let taking = Task {
                    async let other: Void = Self.takeAll(sibling, count: total / 10)
                    try await Self.takeAll(neighbour, count: total)
                    try await other
                }
                let before = try Self.residentMemory()
                for number in 0..<total {
                    try await client.publish(String(number), to: "flood")
                    if number % 10 == 0 { try await client.publish(String(number / 10), to: "other") }
                    // The other consumers keep all messages, so the publisher waits for them now and then.
                    if number % 10_000 == 9_999 { try await client.flush() }
                }
                try await taking.value
                let growth = try Self.residentMemory() - before
                // Includes the memory of the other consumers and of other tests in this process.
                #expect(growth < 256 << 20, "\(growth >> 20) MiB")

                let dropped = UInt64(total - bound)
                #expect(stuck.dropped == dropped)
                #expect(client.snapshot().clusters[0].total(\.dropped) == dropped)
                #expect(neighbour.dropped == 0)
                #expect(sibling.dropped == 0)
                #expect(await episodes.next() == .some(nil), "the episode began")

                // The consumer continues: exactly the first messages are available, and the episode ends with the exact
                // number.
                var kept = 0
                while kept < bound, let batch = try await stuck.nextBatch() {
                    for message in batch {
                        #expect(message.body == String(kept))
                        kept += 1
                    }
                }
                #expect(kept == bound)
                #expect(await episodes.next() == .some(dropped), "one event for the whole episode")
                try await client.publish("after", to: "flood")
                #expect(try await stuck.nextBatch()?.first?.body == "after")
                #expect(stuck.dropped == dropped)
            }
        }
    }

    @Test
    func `a stuck consumer holds no more bytes than its bound, for any number of messages`() async throws {
        let (size, total, bound) = (64 << 10, 6_000, 8 << 20)
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                let stuck = try await client.subscribe(
                    to: "flood",
                    options: SubscribeOptions(buffer: SubscriptionBuffer(messages: total, bytes: bound), confirmed: true)
                )
                let before = try Self.residentMemory()
                let payload = [UInt8](repeating: 65, count: size)
                for number in 0..<total {
                    try await client.publish(payload, to: "flood")
                    if number % 100 == 99 { try await client.delivered(to: "flood") }
                }
                // 375 MiB were sent. Half of that exceeds the bound and the memory of other tests in this process.
                let growth = try Self.residentMemory() - before
                #expect(growth < total * size / 2, "\(growth >> 20) MiB")
                stuck.cancel()
                var (messages, bytes) = (0, 0)
                for try await message in stuck {
                    messages += 1
                    bytes += message.payload.readableBytes
                }
                #expect(bytes <= bound, "not more than its limit")
                #expect(bytes > bound - 2 * size, "almost as much as its limit")
                #expect(stuck.dropped == UInt64(total - messages))
            }
        }
    }

    @Test
    func `drop oldest keeps the newest messages; every message is either counted or kept`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let slow = try await client.subscribe(
                    to: "t",
                    options: SubscribeOptions(buffer: SubscriptionBuffer(messages: 100, overflow: .dropOldest), confirmed: true)
                )
                let witness = try await client.subscribe(to: "t", options: SubscribeOptions(maxMessages: 5_000, confirmed: true))
                for number in 0..<5_000 { try await client.publish(String(number), to: "t") }
                for try await _ in witness {}
                // The other consumer has all messages, so this one received them too.
                slow.cancel()
                var kept: [String] = []
                for try await message in slow { kept.append(message.body) }
                #expect(kept == (4_900..<5_000).map { "\($0)" })
                #expect(slow.dropped == 4_900)
            }
        }
    }

    @Test
    func `fail ends the subscription after the available messages, and removes the SUB from the server`() async throws {
        try await withDeployment(clusters: 1, configuration: NATSServerConfiguration(monitoring: true)) { deployment in
            try await deployment.withClient { client in
                let slow = try await client.subscribe(
                    to: "t",
                    options: SubscribeOptions(buffer: SubscriptionBuffer(messages: 10, overflow: .fail), confirmed: true)
                )
                let events = client.events
                for number in 0..<20 { try await client.publish(String(number), to: "t") }
                for await event in events {
                    if case .slowConsumer("t") = event.detail { break }
                }
                try await deployment.servers[0].subscriptions("the UNSUB") { $0.isEmpty }
                var kept: [String] = []
                let error = await #expect(throws: RouletteError.self) {
                    for try await message in slow { kept.append(message.body) }
                }
                #expect(error?.code == .slowConsumer)
                #expect(kept == (0..<10).map { "\($0)" })
            }
        }
    }
}
