import Roulette
import TestSupport
import Testing

@Suite("Patterns over all clusters", .timeLimit(.minutes(2)))
struct WildcardTests {
    private func quick(_ configuration: inout RouletteConfiguration) {
        configuration.maxRetry = 2
        configuration.baseBackoff = .milliseconds(1)
        configuration.maxBackoff = .milliseconds(50)
        configuration.reconnectJitter = .zero
    }

    @Test
    func `check 40: a pattern covers all clusters; one that is down affects only its own topics, and recovers`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient(quick) { client in
                try await deployment.waitUntilUp(client)
                let topics = try (0..<3).map { try deployment.topic(on: $0, of: client) }
                let pattern = try await client.subscribe(
                    to: "topic.*",
                    options: SubscribeOptions(restart: .permanent, confirmed: true)
                )
                var messages = pattern.makeAsyncIterator()
                func expectHeard(on clusters: [Int]) async throws {
                    for cluster in clusters { try await client.publish("hello", to: topics[cluster]) }
                    var heard: Set<Int> = []
                    while heard.count < clusters.count, let message = try await messages.next() {
                        #expect(message.topic == topics[message.cluster.index])
                        heard.insert(message.cluster.index)
                    }
                    #expect(heard == Set(clusters))
                }
                try await expectHeard(on: [0, 1, 2])

                let events = client.events
                deployment.servers[1].kill()
                _ = try await deployment.waitFor(client) { $0.clusters[1].state == .down }
                let error = await #expect(throws: RouletteError.self) { try await client.publish("hello", to: topics[1]) }
                #expect(error?.code == .clusterUnavailable)
                #expect(error?.cluster?.index == 1)
                try await expectHeard(on: [0, 2])
                #expect(pattern.isInterrupted)

                try await deployment.servers[1].restart()
                for await event in events {
                    guard case .subscriptionResumed("topic.*", let missed) = event.detail else { continue }
                    #expect(missed.cluster.index == 1)
                    #expect(event.connection?.cluster.index == 1)
                    #expect(pattern.missedIntervals == [missed])
                    break
                }
                try await deployment.waitUntilUp(client)
                try await expectHeard(on: [0, 1, 2])
                #expect(client.snapshot().clusters[0].total(\.reconnects) == 0)
                #expect(client.snapshot().clusters[2].total(\.reconnects) == 0)
            }
        }
    }

    @Test
    func `subscribing to a pattern while a cluster is down fails and leaves no SUB, or begins there later`() async throws {
        try await withDeployment(clusters: 2, configuration: NATSServerConfiguration(monitoring: true)) { deployment in
            try await deployment.withClient(quick) { client in
                try await deployment.waitUntilUp(client)
                let topic = try deployment.topic(on: 1, of: client)
                deployment.servers[1].kill()
                _ = try await deployment.waitFor(client) { $0.clusters[1].state == .down }
                let error = await #expect(throws: RouletteError.self) { try await client.subscribe(to: "topic.*") }
                #expect(error?.code == .clusterUnavailable)
                #expect(error?.cluster?.index == 1)
                try await deployment.servers[0].subscriptions("the UNSUB on the cluster that is up") { $0.isEmpty }

                let patient = try await client.subscribe(
                    to: "topic.*",
                    options: SubscribeOptions(restart: .permanent, confirmed: true, requiresConnection: false)
                )
                try await deployment.servers[1].restart()
                try await deployment.waitUntilUp(client)
                try await deployment.servers[1].subscriptions("the SUB") { $0.map(\.subject) == ["topic.*"] }
                try await client.publish("x", to: topic)
                var iterator = patient.makeAsyncIterator()
                #expect(try await iterator.next()?.cluster.index == 1)
            }
        }
    }

    @Test
    func `the maximum number of messages applies to all clusters together, and ends the SUBs on all of them`() async throws {
        try await withDeployment(clusters: 3, configuration: NATSServerConfiguration(monitoring: true)) { deployment in
            try await deployment.withClient { client in
                let pattern = try await client.subscribe(to: "all.>", options: SubscribeOptions(maxMessages: 20, confirmed: true))
                for number in 0..<60 { try await client.publish("\(number)", to: "all.t\(number)") }
                var received = 0
                for try await _ in pattern { received += 1 }
                #expect(received == 20)
                for server in deployment.servers {
                    try await server.subscriptions("the UNSUB on every cluster") { $0.isEmpty }
                }
            }
        }
    }
}
