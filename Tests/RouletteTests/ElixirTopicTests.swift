import TestSupport
import Testing

@testable import Roulette

@Suite("Topics that Roulette 1.0.5 cannot receive")
struct ElixirTopicTests {
    /// Returns the topics that are reported for messages with these topics and reply topics, in order.
    private func reported(_ messages: (topic: String, reply: String?)...) -> [String] {
        let reported = Watched<[String]>([])
        let check = ElixirTopicCheck { event in
            guard case .topicBreaksElixir(let topic) = event.detail else { return }
            reported.update { $0.append(topic) }
        }
        for (topic, reply) in messages {
            Array(topic.utf8).withUnsafeBytes { check.publishing(to: $0, reply: reply) }
        }
        return reported.value
    }

    @Test(arguments: ["a", "orders.eu", "a*b", "5>3", "_INBOX.x.1", "a\u{7F}"])
    func `topics that are ASCII are not reported`(topic: String) {
        #expect(reported((topic, nil), (topic, "answers.here")).isEmpty)
    }

    @Test(arguments: ["café", "cafe\u{301}", "été.1", "orders.日本", "a\u{80}", "😀"])
    func `topics that are not ASCII are reported`(topic: String) {
        #expect(reported((topic, nil)) == [topic])
        #expect(reported(("orders", topic)) == [topic], "the receiver publishes its reply to the reply topic")
    }

    @Test
    func `only the first topic is reported`() {
        #expect(reported(("a", nil), ("café", "café"), ("café", nil), ("naïve", nil), ("b", "ü")) == ["café"])
    }

    @Test(arguments: [true, false])
    func `a client reports a topic of publish, publisher and request if the option is set`(isSet: Bool) async throws {
        for way in 0..<3 {
            var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: 1)])
            configuration.elixirCompatibleTopics = isSet
            configuration.maxRetry = 0
            let client = try RouletteClient(configuration: configuration)
            let events = client.events
            // There is no server, so none of these messages is delivered.
            for topic in ["orders", "café", "naïve"] {
                switch way {
                case 0: try? client.tryPublish("x", to: topic)
                case 1: try? client.publisher(for: topic).tryPublish("x")
                default: _ = try? await client.request("x", to: topic, timeout: .milliseconds(1))
                }
            }
            client.close()
            await client.run()
            var reported: [String] = []
            for await event in events {
                if case .topicBreaksElixir(let topic) = event.detail { reported.append(topic) }
            }
            #expect(reported == (isSet ? ["café"] : []))
        }
    }
}
