import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Servers in lame-duck mode", .timeLimit(.minutes(3)))
struct LameDuckTests {
    /// Runs a cluster of nodes behind an address, of which the client knows one, as with a load balancer.
    private func withCluster(
        _ configuration: NATSServerConfiguration = NATSServerConfiguration(),
        _ body: (NATSCluster, FaultProxy) async throws -> Void
    ) async throws {
        let cluster = try await NATSCluster.start(name: "moving", size: 2, configuration: configuration)
        let balancer = try await FaultProxy.start(to: cluster.servers[0].port)
        do {
            try await body(cluster, balancer)
        } catch {
            await balancer.close()
            await cluster.stop()
            throw error
        }
        await balancer.close()
        await cluster.stop()
    }

    private func configuration(port: Int) -> RouletteConfiguration {
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: port)])
        configuration.poolSize = 1
        configuration.subscriptionRestart = .permanent
        return configuration
    }

    @Test
    func `check 19: the client leaves a lame duck in time: no losses, counted duplicates, no visible errors`() async throws {
        try await withCluster { cluster, balancer in
            let client = try RouletteClient(configuration: configuration(port: balancer.port))
            try await withRunning(client) {
                let subscription = try await client.subscribe(to: "steady", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let moved = Watched(0)
                let published = Watched(0)
                let publishing = Task {
                    var number = 0
                    // Before, during and after the moves of both connections. The loop has a limit, in case they do not move.
                    while number < 500 || moved.value < 2 && number < 100_000 {
                        try await client.publish("\(number)", to: "steady")
                        number += 1
                        let count = number
                        published.update { $0 = count }
                        if number % 10 == 0 { try await client.flush(topic: "steady") }
                        if number == 300 {
                            // The balancer removes the node, then the node announces its end.
                            balancer.retarget(to: cluster.servers[1].port)
                            cluster.servers[0].enterLameDuckMode()
                        }
                    }
                    try await client.publish("end", to: "steady")
                    try await client.flush()
                    return number
                }
                let received = Watched<[Int: Int]>([:])
                let isComplete = Watched(false)
                Task {
                    for try await message in subscription {
                        guard let number = Int(message.body) else { break }
                        received.update { $0[number, default: 0] += 1 }
                    }
                    isComplete.update { $0 = true }
                }
                var moves: [(server: ServerIdentity, unconfirmed: UInt64, duplicates: UInt64)] = []
                for await event in events {
                    switch event.detail {
                    case .connection(.moved(let server, let unconfirmed, let duplicates)):
                        moves.append((server, unconfirmed, duplicates))
                    case .connection(.disconnected(let cause, _)): Issue.record("disconnected: \(cause)")
                    default: break
                    }
                    let count = moves.count
                    moved.update { $0 = count }
                    if count == 2 { break }
                }
                // Only messages published between the announcement and the last move can have been delivered twice.
                let couldBeTwice = published.value + 1 - 300
                let total = try await publishing.value
                try await isComplete.wait(for: "the last message") { $0 ? () : nil }
                let counts = received.value
                #expect(moves.count == 2 && moves.allSatisfy { $0.server.name == "moving-1" && $0.unconfirmed == 0 })
                let missing = (0..<total).filter { counts[$0] == nil }
                #expect(missing.isEmpty)
                let duplicates = counts.values.reduce(0) { $0 + $1 - 1 }
                let reported = moves.reduce(0) { $0 + Int($1.duplicates) }
                #expect(duplicates <= reported, "every duplicate is counted")
                #expect(reported <= couldBeTwice, "\(reported) counted, at most \(couldBeTwice) can be duplicates")
                let snapshot = client.snapshot().clusters[0]
                #expect(snapshot.total(\.lost) == 0)
                #expect(snapshot.connections.allSatisfy { $0.connection.server?.name == "moving-1" })
            }
        }
    }

    @Test
    func `while a balancer still leads to the leaving node, the client keeps trying`() async throws {
        try await withCluster { cluster, balancer in
            var configuration = configuration(port: balancer.port)
            configuration.maxBackoff = .milliseconds(50)
            // Calls then retry for a few seconds, also on a busy machine.
            configuration.maxRetry = 100
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                let subscription = try await client.subscribe(to: "late", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let before = balancer.accepted
                cluster.servers[0].enterLameDuckMode()
                // The node immediately refuses new connections, so each attempt ends at the balancer.
                try await balancer.accepted(atLeast: before + 6)
                #expect(client.snapshot().clusters[0].connections.allSatisfy { $0.connection.server?.name == "moving-0" })
                balancer.retarget(to: cluster.servers[1].port)
                var moved = 0
                for await event in events {
                    if case .connection(.moved) = event.detail { moved += 1 }
                    if moved == 2 { break }
                }
                let connections = client.snapshot().clusters[0].connections.map(\.connection)
                #expect(connections.map { $0.server?.name } == ["moving-1", "moving-1"])
                #expect(connections.map(\.reconnects) == [1, 1], "a move, and no loss")
                try await client.publish("hello", to: "late")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "hello")
            }
        }
    }

    @Test
    func `if disabled, the connection stays until the server ends it`() async throws {
        // The time until the server closes connections after the announcement. The default is ten seconds.
        try await withCluster(NATSServerConfiguration(extra: "lame_duck_grace_period: \"5s\"")) { cluster, balancer in
            var configuration = configuration(port: balancer.port)
            configuration.movesOnLameDuck = false
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                _ = try await client.subscribe(to: "x", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let before = balancer.accepted
                cluster.servers[0].enterLameDuckMode()
                for await event in events {
                    if case .connection(.lameDuck) = event.detail { break }
                }
                balancer.retarget(to: cluster.servers[1].port)
                try await client.publish("y", to: "x")
                try await client.flush()
                #expect(balancer.accepted == before, "no client connects to the other node")
                // The server ends both connections. Only then does the client connect to the other one.
                var ended: [PooledConnectionID: Int] = [:]
                var cameBack: Set<PooledConnectionID> = []
                for await event in events {
                    guard let connection = event.connection else { continue }
                    switch event.detail {
                    case .connection(.moved): Issue.record("\(connection) moved")
                    case .connection(.disconnected): ended[connection, default: 0] += 1
                    // The event of the first connection may arrive late.
                    case .connection(.connected) where ended[connection] != nil: cameBack.insert(connection)
                    default: break
                    }
                    if cameBack.count == 2 { break }
                }
                #expect(Array(ended.values) == [1, 1])
                let connections = client.snapshot().clusters[0].connections
                #expect(connections.map { $0.connection.server?.name } == ["moving-1", "moving-1"])
            }
        }
    }

    /// The messages received on one subscription.
    private struct Received: Sendable {
        var counts: [Int: Int] = [:]
        var last: ContinuousClock.Instant?
        var longestGap = Duration.zero

        mutating func add(_ number: Int) {
            let now = ContinuousClock.now
            if let last { longestGap = max(longestGap, now - last) }
            last = now
            counts[number, default: 0] += 1
        }
    }

    @Test(
        arguments: ["", "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"2s\""]
    )
    func `if a lame duck is killed during the move, the new connection continues without a gap of seconds`(settings: String)
        async throws
    {
        try await withCluster(NATSServerConfiguration(extra: settings)) { cluster, balancer in
            var configuration = configuration(port: balancer.port)
            configuration.poolSize = 3
            configuration.role = .subscriber
            let client = try RouletteClient(configuration: configuration)
            let publisher = try NATSClient(configuration: .init(address: .init(host: "127.0.0.1", port: cluster.servers[1].port)))
            let publishing = Task { await publisher.run() }
            try await publisher.whenConnected()
            try await withRunning(client) {
                let events = client.events
                let topics = (0..<12).map { "steady.\($0)" }
                var receiving: [Task<Received, any Error>] = []
                for topic in topics {
                    let subscription = try await client.subscribe(to: topic, options: SubscribeOptions(confirmed: true))
                    receiving.append(
                        Task {
                            var received = Received()
                            for try await message in subscription {
                                guard let number = Int(message.body) else { break }
                                received.add(number)
                            }
                            return received
                        }
                    )
                }
                try await cluster.waitUntilMeshed()
                #expect(balancer.accepted == 3)
                let total = 400
                for number in 0..<total {
                    for topic in topics { try await publisher.publish("\(number)", to: .init(topic)) }
                    try await publisher.flush()
                    if number == 100 {
                        balancer.retarget(to: cluster.servers[1].port)
                        cluster.servers[0].enterLameDuckMode()
                    }
                    if number == 115 { cluster.servers[0].kill() }
                    // The rate of the traffic, not a wait for an event.
                    try await Task.sleep(for: .milliseconds(10))
                }
                for topic in topics { try await publisher.publish("end", to: .init(topic)) }
                try await publisher.flush()
                var (missing, duplicates, gap) = (0, 0, Duration.zero)
                for task in receiving {
                    let received = try await task.value
                    missing += (0..<total).count { received.counts[$0] == nil }
                    duplicates += received.counts.values.reduce(0) { $0 + $1 - 1 }
                    gap = max(gap, received.longestGap)
                }
                let snapshot = client.snapshot().clusters[0]
                #expect(balancer.accepted == 6, "each connection connected once more")
                #expect(gap < .seconds(2), "\(gap)")
                #expect(missing < topics.count * 30, "\(missing) of \(topics.count * total)")
                #expect(duplicates <= Int(snapshot.total(\.duplicates)), "\(duplicates)")
                #expect(snapshot.connections.allSatisfy { $0.connection.server?.name == "moving-1" })
                client.close()
                var reported: [String] = []
                for await event in events {
                    switch event.detail {
                    case .connection(.moved): reported.append("moved")
                    case .connection(.disconnected(let cause, _)): reported.append("disconnected: \(cause)")
                    default: break
                    }
                }
                #expect(reported.count == 3, "\(reported)")
            }
            publisher.close()
            await publishing.value
        }
    }
}
