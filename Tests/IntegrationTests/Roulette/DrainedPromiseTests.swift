import Roulette
import TestSupport
import Testing

/// The promises of shared, overlapping and grouped subscriptions while some of them are drained.
@Suite("Subscriptions beside a drained one keep their promises", .timeLimit(.minutes(2)))
struct DrainedPromiseTests {
    @Test
    func `a drained consumer has every message up to its end; shared and overlapping subscriptions have all, once`() async throws
    {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient({ $0.poolSize = 2 }) { client in
                let total = 20_000
                let options = SubscribeOptions(confirmed: true)
                let leaving = try await client.subscribe(to: "numbers", options: options)
                let shared = try await client.subscribe(to: "numbers", options: options)
                let overlapping = try await client.subscribe(to: "*", options: options)
                let left = Watched(0)
                @Sendable func collect(_ subscription: Subscription, _ count: Int) -> Task<[Int], any Error> {
                    Task {
                        var numbers: [Int] = []
                        for try await message in subscription {
                            numbers.append(Int(message.body) ?? -1)
                            if subscription === leaving { left.update { $0 += 1 } }
                            if numbers.count == count { break }
                        }
                        return numbers
                    }
                }
                let (first, second, third) = (collect(leaving, total), collect(shared, total), collect(overlapping, total))
                let publishing = Task {
                    for number in 0..<total {
                        try await client.publish("\(number)", to: "numbers")
                        if number % 100 == 99 { try await client.flush() }
                    }
                }
                try await left.wait(for: "some messages") { $0 > 1_000 ? () : nil }
                await leaving.drain()
                let prefix = try await first.value
                #expect(prefix == Array(0..<prefix.count), "no gap and nothing twice")
                #expect(prefix.count > 1_000 && prefix.count < total)
                try await publishing.value
                #expect(try await second.value == Array(0..<total))
                #expect(try await third.value == Array(0..<total))
                // A later subscription has a SUB of its own.
                let later = try await client.subscribe(to: "numbers", options: SubscribeOptions(maxMessages: 1, confirmed: true))
                try await client.publish("later", to: "numbers")
                for try await message in later { #expect(message.body == "later") }
            }
        }
    }

    @Test
    func `10,000 members of a queue group in one client are drained, with what they have received`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ $0.poolSize = 1 }) { client in
                let options = SubscribeOptions(queueGroup: "q")
                var members: [Subscription] = []
                for _ in 0..<10_000 { members.append(try await client.subscribe(to: "jobs", options: options)) }
                try await client.subscribe(to: "other", options: SubscribeOptions(confirmed: true)).cancel()
                let (handled, done) = (Watched(0), Watched(0))
                for member in members {
                    _ = Task {
                        for try await _ in member { handled.update { $0 += 1 } }
                        done.update { $0 += 1 }
                    }
                }
                members = []
                for number in 0..<20_000 { try await client.publish("\(number)", to: "jobs") }
                try await client.flush()
                try await client.drain(timeout: .seconds(3_600))
                #expect(handled.value == 20_000)
                try await done.wait(for: "all loops to end") { $0 == 10_000 ? () : nil }
            }
        }
    }
}
