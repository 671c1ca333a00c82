import Roulette
import TestSupport
import Testing

@Suite("Order in a pool", .timeLimit(.minutes(5)))
struct PooledOrderTests {
    // 200,000 messages by default; a million, as in the check, with `scripts/test --all`.
    @Test
    func `check 38: one task, 50 topics, 5 pooled connections to 2 servers of a cluster: every topic is in order`()
        async throws
    {
        let perTopic = TestScale.count(4_000, full: 20_000)
        let topics = (0..<50).map { "order.\($0)" }
        let cluster = try await NATSCluster.start(name: "order", size: 2)
        let balancer = try await FaultProxy.start(to: cluster.servers[0].port, cluster.servers[1].port)
        // Two clients, one after the other: the balancer uses the servers in turn, and connections of both roles that are
        // opened at once could put all publishers on one server.
        let (subscriber, publisher) = (
            try Self.client(.subscriber, behind: balancer), try Self.client(.publisher, behind: balancer)
        )
        try await withRunning(subscriber) {
            try await Self.connected(subscriber)
            try await withRunning(publisher) {
                try await Self.connected(publisher)
                try await withThrowingTaskGroup(of: Int.self) { group in
                    let warm = Watched(Set<String>())
                    let options = SubscribeOptions(
                        buffer: SubscriptionBuffer(messages: perTopic + 1_000, bytes: 1 << 30),
                        confirmed: true
                    )
                    for topic in topics {
                        let subscription = try await subscriber.subscribe(to: topic, options: options)
                        group.addTask { () async throws -> Int in
                            try await Self.inversions(in: subscription, count: perTopic) {
                                _ = warm.update { $0.insert(topic).inserted }
                            }
                        }
                    }
                    // A server announces its subscriptions to the other with a delay. The numbers begin when all topics have
                    // arrived.
                    while warm.value.count < topics.count {
                        for topic in topics { try await publisher.publish("warm", to: topic) }
                        try await publisher.flush()
                    }
                    for number in 0..<perTopic {
                        for topic in topics { try await publisher.publish(String(number), to: topic) }
                    }
                    try await publisher.flush()
                    let inversions = try await group.reduce(0, +)
                    #expect(inversions == 0)
                }
                let publishers = publisher.snapshot().clusters[0].connections
                let servers = Set(publishers.compactMap { $0.connection.server?.id })
                #expect(servers.count == 2, "the pool is spread over both servers")
                #expect(publishers.allSatisfy { $0.connection.messagesOut > 0 })
                let connections = publishers + subscriber.snapshot().clusters[0].connections
                #expect(connections.allSatisfy { $0.connection.dropped == 0 })
            }
        }
        await balancer.close()
        await cluster.stop()
    }

    private static func client(_ role: RouletteConfiguration.Role, behind balancer: FaultProxy) throws -> RouletteClient {
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: balancer.port)])
        configuration.role = role
        return try RouletteClient(configuration: configuration)
    }

    private static func connected(_ client: RouletteClient) async throws {
        try await poll(until: "all connections") {
            client.snapshot().clusters[0].connections.allSatisfy { $0.connection.isUp }
        }
    }

    /// Returns how often a number did not follow its predecessor.
    private static func inversions(
        in subscription: Subscription,
        count: Int,
        whenWarm: () -> Void
    ) async throws -> Int {
        var received = 0
        var previous = -1
        var inversions = 0
        while received < count, let batch = try await subscription.nextBatch() {
            for message in batch {
                guard let number = Int(message.body) else {
                    whenWarm()
                    continue
                }
                if number != previous + 1 { inversions += 1 }
                previous = number
                received += 1
            }
        }
        return inversions
    }
}
