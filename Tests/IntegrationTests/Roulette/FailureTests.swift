import Roulette
import TestSupport
import Testing

@Suite("Clusters that freeze, fail and recover", .timeLimit(.minutes(2)))
struct FailureTests {
    private func quick(_ configuration: inout RouletteConfiguration) {
        configuration.pingInterval = .milliseconds(200)
        configuration.maxBackoff = .milliseconds(200)
        configuration.reconnectJitter = .milliseconds(10)
        configuration.poolSize = 2
    }

    // Transcripts of the lifecycle test the exact number of silent intervals. This test must not depend on the load of the
    // machine.
    @Test
    func `a frozen server is reported with the reason; the others are unaffected; it recovers`() async throws {
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

    @Test
    func `after a kill and a restart, subscriptions resume and report their missed intervals`() async throws {
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

                // The temporary subscription ends with the reason.
                let ended = await #expect(throws: RouletteError.self) {
                    for try await _ in temporary {}
                }
                #expect(ended?.code == .subscriptionLost)
                #expect(ended?.cluster?.index == 0)

                // The other cluster works meanwhile.
                try await client.publish("x", to: other)
                try await client.flush(topic: other)

                try await deployment.servers[0].restart()
                var blind: MissedInterval?
                for await event in events {
                    if case .subscriptionResumed(topic, let window) = event.detail {
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

    @Test
    func `a publish waits for its own cluster only`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            // The cluster becomes unreachable while its server keeps running, with listeners that miss nothing.
            let balancer = try await FaultProxy.start(to: deployment.servers[0].port)
            var listeners: [RawClient] = []
            for server in deployment.servers {
                let listener = try await RawClient.connect(port: server.port)
                try await listener.subscribe(to: ">")
                listeners.append(listener)
            }
            try await deployment.withClient({ configuration in
                quick(&configuration)
                configuration.clusters[0] = .init(host: "127.0.0.1", port: balancer.port)
                configuration.maxRetry = 1_000
            }) { client in
                try await deployment.waitUntilUp(client)
                let topic = try deployment.topic(on: 0, of: client)
                let other = try deployment.topic(on: 1, of: client)
                balancer.setRefusing(true)
                await balancer.closeConnections()
                _ = try await deployment.waitFor(client) { $0.clusters[0].state == .down }
                let isDone = Watched(false)
                let waiting = Task {
                    try await client.publish("late", to: topic)
                    isDone.update { $0 = true }
                }
                // A publish to the other cluster succeeds meanwhile.
                try await client.publish("at once", to: other)
                try await client.flush(topic: other)
                #expect(try await listeners[1].nextMessage().text == "at once")
                let before = balancer.accepted
                try await balancer.accepted(atLeast: before + 8)
                #expect(!isDone.value, "the publish waits while its cluster is unreachable")
                balancer.setRefusing(false)
                try await waiting.value
                try await client.flush(topic: topic)
                let message = try await listeners[0].nextMessage()
                #expect(message.subject == topic && message.text == "late")
            }
            for listener in listeners {
                try await listener.flush()
                #expect(try listener.pendingMessages().isEmpty, "once, and nowhere else")
                await listener.close()
            }
            await balancer.close()
        }
    }

    @Test
    func `messages accepted and never confirmed are reported as possibly lost, and nothing is sent twice`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ configuration in
                quick(&configuration)
                configuration.maxRetry = 1_000
            }) { client in
                try await deployment.waitUntilUp(client)
                let listener = try await RawClient.connect(port: deployment.servers[0].port)
                try await listener.subscribe(to: "numbers")
                let events = client.events
                deployment.servers[0].pause()
                for number in 0..<500 { try await client.publish("\(number)", to: "numbers") }
                var reported: UInt64 = 0
                for await event in events {
                    if case .connection(.disconnected(_, let unconfirmed)) = event.detail, event.connection?.role == .publisher {
                        reported += unconfirmed
                    }
                    if reported > 0 { break }
                }
                #expect(reported == 500)
                #expect(client.snapshot().clusters[0].total(\.lost) == 500)
                deployment.servers[0].resume()

                // The next connection works, but does not confirm messages of the lost one.
                try await deployment.waitUntilUp(client)
                try await client.publish("after", to: "numbers")
                let error = await #expect(throws: RouletteError.self) { try await client.flush(topic: "numbers") }
                #expect(error?.code == .unconfirmed)
                #expect(error?.message.contains("up to 500 of the messages published since the last flush were lost") == true)
                try await client.flush(topic: "numbers")
                try await client.flush()

                // The server may have read messages in transit, once. None of them arrives on the new connection.
                try await listener.flush()
                let heard = try listener.pendingMessages().map(\.text)
                let numbers = heard.filter { $0 != "after" }
                #expect(heard.count == numbers.count + 1, "the message published afterwards arrives once")
                #expect(numbers == (0..<numbers.count).map(String.init), "each at most once, in order")
                await listener.close()
            }
        }
    }

    @Test
    func `a flush over all connections reports a loss, even if nothing was published since`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ quick(&$0) }) { client in
                try await deployment.waitUntilUp(client)
                deployment.servers[0].pause()
                for number in 0..<10 { try await client.publish("\(number)", to: "numbers") }
                // On a busy machine, the connection may be lost before all messages are written. The others are sent later.
                _ = try await deployment.waitFor(client) { $0.clusters[0].total(\.lost) > 0 }
                deployment.servers[0].resume()
                try await deployment.waitUntilUp(client)
                let error = await #expect(throws: RouletteError.self) { try await client.flush() }
                #expect(error?.code == .unconfirmed)
                try await client.flush()
            }
        }
    }
}
