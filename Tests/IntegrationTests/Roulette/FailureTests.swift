import Roulette
import TestSupport
import Testing

@Suite("Clusters that freeze, die and come back", .timeLimit(.minutes(2)))
struct FailureTests {
    private func quick(_ configuration: inout RouletteConfiguration) {
        configuration.pingInterval = .milliseconds(200)
        configuration.maxBackoff = .milliseconds(200)
        configuration.reconnectJitter = .milliseconds(10)
        configuration.poolSize = 2
    }

    // After how many silent intervals is a matter of the lifecycle's transcripts; a busy machine must not fail this one.
    @Test("a frozen server is noticed, with the reason; the others are untouched; it comes back")
    func frozen() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient({ configuration in
                quick(&configuration)
                configuration.pingInterval = .seconds(1)
            }) { client in
                try await deployment.waitUntilUp(client)
                deployment.servers[1].pause()
                let down = try await deployment.waitFor(client) { $0.clusters[1].state == .down }
                #expect(down.clusters[1].lastError?.code == .stale)
                #expect(down.clusters[0].state == .up)
                #expect(down.clusters[2].state == .up)
                deployment.servers[1].resume()
                let up = try await deployment.waitFor(client) { $0.clusters.allSatisfy { $0.state == .up } }
                #expect(up.clusters[0].total(\.reconnects) == 0)
                #expect(up.clusters[2].total(\.reconnects) == 0)
                #expect(up.clusters[1].connections.allSatisfy { $0.connection.reconnects == 1 })
            }
        }
    }

    @Test("after a kill and a restart, subscriptions stand again and say how long they were blind")
    func restart() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient(quick) { client in
                try await deployment.waitUntilUp(client)
                let topic = try deployment.topic(on: 0, of: client)
                let other = try deployment.topic(on: 1, of: client)
                let permanent = try await client.subscribe(
                    to: topic,
                    options: SubscribeOptions(restart: .permanent, confirmed: true)
                )
                let temporary = try await client.subscribe(
                    to: topic,
                    options: SubscribeOptions(restart: .temporary, confirmed: true)
                )
                let events = client.events
                deployment.servers[0].kill()

                // The temporary one ends, with the reason.
                let ended = await #expect(throws: RouletteError.self) {
                    for try await _ in temporary {}
                }
                #expect(ended?.code == .subscriptionLost)
                #expect(ended?.cluster?.index == 0)

                // The other cluster works on meanwhile.
                try await client.publish("x", to: other)
                try await client.flush(topic: other)

                try await deployment.servers[0].restart()
                var blind: BlindWindow?
                for await event in events {
                    if case .subscriptionResumed(topic, let window) = event.kind {
                        blind = window
                        break
                    }
                }
                #expect(try #require(blind).duration > .zero)
                try await client.publish("after", to: topic)
                var iterator = permanent.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "after")
            }
        }
    }

    @Test("a publish waits for its cluster to return, and only for that")
    func publishWaits() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient({ configuration in
                quick(&configuration)
                configuration.maxRetry = 1_000
            }) { client in
                try await deployment.waitUntilUp(client)
                let topic = try deployment.topic(on: 0, of: client)
                deployment.servers[0].kill()
                _ = try await deployment.waitFor(client) { $0.clusters[0].state == .down }
                async let waiting: Void = client.publish("late", to: topic)
                try await deployment.servers[0].restart()
                try await waiting
                try await client.flush(topic: topic)
            }
        }
    }

    @Test("what was accepted and never confirmed is reported as possibly lost, and nothing is sent twice")
    func honestLoss() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ configuration in
                quick(&configuration)
                configuration.maxRetry = 1_000
            }) { client in
                try await deployment.waitUntilUp(client)
                let events = client.events
                deployment.servers[0].pause()
                for number in 0..<500 { try await client.publish("\(number)", to: "numbers") }
                var reported: UInt64 = 0
                for await event in events {
                    if case .disconnected(_, let unconfirmed) = event.kind, event.connection?.role == .publisher {
                        reported += unconfirmed
                    }
                    if reported > 0 { break }
                }
                #expect(reported == 500)
                #expect(client.snapshot().clusters[0].total(\.lost) == 500)
                deployment.servers[0].resume()

                // The next connection is well, which says nothing of what went down with this one.
                try await deployment.waitUntilUp(client)
                try await client.publish("after", to: "numbers")
                let error = await #expect(throws: RouletteError.self) { try await client.flush(topic: "numbers") }
                #expect(error?.code == .unconfirmed)
                #expect(error?.message.contains("up to 500 of the messages published since the last flush were lost") == true)
                try await client.flush(topic: "numbers")
                try await client.flush()
            }
        }
    }

    @Test("a flush over all connections tells of a loss, also when nothing was published since")
    func flushAfterLoss() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ quick(&$0) }) { client in
                try await deployment.waitUntilUp(client)
                deployment.servers[0].pause()
                for number in 0..<10 { try await client.publish("\(number)", to: "numbers") }
                _ = try await deployment.waitFor(client) { $0.clusters[0].total(\.lost) == 10 }
                deployment.servers[0].resume()
                try await deployment.waitUntilUp(client)
                let error = await #expect(throws: RouletteError.self) { try await client.flush() }
                #expect(error?.code == .unconfirmed)
                try await client.flush()
            }
        }
    }
}
