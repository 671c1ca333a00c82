import Roulette
import TestSupport
import Testing

@Suite("One SUB for many consumers", .timeLimit(.minutes(2)))
struct SharedSubscriptionTests {
    private static let monitored = NATSServerConfiguration(monitoring: true)

    private func quick(_ configuration: inout RouletteConfiguration) {
        configuration.maxBackoff = .milliseconds(100)
        configuration.reconnectJitter = .zero
    }

    /// Returns the bodies of the available messages until the subscription ends.
    private func bodies(_ subscription: Subscription) async throws -> [String] {
        var bodies: [String] = []
        for try await message in subscription { bodies.append(message.body) }
        return bodies
    }

    @Test
    func `consumers of one topic share one SUB, each receives every message, and the last one removes the SUB`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            let server = deployment.servers[0]
            try await deployment.withClient { client in
                let options = SubscribeOptions(confirmed: true)
                var consumers: [Subscription] = []
                for _ in 0..<5 { consumers.append(try await client.subscribe(to: "shared", options: options)) }
                #expect(try await server.subscriptions().map(\.subject) == ["shared"])
                #expect(client.snapshot().clusters[0].total(\.subscriptions) == 1)

                for number in 0..<100 { try await client.publish("\(number)", to: "shared") }
                try await client.flush()
                // A consumer that leaves early does not affect the others.
                let early = consumers.removeLast()
                early.cancel()
                #expect(try await server.subscriptions().count == 1)
                for number in 100..<200 { try await client.publish("\(number)", to: "shared") }
                // All earlier messages arrive before this one.
                try await client.publish("last", to: "shared")
                for consumer in consumers {
                    var numbers: [String] = []
                    for try await message in consumer {
                        if message.body == "last" { break }
                        numbers.append(message.body)
                    }
                    #expect(numbers == (0..<200).map { "\($0)" })
                }
                consumers[0].cancel()
                #expect(try await bodies(consumers[0]) == [])
                // The others end when their last reference is released.
                consumers.removeAll()
                try await server.subscriptions("the UNSUB of the last consumer") { $0.isEmpty }
            }
        }
    }

    @Test
    func `each consumer has its own number of messages`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            try await deployment.withClient { client in
                let three = try await client.subscribe(to: "t", options: SubscribeOptions(maxMessages: 3, confirmed: true))
                let five = try await client.subscribe(to: "t", options: SubscribeOptions(maxMessages: 5, confirmed: true))
                for number in 0..<10 { try await client.publish("\(number)", to: "t") }
                #expect(try await bodies(three) == ["0", "1", "2"])
                #expect(try await bodies(five) == ["0", "1", "2", "3", "4"])
                try await deployment.servers[0].subscriptions("the end of the SUB") { $0.isEmpty }
            }
        }
    }

    @Test
    func `the members of a queue group have one SUB each, and each message is delivered to one of them`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            try await deployment.withClient { client in
                var members: [Subscription] = []
                for _ in 0..<3 {
                    let options = SubscribeOptions(queueGroup: "workers", confirmed: true)
                    members.append(try await client.subscribe(to: "jobs", options: options))
                }
                let everybody = try await client.subscribe(to: "jobs", options: SubscribeOptions(confirmed: true))
                #expect(try await deployment.servers[0].subscriptions().count == 4)
                for number in 0..<300 { try await client.publish("\(number)", to: "jobs") }
                try await client.delivered(to: "jobs")
                for member in members { member.cancel() }
                everybody.cancel()
                var jobs: [String] = []
                for member in members {
                    let own = try await bodies(member)
                    #expect(own.count > 30, "the server distributes them randomly")
                    jobs += own
                }
                #expect(jobs.count == 300)
                #expect(Set(jobs).count == 300)
                #expect(try await bodies(everybody).count == 300)
            }
        }
    }

    @Test
    func `topics that are equal as Swift strings but not as bytes are two topics`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            try await deployment.withClient { client in
                let options = SubscribeOptions(maxMessages: 1, confirmed: true)
                let composed = try await client.subscribe(to: "caf\u{E9}", options: options)
                let decomposed = try await client.subscribe(to: "cafe\u{301}", options: options)
                #expect(try await deployment.servers[0].subscriptions().count == 2)
                try await client.publish("one", to: "caf\u{E9}")
                try await client.publish("two", to: "cafe\u{301}")
                #expect(try await bodies(composed) == ["one"])
                #expect(try await bodies(decomposed) == ["two"])
            }
        }
    }

    @Test
    func `check 4: a restart takes no messages from a queue group, nor from a consumer with 4 of 10 messages`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient(quick) { client in
                let member = SubscribeOptions(queueGroup: "workers", restart: .permanent, confirmed: true)
                let members = [
                    try await client.subscribe(to: "jobs", options: member),
                    try await client.subscribe(to: "jobs", options: member),
                ]
                let limited = try await client.subscribe(
                    to: "limited",
                    options: SubscribeOptions(maxMessages: 10, restart: .permanent, confirmed: true)
                )
                // Another consumer of the same SUB has another limit.
                let neighbour = try await client.subscribe(
                    to: "limited",
                    options: SubscribeOptions(maxMessages: 12, restart: .permanent, confirmed: true)
                )
                var iterator = limited.makeAsyncIterator()
                for number in 0..<4 { try await client.publish("\(number)", to: "limited") }
                for number in 0..<4 { #expect(try await iterator.next()?.body == "\(number)") }

                let events = client.events
                deployment.servers[0].kill()
                try await deployment.servers[0].restart()
                var resumed = 0
                for await event in events {
                    if case .subscriptionResumed = event.detail { resumed += 1 }
                    if resumed == 4 { break }
                }

                for number in 4..<20 { try await client.publish("\(number)", to: "limited") }
                var rest: [String] = []
                while let message = try await iterator.next() { rest.append(message.body) }
                #expect(rest == (4..<10).map(String.init), "exactly six more, then the end")
                #expect(try await bodies(neighbour) == (0..<12).map { "\($0)" })

                for number in 0..<10 { try await client.publish("\(number)", to: "jobs") }
                try await client.delivered(to: "jobs")
                for member in members { member.cancel() }
                var jobs: [String] = []
                for member in members { jobs += try await bodies(member) }
                #expect(jobs.count == 10, "10 messages, 10 deliveries in total")
                #expect(Set(jobs).count == 10)
            }
        }
    }

    @Test
    func `a member of a queue group with a limit leaves the other messages to the other members, exactly`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let limited = try await client.subscribe(
                    to: "jobs",
                    options: SubscribeOptions(queueGroup: "workers", maxMessages: 10, confirmed: true)
                )
                let other = try await client.subscribe(
                    to: "jobs",
                    options: SubscribeOptions(queueGroup: "workers", maxMessages: 190, confirmed: true)
                )
                for number in 0..<200 { try await client.publish("\(number)", to: "jobs") }
                let jobs = try await bodies(limited) + bodies(other)
                #expect(jobs.count == 200)
                #expect(Set(jobs).count == 200, "none was sent to a member beyond its limit")
            }
        }
    }

    @Test
    func `check 5: a consumer that leaves during an outage is not subscribed again; others on the same SUB are`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            let server = deployment.servers[0]
            try await deployment.withClient(quick) { client in
                let options = SubscribeOptions(restart: .permanent, confirmed: true)
                let stays = try await client.subscribe(to: "both", options: options)
                let leaves = try await client.subscribe(to: "both", options: options)
                let leavesToo = try await client.subscribe(to: "alone", options: options)
                let events = client.events
                server.kill()
                _ = try await deployment.waitFor(client) { $0.clusters[0].state == .down }
                leaves.cancel()
                leavesToo.cancel()
                #expect(try await bodies(leaves) == [], "cancelling ends the subscription, also without a connection")
                try await server.restart()
                // Until then the server may read a message of the publisher's connection before the SUB.
                for await event in events {
                    if case .subscriptionResumed("both", _) = event.detail { break }
                }
                try await client.publish("after", to: "both")
                var iterator = stays.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "after")
                #expect(try await server.subscriptions().map(\.subject) == ["both"])
            }
        }
    }

    @Test
    func `a temporary and a permanent consumer share a SUB: a lost connection ends only the temporary one`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            let server = deployment.servers[0]
            try await deployment.withClient(quick) { client in
                let temporary = try await client.subscribe(
                    to: "t",
                    options: SubscribeOptions(restart: .temporary, confirmed: true)
                )
                let permanent = try await client.subscribe(
                    to: "t",
                    options: SubscribeOptions(restart: .permanent, confirmed: true)
                )
                #expect(try await server.subscriptions().count == 1)
                let events = client.events
                server.kill()
                let error = await #expect(throws: RouletteError.self) { for try await _ in temporary {} }
                #expect(error?.code == .subscriptionLost)
                // The temporary one ends first.
                for await event in events {
                    if case .subscriptionInterrupted("t", _) = event.detail { break }
                }
                #expect(permanent.isInterrupted)
                try await server.restart()
                for await event in events {
                    guard case .subscriptionResumed("t", let missed) = event.detail else { continue }
                    #expect(permanent.missedIntervals == [missed])
                    break
                }
                #expect(!permanent.isInterrupted)
                try await client.publish("after", to: "t")
                var iterator = permanent.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "after")
            }
        }
    }

    @Test
    func `a permanent subscription resumes after every loss, and keeps the last missed intervals`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ configuration in
                quick(&configuration)
                configuration.poolSize = 1
            }) { client in
                let subscription = try await client.subscribe(
                    to: "t",
                    options: SubscribeOptions(restart: .permanent, confirmed: true)
                )
                let events = client.events
                var resumed = 0
                client.reconnect(hard: true)
                for await event in events {
                    guard case .subscriptionResumed = event.detail else { continue }
                    resumed += 1
                    if resumed == 20 { break }
                    client.reconnect(role: .subscriber, hard: true)
                }
                let windows = subscription.missedIntervals
                #expect(windows.count == 16)
                #expect(windows.allSatisfy { $0.from < $0.to && $0.cluster.index == 0 })
                #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.to <= $1.from })
            }
        }
    }
}
