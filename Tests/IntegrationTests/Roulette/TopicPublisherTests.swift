import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Publishing with a topic publisher", .timeLimit(.minutes(2)))
struct TopicPublisherTests {
    @Test
    func `messages of a topic publisher and of the client arrive in the order of one task, on the topic's cluster`() async throws
    {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient { client in
                for cluster in 0..<3 {
                    let topic = try deployment.topic(on: cluster, of: client)
                    let publisher = try client.publisher(for: topic)
                    #expect(publisher.topic == topic)
                    #expect(publisher.cluster == client.clusters[cluster])
                    let options = SubscribeOptions(maxMessages: 600, confirmed: true)
                    let subscription = try await client.subscribe(to: topic, options: options)
                    for number in stride(from: 0, to: 600, by: 3) {
                        try await publisher.publish("\(number)")
                        try await client.publish("\(number + 1)", to: topic)
                        try publisher.tryPublish("\(number + 2)")
                    }
                    try await publisher.flush()
                    var expected = 0
                    for try await message in subscription {
                        #expect(message.body == "\(expected)")
                        #expect(message.cluster.index == cluster)
                        expected += 1
                    }
                    #expect(expected == 600)
                }
            }
        }
    }

    @Test
    func `reply and headers are sent, and errors in them are reported`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient { client in
                let publisher = try client.publisher(for: "handle.topic")
                let options = SubscribeOptions(maxMessages: 1, confirmed: true)
                let subscription = try await client.subscribe(to: "handle.topic", options: options)
                var headers = Headers()
                try headers.add("X-Trace", "1")
                await #expect(throws: RouletteError.self) { try await publisher.publish("no", reply: "a b") }
                await #expect(throws: RouletteError.self) { try await publisher.publish("no", reply: "answers.>") }
                try await publisher.publish("yes", reply: "answers.here", headers: headers)
                var iterator = subscription.makeAsyncIterator()
                let message = try #require(try await iterator.next())
                #expect(message.body == "yes")
                #expect(message.reply == "answers.here")
                #expect(try message.headers?["X-Trace"] == "1")
            }
        }
    }

    @Test
    func `an invalid topic or a client that must not publish is rejected when the publisher is created`()
        async throws
    {
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1")])
        let client = try RouletteClient(configuration: configuration)
        for topic in ["", "a b", "a.*", "a.>", "a\r\nPUB x 0\r\n"] {
            let error = #expect(throws: RouletteError.self) { try client.publisher(for: topic) }
            #expect(error?.code == .invalidTopic)
        }
        configuration.role = .subscriber
        let subscriber = try RouletteClient(configuration: configuration)
        let error = #expect(throws: RouletteError.self) { try subscriber.publisher(for: "a") }
        #expect(error?.code == .role)
    }

    @Test
    func `while the cluster is down, a topic publisher waits and retries, then the error names the cluster`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient {
                $0.maxRetry = 2
                $0.maxBackoff = .milliseconds(20)
            } _: { client in
                try await deployment.waitUntilUp(client)
                let publisher = try client.publisher(for: "x")
                try await publisher.publish("up")
                try await publisher.flush()
                deployment.servers[0].kill()
                _ = try await deployment.waitFor(client) { $0.clusters[0].state != .up }
                let error = await #expect(throws: RouletteError.self) {
                    while true { try await publisher.publish("down") }
                }
                #expect(error?.code == .clusterUnavailable)
                #expect(error?.cluster == client.clusters[0])
                #expect(throws: RouletteError.self) { try publisher.tryPublish("down") }
            }
        }
    }
}
