import TestSupport
import Testing

@testable import Roulette

@Suite("Topics that Roulette 1.0.5 cannot receive")
struct ElixirTopicTests {
    /// What is told of messages to these topics, in order; the second of a pair is the reply topic.
    private func told(_ messages: (topic: String, reply: String?)...) -> [String] {
        let told = Watched<[String]>([])
        let check = ElixirTopicCheck { event in
            guard case .topicBreaksElixir(let topic) = event.detail else { return }
            told.update { $0.append(topic) }
        }
        for (topic, reply) in messages {
            Array(topic.utf8).withUnsafeBytes { check.publishing(to: $0, reply: reply) }
        }
        return told.value
    }

    @Test(arguments: ["a", "orders.eu", "a*b", "5>3", "_INBOX.x.1", "a\u{7F}"])
    func `ASCII is never told of, whatever is in it`(topic: String) {
        #expect(told((topic, nil), (topic, "answers.here")).isEmpty)
    }

    @Test(arguments: ["café", "cafe\u{301}", "été.1", "orders.日本", "a\u{80}", "😀"])
    func `what is beyond ASCII is told of`(topic: String) {
        #expect(told((topic, nil)) == [topic])
        #expect(told(("orders", topic)) == [topic], "the answer's topic comes to the one who answers")
    }

    @Test
    func `only the first one is told of, however many follow`() {
        #expect(told(("a", nil), ("café", "café"), ("café", nil), ("naïve", nil), ("b", "ü")) == ["café"])
    }

    @Test(arguments: [true, false])
    func `a client tells of it if it was asked to, by publish, by a handle and by a request`(isAsked: Bool) async throws {
        for way in 0..<3 {
            var configuration = RouletteConfiguration(servers: [.init(host: "127.0.0.1", port: 1)])
            configuration.elixirCompatibleTopics = isAsked
            configuration.maxRetry = 0
            let client = try RouletteClient(configuration: configuration)
            let events = client.events
            // No server is there: none of these arrives anywhere.
            for topic in ["orders", "café", "naïve"] {
                switch way {
                case 0: try? client.tryPublish("x", to: topic)
                case 1: try? client.publisher(for: topic).tryPublish("x")
                default: _ = try? await client.request("x", to: topic, timeout: .milliseconds(1))
                }
            }
            client.close()
            await client.run()
            var told: [String] = []
            for await event in events {
                if case .topicBreaksElixir(let topic) = event.detail { told.append(topic) }
            }
            #expect(told == (isAsked ? ["café"] : []))
        }
    }
}
