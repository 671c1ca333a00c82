import Roulette
import TestSupport
import Testing

@Suite("Order", .timeLimit(.minutes(2)))
struct OrderTests {
    @Test
    func `100,000 numbered messages on 20 topics from one task arrive complete and in order per topic`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            let topics = (0..<20).map { "numbers.topic\($0)" }
            let perTopic = 5_000
            try await deployment.withClient { client in
                try await withThrowingTaskGroup(of: Int.self) { group in
                    for topic in topics {
                        let subscription = try await client.subscribe(to: topic, options: SubscribeOptions(confirmed: true))
                        group.addTask {
                            var expected = 0
                            for try await message in subscription {
                                try #require(message.body == String(expected), "\(topic) is out of order")
                                expected += 1
                                if expected == perTopic { break }
                            }
                            return expected
                        }
                    }
                    for number in 0..<perTopic {
                        for topic in topics { try await client.publish(String(number), to: topic) }
                    }
                    try await client.flush()
                    let received = try await group.reduce(0, +)
                    #expect(received == 100_000)
                }
                let snapshot = client.snapshot()
                #expect(snapshot.clusters.reduce(0) { $0 + $1.total(\.messagesOut) } == 100_000)
                #expect(snapshot.clusters.allSatisfy { $0.total(\.unconfirmed) == 0 && $0.total(\.lost) == 0 })
                #expect(snapshot.clusters.allSatisfy { $0.total(\.messagesOut) > 0 }, "every cluster owns some of the topics")
            }
        }
    }
}
