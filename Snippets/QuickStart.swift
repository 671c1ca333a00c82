import Roulette

// The load balancers of the clusters, as host:port. Their order defines the ring and must be the same in every program.
let clusters = try CommandLine.arguments.dropFirst().map { try ClusterConfiguration($0) }
let client = try RouletteClient(configuration: RouletteConfiguration(clusters: clusters))

try await withThrowingTaskGroup(of: Void.self) { group in
    group.addTask { await client.run() }  // or add the client to a ServiceGroup

    // A service that answers requests. `.permanent`: it goes on after a lost connection; by default, its loop would end.
    let service = SubscribeOptions(restart: .permanent, confirmed: true)
    let prices = try await client.subscribe(to: "prices.get", options: service)
    group.addTask {
        for try await request in prices { try await request.respond("1.99 for \(request.body)") }
    }
    let answer = try await client.request("apples", to: "prices.get", timeout: .seconds(2))
    print("\(answer.cluster.name): \(answer.body)")

    // A pattern subscribes on all clusters. Each topic belongs to one of them.
    let orders = try await client.subscribe(to: "orders.>", options: SubscribeOptions(maxMessages: 9, confirmed: true))
    for number in 1...9 { try await client.publish("order \(number)", to: "orders.eu.\(number)") }
    try await client.flush()  // returns when the servers have confirmed all messages
    for try await order in orders { print("\(order.cluster.name): \(order.topic) \(order.body)") }

    try await client.drain()  // completes all pending work, then run() returns
}
