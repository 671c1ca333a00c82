import Roulette
import TestSupport
import Testing

@Suite("Servers that announce their end", .timeLimit(.minutes(2)))
struct LameDuckTests {
    /// A cluster of nodes behind addresses of which the client knows one, as with a load balancer.
    private func withCluster(_ body: (NATSCluster, FaultProxy) async throws -> Void) async throws {
        let cluster = try await NATSCluster.start(name: "moving", size: 2)
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
        var configuration = RouletteConfiguration(servers: [.init(host: "127.0.0.1", port: port)])
        configuration.poolSize = 1
        configuration.subscriptionRestart = .permanent
        return configuration
    }

    @Test("check 19: a lame duck is left before it ends: nothing is lost, duplicates are counted, no error shows")
    func move() async throws {
        try await withCluster { cluster, balancer in
            let client = try RouletteClient(configuration: configuration(port: balancer.port))
            try await withRunning(client) {
                let subscription = try await client.subscribe(to: "steady", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let moved = Watched(0)
                let publishing = Task {
                    var number = 0
                    // Before, during and after the moves of both connections.
                    while number < 500 || moved.value < 2 {
                        try await client.publish("\(number)", to: "steady")
                        number += 1
                        if number % 10 == 0 { try await client.flush(topic: "steady") }
                        if number == 300 {
                            // The balancer takes the node out, then the node announces its end.
                            balancer.retarget(to: cluster.servers[1].port)
                            cluster.servers[0].enterLameDuckMode()
                        }
                    }
                    try await client.publish("end", to: "steady")
                    try await client.flush()
                    return number
                }
                let received = Task {
                    var counts: [Int: Int] = [:]
                    for try await message in subscription {
                        guard let number = Int(message.body) else { break }
                        counts[number, default: 0] += 1
                    }
                    return counts
                }
                var moves: [(server: ServerIdentity, unconfirmed: UInt64, duplicates: UInt64)] = []
                for await event in events {
                    switch event.kind {
                    case .moved(let server, let unconfirmed, let duplicates): moves.append((server, unconfirmed, duplicates))
                    case .disconnected(let cause, _): Issue.record("disconnected: \(cause)")
                    default: break
                    }
                    let count = moves.count
                    moved.update { $0 = count }
                    if count == 2 { break }
                }
                let total = try await publishing.value
                let counts = try await received.value
                #expect(moves.allSatisfy { $0.server.name == "moving-1" && $0.unconfirmed == 0 })
                let missing = (0..<total).filter { counts[$0] == nil }
                #expect(missing.isEmpty)
                let duplicates = counts.values.reduce(0) { $0 + $1 - 1 }
                #expect(duplicates <= moves.reduce(0) { $0 + Int($1.duplicates) })
                let snapshot = client.snapshot().clusters[0]
                #expect(snapshot.total(\.lost) == 0)
                #expect(snapshot.connections.allSatisfy { $0.connection.server?.name == "moving-1" })
            }
        }
    }

    @Test("a balancer that still leads to the leaving node is asked until it leads elsewhere")
    func lateBalancer() async throws {
        try await withCluster { cluster, balancer in
            var configuration = configuration(port: balancer.port)
            configuration.maxBackoff = .milliseconds(50)
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                let subscription = try await client.subscribe(to: "late", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let before = balancer.accepted
                cluster.servers[0].enterLameDuckMode()
                // The node refuses new connections at once, so each attempt ends at the balancer.
                try await balancer.accepted(atLeast: before + 6)
                balancer.retarget(to: cluster.servers[1].port)
                var moved = 0
                for await event in events {
                    if case .moved = event.kind { moved += 1 }
                    if moved == 2 { break }
                }
                try await client.publish("hello", to: "late")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "hello")
            }
        }
    }

    @Test("switched off, the connection stays until the server ends it")
    func switchedOff() async throws {
        try await withCluster { cluster, balancer in
            var configuration = configuration(port: balancer.port)
            configuration.movesOnLameDuck = false
            let client = try RouletteClient(configuration: configuration)
            try await withRunning(client) {
                _ = try await client.subscribe(to: "x", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let before = balancer.accepted
                cluster.servers[0].enterLameDuckMode()
                for await event in events {
                    if case .lameDuck = event.kind { break }
                }
                try await client.publish("y", to: "x")
                try await client.flush()
                #expect(balancer.accepted == before)
            }
        }
    }
}
