import Logging
import Roulette
import RouletteNATS
import ServiceLifecycle
import TestSupport
import Testing

@Suite("Draining and closing", .timeLimit(.minutes(2)))
struct DrainTests {
    @Test
    func `check 21: received messages are handled and answered, published ones confirmed; new ones are rejected`()
        async throws
    {
        try await withDeployment(clusters: 2) { deployment in
            let total = 10_000
            let listener = try RouletteClient(
                configuration: RouletteConfiguration(clusters: deployment.servers.map { .init(host: "127.0.0.1", port: $0.port) })
            )
            try await withRunning(listener) {
                let answers = try await listener.subscribe(to: "answers", options: SubscribeOptions(confirmed: true))
                try await deployment.withClient { client in
                    let work = try await client.subscribe(to: "work", options: SubscribeOptions(confirmed: true))
                    for number in 0..<total { try await listener.publish("\(number)", to: "work") }
                    try await listener.flush()
                    let started = Watched(false)
                    let handling = Task {
                        var handled = 0
                        for try await message in work {
                            // The rest is handled while the client drains.
                            if handled == 0 { try await started.wait(for: "the drain") { $0 ? () : nil } }
                            try await client.publish(message.body, to: "answers")
                            handled += 1
                        }
                        return handled
                    }
                    async let drained: Void = client.drain(timeout: .seconds(60))
                    // Subscribing fails as soon as the drain begins.
                    while true {
                        do {
                            try await client.subscribe(to: "late").cancel()
                        } catch let error as RouletteError {
                            #expect(error.code == .draining)
                            break
                        }
                    }
                    started.update { $0 = true }
                    try await drained
                    #expect(try await handling.value == total)
                    let late = await #expect(throws: RouletteError.self) { try await client.publish("x", to: "late") }
                    #expect(late?.code == .closed || late?.code == .draining)
                }
                var heard = 0
                for try await answer in answers {
                    #expect(answer.body == "\(heard)")
                    heard += 1
                    if heard == total { break }
                }
                #expect(heard == total)
            }
        }
    }

    @Test
    func `check 22: with a stuck consumer, the drain ends at its deadline with the number of messages`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let stuck = try await client.subscribe(to: "stuck", options: SubscribeOptions(confirmed: true))
                for number in 0..<25 { try await client.publish("\(number)", to: "stuck") }
                try await client.flush()
                let events = client.events
                let error = await #expect(throws: RouletteError.self) { try await client.drain(timeout: .milliseconds(500)) }
                #expect(error?.code == .drainIncomplete)
                #expect(
                    error?.message
                        == "25 received messages were not taken by their consumers; these subscriptions did not finish: stuck"
                )
                // Received messages can still be consumed.
                var taken = 0
                for try await _ in stuck { taken += 1 }
                #expect(taken == 25)
                var reports: [DrainReport] = []
                for await event in events {
                    if case .drained(let report) = event.detail { reports.append(report) }
                }
                // One event for the client or one for each connection. Their sum must be exact.
                var expected = DrainReport()
                expected.undelivered = 25
                expected.unfinishedSubscriptions = ["stuck"]
                #expect(reports.reduce(DrainReport(), +) == expected)
            }
        }
    }

    @Test
    func `check 22: draining without a connection reports the discarded messages`() async throws {
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: 1))
        configuration.reconnectBufferSize = 1 << 16
        let client = try NATSClient(configuration: configuration)
        let run = Task { await client.run() }
        for _ in 0..<3 { try await client.publish("four", to: "a") }
        let error = await #expect(throws: NATSError.self) { try await client.drain(timeout: .seconds(5)) }
        #expect(error?.code == .drainIncomplete)
        #expect(error?.message == "3 accepted messages (45 bytes) were never sent")
        await run.value
    }

    @Test
    func `with a frozen server, draining ends at its deadline and reports unconfirmed messages`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                deployment.servers[0].pause()
                for number in 0..<10 { try await client.publish("\(number)", to: "a") }
                let error = await #expect(throws: RouletteError.self) { try await client.drain(timeout: .milliseconds(500)) }
                #expect(error?.message == "up to 10 sent messages are not confirmed")
                deployment.servers[0].resume()
            }
        }
    }

    @Test
    func `graceful shutdown drains, then run() returns`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let client = try RouletteClient(
                configuration: RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: deployment.servers[0].port)])
            )
            let listener = try await RawClient.connect(port: deployment.servers[0].port)
            try await listener.subscribe(to: "last.*")
            let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }
            let group = ServiceGroup(configuration: .init(services: [.init(service: client)], logger: silent))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                for number in 0..<100 { try await client.publish("\(number)", to: "last.words") }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            try await listener.flush()
            #expect(try listener.pendingMessages().count == 100)
        }
    }

    @Test
    func `check 23: close() from a consumer, an event handler and 100 tasks at the same time ends everything once`()
        async throws
    {
        try await withDeployment(clusters: 2) { deployment in
            let client = try RouletteClient(
                configuration: RouletteConfiguration(clusters: deployment.servers.map { .init(host: "127.0.0.1", port: $0.port) })
            )
            let run = Task { await client.run() }
            let subscription = try await client.subscribe(to: "end", options: SubscribeOptions(confirmed: true))
            let events = client.events
            async let closedEvents = {
                var closed: [PooledConnectionID: Int] = [:]
                for await event in events {
                    if case .connection(.closed) = event.detail, let connection = event.connection {
                        closed[connection, default: 0] += 1
                        client.close()
                    }
                }
                return closed
            }()
            try await client.publish("now", to: "end")
            for try await _ in subscription {
                client.close()
                await withTaskGroup { group in
                    for _ in 0..<100 { group.addTask { client.close() } }
                }
            }
            await run.value
            let closed = await closedEvents
            #expect(closed.count == 20)
            #expect(closed.values.allSatisfy { $0 == 1 })
            client.close()
        }
    }
}
