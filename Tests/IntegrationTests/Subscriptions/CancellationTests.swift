import Roulette
import TestSupport
import Testing

@Suite("Canceling and closing during a wait", .timeLimit(.minutes(2)))
struct CancellationTests {
    private static let monitored = NATSServerConfiguration(monitoring: true)

    /// Starts the work and cancels it, at a different time in each run.
    private func cancelOften(_ times: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<times {
                // A hundred at a time.
                if number >= 100 { await group.next() }
                group.addTask {
                    let task = Task { try await work(number) }
                    for _ in 0..<(number % 7) { await Task.yield() }
                    task.cancel()
                    // The work was canceled, or completed before. No other result is allowed.
                    if case .failure(let error) = await task.result {
                        #expect((error as? RouletteError)?.code == .canceled, "\(error)")
                    }
                }
            }
        }
    }

    @Test
    func `check 24: 10,000 subscribes canceled at any point leave no SUB behind, on either side`() async throws {
        try await withDeployment(clusters: 2, configuration: Self.monitored) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                await cancelOften(10_000) { number in
                    // Topics, groups and patterns, some shared and some not.
                    let patterns = ["cancel.\(number % 50)", "cancel.*", "alone.\(number)"]
                    let options = SubscribeOptions(
                        queueGroup: number % 5 == 0 ? "group" : nil,
                        confirmed: number % 2 == 0
                    )
                    let subscription = try await client.subscribe(to: patterns[number % 3], options: options)
                    if number % 4 == 0 { for try await _ in subscription {} }
                }
                for server in deployment.servers {
                    try await server.subscriptions("the end of all SUBs") { $0.isEmpty }
                }
                #expect(client.snapshot().clusters.allSatisfy { $0.total(\.subscriptions) == 0 })
                // Everything still works.
                let subscription = try await client.subscribe(to: "cancel.1", options: SubscribeOptions(confirmed: true))
                try await client.publish("x", to: "cancel.1")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "x")
            }
        }
    }

    @Test
    func `check 24: 10,000 flushes canceled at any point leave the connection unchanged`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                await cancelOften(10_000) { number in
                    try await client.publish("x", to: "topic.\(number % 50)")
                    if number % 2 == 0 { try await client.flush() } else { try await client.flush(topic: "topic.1") }
                }
                try await client.flush()
                let cluster = client.snapshot().clusters[0]
                #expect(cluster.total(\.unconfirmed) == 0)
                #expect(cluster.total(\.lost) == 0)
                #expect(cluster.total(\.reconnects) == 0)
            }
        }
    }

    @Test
    func `check 24: an iteration canceled 10,000 times loses no message and repeats none`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
                var taken = 0
                for number in 0..<10_000 {
                    if number % 10 == 0 { try await client.publish("\(number / 10)", to: "t") }
                    let task = Task { try await subscription.nextBatch() }
                    for _ in 0..<(number % 3) { await Task.yield() }
                    task.cancel()
                    do {
                        guard let batch = try await task.value else { break }
                        for message in batch {
                            #expect(message.body == "\(taken)")
                            taken += 1
                        }
                    } catch let error as RouletteError {
                        #expect(error.code == .canceled)
                    }
                }
                while taken < 1_000, let batch = try await subscription.nextBatch() {
                    for message in batch {
                        #expect(message.body == "\(taken)")
                        taken += 1
                    }
                }
                #expect(taken == 1_000)
            }
        }
    }

    enum Ending: CaseIterable { case cancel, close, drain }

    @Test(arguments: Ending.allCases)
    func `check 25: messages received before are delivered, then the sequence ends without an error`(ending: Ending) async throws
    {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
                let witness = try await client.subscribe(to: "t", options: SubscribeOptions(maxMessages: 1_000, confirmed: true))
                for number in 0..<1_000 { try await client.publish("\(number)", to: "t") }
                for try await _ in witness {}
                let draining: Task<Void, any Error>?
                switch ending {
                case .cancel:
                    subscription.cancel()
                    draining = nil
                case .close:
                    client.close()
                    draining = nil
                case .drain:
                    draining = Task { try await client.drain() }
                }
                var received: [String] = []
                for try await message in subscription { received.append(message.body) }
                #expect(received == (0..<1_000).map { "\($0)" })
                #expect(try await subscription.nextBatch() == nil)
                try await draining?.value
            }
        }
    }

    @Test
    func `leaving the closure, the loop, the task or the scope ends the subscription`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            let server = deployment.servers[0]
            try await deployment.withClient { client in
                let options = SubscribeOptions(confirmed: true)
                // The closure returns.
                try await client.subscribe(to: "t", options: options) { _ in
                    let standing = try await server.subscriptions()
                    #expect(standing.count == 1)
                }
                try await server.subscriptions("the UNSUB after the closure") { $0.isEmpty }
                // The closure throws.
                struct Left: Error {}
                await #expect(throws: Left.self) {
                    try await client.subscribe(to: "t", options: options) { _ in throw Left() }
                }
                try await server.subscriptions("the UNSUB after the error") { $0.isEmpty }
                // The loop ends.
                let looping = Task {
                    for try await _ in try await client.subscribe(to: "t", options: options) { break }
                }
                try await server.subscriptions("the SUB of the loop") { $0.count == 1 }
                try await client.publish("x", to: "t")
                try await looping.value
                try await server.subscriptions("the UNSUB after the loop") { $0.isEmpty }
                // The task is canceled.
                let task = Task {
                    for try await _ in try await client.subscribe(to: "t", options: options) {}
                }
                try await server.subscriptions("the SUB of the task") { $0.count == 1 }
                task.cancel()
                _ = await task.result
                try await server.subscriptions("the UNSUB after the task") { $0.isEmpty }
                // The subscription goes out of scope.
                do {
                    _ = try await client.subscribe(to: "t", options: options)
                }
                try await server.subscriptions("the UNSUB after the scope") { $0.isEmpty }
            }
        }
    }
}
