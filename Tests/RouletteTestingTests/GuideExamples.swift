// The code of the guide "Testing a service".
import Roulette
import RouletteTesting
import ServiceLifecycle
import Testing

/// The code under test. It takes its client as in production.
struct Billing: Service {
    let client: RouletteClient

    func run() async throws {
        let options = SubscribeOptions(queueGroup: "billing", restart: .permanent)
        for try await order in try await client.subscribe(to: "orders.*", options: options) {
            try await client.publish("paid: \(order.body)", to: "payments")
        }
    }
}

@Suite("Billing", .timeLimit(.minutes(1)))
struct BillingTests {
    @Test
    func `every order is paid`() async throws {
        let deployment = TestDeployment()
        try await deployment.withClient { client in
            let payments = try await client.subscribe(to: "payments", options: SubscribeOptions(maxMessages: 2, confirmed: true))
            let billing = Task { try await Billing(client: client).run() }
            try await deployment.waitForSubscribers(of: "orders.*")

            try await deployment.publish("4711", to: "orders.eu")
            try await deployment.publish("4712", to: "orders.us")
            var paid: Set<String> = []
            for try await payment in payments { paid.insert(payment.body) }
            #expect(paid == ["paid: 4711", "paid: 4712"])
            billing.cancel()
        }
    }

    @Test
    func `orders are paid again after the cluster of an order was down`() async throws {
        let deployment = TestDeployment()
        try await deployment.withClient { client in
            let billing = Task { try await Billing(client: client).run() }
            try await deployment.waitForSubscribers(of: "orders.*")

            let cluster = deployment.owner(of: "orders.eu")
            await cluster.stop()
            await cluster.start()
            try await deployment.waitForSubscribers(of: "orders.eu")
            try await deployment.publish("4711", to: "orders.eu")
            try await deployment.clock.advance { try deployment.published(to: "payments").count == 1 }
            billing.cancel()
        }
    }

    @Test
    func `a payment fails when its cluster stays down`() async throws {
        let deployment = TestDeployment(time: .manual)
        try await deployment.withClient { client in
            await deployment.owner(of: "payments").stop()
            // The retries take seconds, which pass at once.
            let error = await #expect(throws: RouletteError.self) {
                try await deployment.clock.passing { try await client.publish("paid: 4711", to: "payments") }
            }
            #expect(error?.code == .clusterUnavailable)
        }
    }
}

/// Code that handles a message needs no client and no deployment.
func invoice(for order: Message) -> String { "\(order.cluster.name): \(order.body)" }

@Test
func `an invoice names the cluster`() throws {
    let order = try Message(topic: "orders.eu", payload: "4711", cluster: Cluster(name: "alpha"))
    #expect(invoice(for: order) == "alpha: 4711")
}

/// The same is true for code that reads a snapshot.
func health(of snapshot: RouletteSnapshot) -> String {
    let down = snapshot.clusters.filter { $0.state == .down }
    return down.isEmpty ? "healthy" : "down: \(down.map(\.cluster.name).joined(separator: ", "))"
}

@Test
func `a cluster without a connection is down`() {
    var connection = ConnectionSnapshot(state: .reconnecting)
    connection.lastError = NATSError(.disconnected, "the server closed the connection")
    let publisher = ClusterSnapshot.Connection(role: .publisher, slot: 0, connection: connection)
    let alpha = ClusterSnapshot(cluster: Cluster(name: "alpha"), connections: [publisher])
    #expect(health(of: RouletteSnapshot(clusters: [alpha])) == "down: alpha")
}
