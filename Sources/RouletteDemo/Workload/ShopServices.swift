import CommandSupport
import Roulette
import SeededRandomness
import TextCoding

/// The services of the demo's shop: `time.now` and `inventory.check` answer requests. An archive processes orders more slowly
/// than they arrive, drops some, and reports how many.
struct ShopServices: Sendable {
    let deployment: DemoDeployment

    /// Serves until the task is canceled.
    func run() async throws {
        var configuration = RouletteConfiguration.demo(deployment)
        configuration.connectionName = "demo services"
        do {
            try await RouletteClient.withClient(configuration) { client in
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await Self.answerTime(client) }
                    group.addTask { try await Self.answerInventory(client) }
                    group.addTask { try await Self.archive(client) }
                    group.addTask { try await Self.checkOut(client) }
                    defer { group.cancelAll() }
                    try await group.next()
                }
            }
        } catch is CancellationError {
            // Cancellation ends the demo.
        } catch let error as RouletteError where error.code == .canceled {
            // A canceled operation of the client also ends the demo.
        }
    }

    private static let options = SubscribeOptions(restart: .permanent, requiresConnection: false)

    // MARK: Answers

    private static func answerTime(_ client: RouletteClient) async throws {
        for try await request in try await client.subscribe(to: "time.now", options: options) {
            let answer: JSONObject = ["utc": .string(Timestamp.now().rfc3339), "source": .string("demo")]
            try? await request.respond(answer.bytes)
        }
    }

    /// Answers with the stock of the article that the request names.
    private static func answerInventory(_ client: RouletteClient) async throws {
        for try await request in try await client.subscribe(to: "inventory.check", options: options) {
            try? await request.respond(stock(of: request.body).bytes)
        }
    }

    /// Returns the stock of an article. It is the same in every demo.
    static func stock(of article: String) -> JSONObject {
        guard !article.isEmpty, article.utf8.count <= 32 else {
            return ["error": .string("send the number of an article as the body, such as A-1001")]
        }
        var random = SplitMix64(seed: article.utf8.reduce(14_695_981) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 })
        let count = Int.random(in: 0...250, using: &random)
        return [
            "article": .string(article),
            "in_stock": .number(count),
            "reserved": .number(Int.random(in: 0...count, using: &random)),
            "warehouse": .string(["berlin", "lyon", "oslo", "austin"][Int.random(in: 0..<4, using: &random)]),
        ]
    }

    // MARK: Requests

    /// Requests the stock of an article several times a second, as a checkout would, and sometimes the time.
    private static func checkOut(_ client: RouletteClient) async throws {
        var random = SplitMix64(seed: 3)
        for number in 0... {
            try await Task.sleep(for: .milliseconds(300))
            // A missing answer is expected: the demo lets nodes be stopped.
            if number % 10 == 0 {
                _ = try? await client.request("", to: "time.now", timeout: .seconds(1))
            } else {
                let article = "A-\(Int.random(in: 1000...1099, using: &random))"
                _ = try? await client.request(article, to: "inventory.check", timeout: .seconds(1))
            }
        }
    }

    // MARK: The archive

    /// Processes 20 orders a second, and reports once a second how many it has stored and dropped.
    private static func archive(_ client: RouletteClient) async throws {
        var options = options
        options.buffer = SubscriptionBuffer(messages: 128, overflow: .dropOldest)
        let orders = try await client.subscribe(to: "orders.>", options: options)
        var stored = 0
        for try await _ in orders {
            stored += 1
            try await Task.sleep(for: .milliseconds(50))
            guard stored % 20 == 0 else { continue }
            let health: JSONObject = [
                "service": .string("archive"), "stored": .number(stored), "dropped": .number(orders.dropped),
                "status": .string(orders.dropped > 0 ? "too slow" : "ok"),
            ]
            try? client.tryPublish(health.bytes, to: "services.archive.health")
        }
    }
}
