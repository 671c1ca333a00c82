import Roulette
import RouletteNATS
import RouletteTesting
import TestSupport
import Testing

/// The same scenarios in memory and on real servers: what a test of one's own sees in memory is what happens in production.
@Suite("The deployment in memory agrees with real servers", .timeLimit(.minutes(5)))
struct AgreementTests {
    private func code(_ body: () async throws -> Void) async throws -> RouletteError.Code {
        do {
            try await body()
        } catch let error as RouletteError {
            return error.code
        }
        throw DeploymentError(description: "no error")
    }

    // MARK: Messages

    @Test(arguments: Backend.allCases)
    func `messages of each topic arrive in order, on the cluster that owns it`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                let pattern = SubscribeOptions(maxMessages: 900, confirmed: true)
                let subscription = try await client.subscribe(to: "orders.*", options: pattern)
                #expect(subscription.clusters.count == 3)
                for number in 0..<900 { try await client.publish("\(number)", to: "orders.\(number % 9)") }
                try await client.flush()
                var received: [String: [Int]] = [:]
                var clusters: Set<String> = []
                for try await message in subscription {
                    received[message.topic, default: []].append(try #require(Int(message.body)))
                    clusters.insert(message.cluster.name)
                    #expect(message.cluster == (try client.owner(of: message.topic)))
                }
                #expect(clusters == ["alpha", "beta", "gamma"])
                #expect(received.count == 9)
                for (topic, numbers) in received { #expect(numbers == numbers.sorted() && numbers.count == 100, "\(topic)") }
                #expect(client.ring.fingerprint.isEmpty == false)
            }
        }
    }

    @Test
    func `both route alike`() async throws {
        var owners: [[String]] = []
        for backend in Backend.allCases {
            try await backend.run { deployment in
                try await deployment.withClient({ $0.poolSize = 1 }) { client in
                    owners.append(try (0..<500).map { try client.owner(of: "topic.\($0)").name })
                }
            }
        }
        #expect(owners[0] == owners[1] && Set(owners[0]).count == 3)
    }

    @Test(arguments: Backend.allCases)
    func `headers, reply topics and payloads arrive unchanged`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                let options = SubscribeOptions(maxMessages: 3, confirmed: true)
                let subscription = try await client.subscribe(to: "a.>", options: options)
                let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
                try await client.publish(bytes, to: "a.b", reply: "here", headers: ["Id": "1"])
                try await client.flush()
                try await client.publish("", to: "a.b.c", headers: ["Id": "2", "Id": "3"])
                try await client.flush()
                try await client.publish(String(repeating: "x", count: 100_000), to: "a.é")
                var messages: [Message] = []
                for try await message in subscription { messages.append(message) }
                let first = try #require(messages.first { $0.topic == "a.b" })
                #expect(Array(first.payload.readableBytesView) == bytes && first.reply == "here")
                #expect(try first.headers?["Id"] == "1")
                let second = try #require(messages.first { $0.topic == "a.b.c" })
                #expect(second.body == "" && second.reply == nil)
                #expect(try second.headers?.values("Id") == ["2", "3"])
                let third = try #require(messages.first { $0.topic == "a.é" })
                #expect(third.payload.readableBytes == 100_000)
                #expect(try third.headers == nil && third.headerBytes == nil)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `each message reaches one member of a queue group, and every other subscriber`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                let counts = Watched<[String: Int]>([:])
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for (name, queueGroup) in [("one", "q"), ("two", "q"), ("alone", nil)] as [(String, String?)] {
                        let options = SubscribeOptions(queueGroup: queueGroup, confirmed: true)
                        let jobs = try await client.subscribe(to: "jobs.*", options: options)
                        group.addTask {
                            for try await _ in jobs { counts.update { $0[name, default: 0] += 1 } }
                        }
                    }
                    for number in 0..<300 { try await client.publish("\(number)", to: "jobs.\(number % 5)") }
                    try await counts.wait(for: "all messages") { counts in
                        counts["alone"] == 300 && counts["one", default: 0] + counts["two", default: 0] == 300 ? () : nil
                    }
                    #expect(counts.value["one"] ?? 0 > 50 && counts.value["two"] ?? 0 > 50)
                    try await client.drain(timeout: .seconds(10))
                    try await group.waitForAll()
                }
            }
        }
    }

    // MARK: Requests

    @Test(arguments: Backend.allCases)
    func `requests are answered, time out, and have no responders`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                let prices = try await client.subscribe(to: "prices.*", options: SubscribeOptions(confirmed: true))
                let answering = Task {
                    for try await request in prices {
                        guard request.topic != "prices.silent" else { continue }
                        try await request.respond("for \(request.body)", headers: ["Answered": "yes"])
                        if request.topic == "prices.many" { try await client.reply(to: request, "again") }
                    }
                }
                for number in 0..<20 {
                    let answer = try await client.request("\(number)", to: "prices.\(number)", timeout: .seconds(10))
                    #expect(answer.body == "for \(number)")
                    #expect(try answer.headers?["Answered"] == "yes")
                    #expect(answer.cluster == (try client.owner(of: "prices.\(number)")))
                }
                var bodies: [String] = []
                for try await reply in try await client.requestMany("x", to: "prices.many", timeout: .seconds(10), max: 2) {
                    bodies.append(reply.body)
                }
                #expect(bodies == ["for x", "again"])
                let timeout = try await code {
                    _ = try await client.request("", to: "prices.silent", timeout: .milliseconds(50))
                }
                #expect(timeout == .timeout)
                #expect(
                    try await code { _ = try await client.request("", to: "nobody", timeout: .seconds(10)) } == .noResponders
                )
                let message = try await withSingle(client, "plain") { try await client.publish("x", to: "plain") }
                #expect(try await code { try await message.respond("y") } == .noReplyTopic)
                prices.cancel()
                try await answering.value
            }
        }
    }

    /// Returns the one message that a closure causes.
    private func withSingle(_ client: RouletteClient, _ topic: String, _ body: () async throws -> Void) async throws -> Message {
        let subscription = try await client.subscribe(to: topic, options: SubscribeOptions(maxMessages: 1, confirmed: true))
        try await body()
        for try await message in subscription { return message }
        throw DeploymentError(description: "no message")
    }

    // MARK: Refusals

    @Test(arguments: Backend.allCases)
    func `what cannot be sent, and what a server refuses, has the same code`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                #expect(try await code { try await client.publish("x", to: "a..b") } == .invalidTopic)
                #expect(try await code { try await client.publish("x", to: "a.*") } == .invalidTopic)
                #expect(try await code { _ = try await client.subscribe(to: "a b") } == .invalidTopic)
                let large = [UInt8](repeating: 0, count: (1 << 20) + 1)
                #expect(try await code { try await client.publish(large, to: "a") } == .payloadTooLarge)
                try await client.publish("x", to: "secret.a")
                let refused = await #expect(throws: RouletteError.self) { try await client.flush() }
                #expect(refused?.code == .permission && refused?.message.contains("secret.a") == true)
                let confirmed = SubscribeOptions(confirmed: true)
                #expect(try await code { _ = try await client.subscribe(to: "secret.>", options: confirmed) } == .permission)
                #expect(try await code { _ = try await client.subscribe(to: "secret.b", options: confirmed) } == .permission)
                try await client.publish("x", to: "open")
                try await client.flush()
            }
            try await deployment.withClient({ $0.role = .publisher }) { client in
                let failure = try await code { _ = try await client.subscribe(to: "a") }
                #expect(failure == .role)
            }
            try await deployment.withClient({ $0.role = .subscriber }) { client in
                let failure = try await code { try await client.publish("", to: "a") }
                #expect(failure == .role)
            }
        }
    }

    // MARK: Faults

    @Test(arguments: Backend.allCases)
    func `a cluster that is down fails its own topics only, and comes back`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient({
                $0.maxRetry = 2
                $0.subscriptionRestart = .permanent
            }) { client in
                let topics = try (0..<3).map { try deployment.topic(on: $0, of: client) }
                let subscription = try await client.subscribe(to: "topic.*", options: SubscribeOptions(confirmed: true))
                try await deployment.stop(1)
                try await poll(until: "the loss") { client.snapshot().clusters[1].state == .down }
                #expect(client.snapshot().clusters.map(\.state) == [.up, .down, .up])
                #expect(try await code { try await client.publish("x", to: topics[1]) } == .clusterUnavailable)
                #expect(throws: RouletteError.self) { try client.tryPublish("x", to: topics[1]) }
                let request = try await code { _ = try await client.request("x", to: topics[1], timeout: .seconds(1)) }
                #expect(request == .clusterUnavailable)
                for topic in [topics[0], topics[2]] { try await client.publish("up", to: topic) }
                try await client.flush()
                #expect(subscription.isInterrupted)
                try await deployment.start(1)
                try await poll(until: "all connections") { client.snapshot().clusters.allSatisfy { $0.state == .up } }
                try await poll(until: "the subscription") { !subscription.isInterrupted }
                #expect(Set(subscription.missedIntervals.map(\.cluster.index)) == [1])
                try await client.publish("back", to: topics[1])
                var received: [String] = []
                for try await message in subscription {
                    received.append("\(message.cluster.index) \(message.body)")
                    if received.count == 3 { break }
                }
                #expect(received.sorted() == ["0 up", "1 back", "2 up"])
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a lost connection ends temporary subscriptions, and permanent ones go on`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                let topic = try deployment.topic(on: 0, of: client)
                func subscribe(_ restart: RouletteConfiguration.SubscriptionRestart) async throws -> Subscription {
                    try await client.subscribe(to: topic, options: SubscribeOptions(restart: restart, confirmed: true))
                }
                let (temporary, permanent) = (try await subscribe(.temporary), try await subscribe(.permanent))
                try await deployment.closeConnections(0)
                #expect(try await code { for try await _ in temporary {} } == .subscriptionLost)
                try await poll(until: "the interval") { !permanent.missedIntervals.isEmpty && !permanent.isInterrupted }
                try await client.publish("after", to: topic)
                for try await message in permanent {
                    #expect(message.body == "after")
                    break
                }
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `messages that a silent cluster has not confirmed are reported as lost, once`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient({
                // On a busy machine, a server that is not frozen may not answer for a second.
                $0.pingInterval = .seconds(1)
                $0.maxPingFailure = 2
            }) { client in
                let topic = try deployment.topic(on: 2, of: client)
                try await client.publish("arrives", to: topic)
                try await client.flush()
                try await deployment.freeze(2)
                for _ in 0..<5 { try await client.publish("lost", to: topic) }
                #expect(try await code { try await client.flush(topic: topic) } == .unconfirmed)
                try await poll(until: "the loss") { client.snapshot().clusters[2].total(\.lost) == 5 }
                #expect(client.snapshot().clusters[2].state != .up)
            }
        }
    }

    // MARK: Consumers

    @Test(arguments: Backend.allCases)
    func `a slow consumer loses what its policy says, and the number is exact`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                func subscribe(_ overflow: SubscriptionBuffer.Overflow) async throws -> Subscription {
                    let buffer = SubscriptionBuffer(messages: 10, overflow: overflow)
                    return try await client.subscribe(to: "flood", options: SubscribeOptions(buffer: buffer, confirmed: true))
                }
                let newest = try await subscribe(.dropNewest)
                let oldest = try await subscribe(.dropOldest)
                let failing = try await subscribe(.fail)
                for number in 0..<100 { try await client.publish("\(number)", to: "flood") }
                try await client.delivered(to: "flood")
                #expect(newest.dropped == 90 && oldest.dropped == 90)
                func bodies(_ subscription: Subscription) async throws -> [String] {
                    subscription.cancel()
                    var bodies: [String] = []
                    for try await message in subscription { bodies.append(message.body) }
                    return bodies
                }
                #expect(try await bodies(newest) == (0..<10).map { "\($0)" })
                #expect(try await bodies(oldest) == (90..<100).map { "\($0)" })
                #expect(try await code { for try await _ in failing {} } == .slowConsumer)
            }
        }
    }

    @Test(arguments: Backend.allCases)
    func `a drain completes the work, and then nothing is accepted`(backend: Backend) async throws {
        try await backend.run { deployment in
            try await deployment.withClient { client in
                let jobs = try await client.subscribe(to: "jobs", options: SubscribeOptions(queueGroup: "q", confirmed: true))
                let handled = Watched(0)
                let working = Task {
                    for try await job in jobs {
                        try await Task.sleep(for: .milliseconds(1))
                        try await client.publish("done \(job.body)", to: "results")
                        handled.update { $0 += 1 }
                    }
                }
                for number in 0..<100 { try await client.publish("\(number)", to: "jobs") }
                try await client.flush()
                try await client.drain(timeout: .seconds(20))
                try await working.value
                #expect(handled.value == 100)
                // The client is closed on its event loop, which may happen later.
                let late = try await code { try await client.publish("x", to: "jobs") }
                #expect([.draining, .closed].contains(late))
                #expect(client.snapshot().clusters.allSatisfy { $0.total(\.lost) == 0 && $0.total(\.unconfirmed) == 0 })
            }
        }
    }
}
