// The code of the guide "Values as payloads".
import Foundation
import Roulette
import RouletteFoundation

struct Order: Codable {
    var id: Int
    var items: [String]
}

func withJSON(_ clusters: [ClusterConfiguration]) -> RouletteConfiguration {
    var configuration = RouletteConfiguration(clusters: clusters)
    configuration.coder = JSONCoder()
    return configuration
}

func exchange(_ client: RouletteClient) async throws {
    try await client.publish(encoding: Order(id: 4711, items: ["apples"]), to: "orders.eu")
    let answer = try await client.request(encoding: Order(id: 4712, items: []), to: "prices.get")
    let price = try answer.decode(Double.self)
    print(price)
}

func handle(_ orders: Subscription) async throws {
    for try await message in orders {
        do throws(RouletteError) {
            let order = try message.decode(Order.self)
            if message.reply != nil { try await message.respond(encoding: order.items.count) }
        } catch {
            // Another program sent something else. Without this, one such message would end the loop.
            guard error.code == .coding else { throw error }
            print("ignored: \(error)")
        }
    }
}

func bytes(_ client: RouletteClient) async throws {
    try await client.publish(Data([1, 2, 3]), to: "blobs")
    try await client.publish("text", to: "notes", headers: ["Content-Type": "text/plain"])
}
