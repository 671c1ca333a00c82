// The code of the guide "Coming from Elixir Roulette".
import Roulette

func deployment() throws -> RouletteConfiguration {
    var configuration = RouletteConfiguration(clusters: [
        try .init("nats-alpha.example.org"),
        try .init("nats-beta.example.org:4223"),
        try .init("nats-gamma.example.org"),
    ])
    configuration.poolSize = 5
    configuration.pingInterval = .seconds(5)
    configuration.maxPingFailure = 2
    configuration.subscriptionRestart = .permanent
    configuration.elixirCompatibleTopics = true
    return configuration
}

func publishAndSubscribe(_ client: RouletteClient) async throws {
    try await client.publish("a new order", to: "orders.eu")

    try await client.subscribe(to: "orders.eu") { messages in
        for try await message in messages {
            print(message.topic, message.body)
            break
        }
    }
}

func consume(_ topics: [String], from client: RouletteClient) async throws {
    let (messages, inbox) = AsyncStream.makeStream(of: Message.self, bufferingPolicy: .bufferingOldest(10_000))
    try await withThrowingTaskGroup(of: Void.self) { group in
        for topic in topics {
            let subscription = try await client.subscribe(to: topic)
            group.addTask {
                for try await message in subscription { inbox.yield(message) }
            }
        }
        group.addTask {
            for await message in messages {
                print(message.topic, message.body)
            }
        }
        // The first subscription that fails ends all others.
        try await group.waitForAll()
    }
}
