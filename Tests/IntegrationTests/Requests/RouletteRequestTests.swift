import NATSWire
import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests over three clusters", .timeLimit(.minutes(2)))
struct RouletteRequestTests {
    private func quick(_ configuration: inout RouletteConfiguration) {
        configuration.poolSize = 2
        configuration.maxBackoff = .milliseconds(200)
    }

    /// Answers the messages of a subscription for the duration of a closure.
    private func answering(
        _ subscription: Subscription,
        _ answer: @escaping @Sendable (Message) async throws -> Void,
        _ body: () async throws -> Void
    ) async throws {
        let responding = Task {
            for try await message in subscription { try await answer(message) }
        }
        do {
            try await body()
        } catch {
            subscription.cancel()
            _ = await responding.result
            throw error
        }
        subscription.cancel()
        try await responding.value
    }

    @Test
    func `a responder with a wildcard answers on the cluster of the request, and any subscriber may answer`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            // The messages on each cluster, received by a raw client.
            var listeners: [RawClient] = []
            for server in deployment.servers {
                let listener = try await RawClient.connect(port: server.port)
                try await listener.subscribe(to: "_INBOX.>")
                listeners.append(listener)
            }
            try await deployment.withClient { configuration in
                quick(&configuration)
                configuration.role = .subscriber
            } _: { responder in
                let subscription = try await responder.subscribe(to: "topic.*", options: SubscribeOptions(confirmed: true))
                let answer: @Sendable (Message) async throws -> Void = { message in
                    // Both ways to answer.
                    if message.body == "respond" {
                        try await message.respond("from \(message.cluster.index)")
                    } else {
                        try await responder.reply(to: message, "from \(message.cluster.index)")
                    }
                }
                try await answering(subscription, answer) {
                    try await deployment.withClient { configuration in
                        quick(&configuration)
                        configuration.role = .publisher
                    } _: { requester in
                        for cluster in 0..<3 {
                            let topic = try deployment.topic(on: cluster, of: requester)
                            for body in ["respond", "reply"] {
                                let reply = try await requester.request(body, to: topic, timeout: patience)
                                #expect(reply.body == "from \(cluster)")
                                #expect(reply.cluster.index == cluster)
                            }
                        }
                        #expect(requester.snapshot().clusters.allSatisfy { $0.total(\.pendingRequests) == 0 })
                    }
                }
            }
            for (index, listener) in listeners.enumerated() {
                try await listener.flush()
                let heard = try listener.pendingMessages().map(\.text)
                #expect(heard == ["from \(index)", "from \(index)"], "no reply was sent to another cluster")
                await listener.close()
            }
        }
    }

    @Test
    func `no responders on the topic's cluster are reported immediately, regardless of other clusters`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient(quick) { client in
                try await deployment.waitUntilUp(client)
                let topic = try deployment.topic(on: 1, of: client)
                let elsewhere = try await RawClient.connect(port: deployment.servers[0].port)
                try await elsewhere.subscribe(to: topic)
                let error = await #expect(throws: RouletteError.self) {
                    try await client.request("x", to: topic, timeout: .seconds(600))
                }
                #expect(error?.code == .noResponders)
                #expect(error?.cluster?.index == 1)
                #expect(try elsewhere.pendingMessages().isEmpty)
                await elsewhere.close()
            }
        }
    }

    @Test
    func `many replies arrive from the topic's cluster and end according to the parameters of the request`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient(quick) { client in
                let topic = try deployment.topic(on: 1, of: client)
                let subscription = try await client.subscribe(to: topic, options: SubscribeOptions(confirmed: true))
                let answer: @Sendable (Message) async throws -> Void = { message in
                    for number in 0..<5 { try await message.respond("\(number)") }
                }
                try await answering(subscription, answer) {
                    let replies = try await client.requestMany("x", to: topic, timeout: .seconds(600), max: 5)
                    #expect(replies.cluster.index == 1)
                    var bodies: [String] = []
                    for try await reply in replies {
                        #expect(reply.cluster.index == 1)
                        bodies.append(reply.body)
                    }
                    #expect(bodies == ["0", "1", "2", "3", "4"])
                }
            }
        }
    }

    @Test
    func `a cluster that is down affects only its own requests, which wait for it until their timeout`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient { configuration in
                quick(&configuration)
                configuration.maxRetry = 1_000
                configuration.subscriptionRestart = .permanent
            } _: { client in
                try await deployment.waitUntilUp(client)
                let subscription = try await client.subscribe(to: "topic.*", options: SubscribeOptions(confirmed: true))
                try await answering(subscription, { try await client.reply(to: $0, $0.payload) }) {
                    let lost = try deployment.topic(on: 0, of: client)
                    let well = try deployment.topic(on: 1, of: client)
                    deployment.servers[0].kill()
                    _ = try await deployment.waitFor(client) { $0.clusters[0].state == .down }
                    let reply = try await client.request("still", to: well, timeout: patience)
                    #expect(reply.body == "still")
                    let error = await #expect(throws: RouletteError.self) {
                        try await client.request("x", to: lost, timeout: .milliseconds(200))
                    }
                    #expect(error?.code == .timeout)
                    #expect(error?.message.contains("not sent") == true)

                    let events = client.events
                    try await deployment.servers[0].restart()
                    for await event in events {
                        if case .subscriptionResumed = event.detail { break }
                    }
                    let again = try await client.request("again", to: lost, timeout: .seconds(60))
                    #expect(again.body == "again")
                }
            }
        }
    }

    @Test
    func `a request in flight fails with its cluster, with the information that it may have been received`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient(quick) { client in
                try await deployment.waitUntilUp(client)
                let topic = try deployment.topic(on: 1, of: client)
                let responder = try await RawClient.connect(port: deployment.servers[1].port)
                try await responder.subscribe(to: topic)
                let request = Task { try await client.request("x", to: topic, timeout: .seconds(600)) }
                _ = try await responder.nextMessage()
                deployment.servers[1].kill()
                let error = await #expect(throws: RouletteError.self) { try await request.value }
                #expect(error?.code == .disconnected)
                #expect(error?.cluster?.index == 1)
                await responder.close()
            }
        }
    }

    @Test
    func `flush() also confirms replies`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let listener = try await RawClient.connect(port: deployment.servers[0].port)
            try await listener.subscribe(to: "answers")
            try await deployment.withClient(quick) { client in
                let subscription = try await client.subscribe(to: "a", options: SubscribeOptions(confirmed: true))
                try await client.publish("x", to: "a", reply: "answers")
                var iterator = subscription.makeAsyncIterator()
                let message = try #require(try await iterator.next())
                try await message.respond("y")
                try await client.flush()
                #expect(client.snapshot().clusters[0].total(\.unconfirmed) == 0)
                // A confirmed message has already arrived.
                try await listener.flush()
                #expect(try listener.pendingMessages().map(\.text) == ["y"])
            }
            await listener.close()
        }
    }
}
