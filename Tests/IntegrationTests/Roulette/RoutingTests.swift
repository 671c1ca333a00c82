import Foundation
import Roulette
import TestSupport
import Testing

@Suite("Clusters of published messages", .timeLimit(.minutes(2)))
struct RoutingOnServersTests {
    @Test
    func `each of 100 topics arrives on the cluster that the ring and roulette route name, and on no other`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            // Independent of the library: a raw client on every cluster receives all messages there.
            var listeners: [RawClient] = []
            for server in deployment.servers {
                let listener = try await RawClient.connect(port: server.port)
                try await listener.subscribe(to: "routing.>")
                listeners.append(listener)
            }
            let topics = (0..<100).map { "routing.topic\($0)" }
            let printed = try await Self.printedRoutes(topics, clusters: 3)
            try await deployment.withClient { client in
                for topic in topics { try await client.publish(topic, to: topic) }
                try await client.flush()
            }
            var heard: [String: [Int]] = [:]
            for (index, listener) in listeners.enumerated() {
                // Everything was confirmed before, so no message can follow the PONG of this flush.
                try await listener.flush()
                for message in try listener.pendingMessages() {
                    #expect(message.text == message.subject)
                    heard[message.subject, default: []].append(index)
                }
            }
            for topic in topics {
                let expected = try #require(printed[topic])
                #expect(heard[topic] == [expected], "\(topic)")
            }
        }
    }

    /// Returns the output of the command, by topic.
    private static func printedRoutes(_ topics: [String], clusters: Int) async throws -> [String: Int] {
        struct Line: Decodable {
            let topic: String
            let index: Int
        }
        let result = try await BuiltProgram.run(["route", "--json", "--clusters", String(clusters)] + topics)
        #expect(result.status == .exited(0), "\(result.errors)")
        var routes: [String: Int] = [:]
        for line in result.lines {
            let line = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            routes[line.topic] = line.index
        }
        return routes
    }

    @Test
    func `a wildcard subscribes on all clusters, and every message has its cluster`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient { client in
                let subscription = try await client.subscribe(
                    to: "all.*",
                    options: SubscribeOptions(maxMessages: 60, confirmed: true)
                )
                #expect(subscription.clusters.map(\.index) == [0, 1, 2])
                for number in 0..<60 { try await client.publish("\(number)", to: "all.t\(number)") }
                var clusters: Set<Int> = []
                var topics: Set<String> = []
                for try await message in subscription {
                    #expect(try client.owner(of: message.topic) == message.cluster)
                    clusters.insert(message.cluster.index)
                    topics.insert(message.topic)
                }
                #expect(clusters == [0, 1, 2])
                #expect(topics.count == 60)
            }
        }
    }

    @Test
    func `headers, reply and bytes arrive unchanged`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient { client in
                let subscription = try await client.subscribe(to: "exact", options: SubscribeOptions(confirmed: true))
                var headers = Headers()
                try headers.add("X-Trace", "a b")
                try headers.add("x-trace", "other case")
                let bytes: [UInt8] = [0, 13, 10, 0x1B, 0xFF] + Array("\r\nMSG exact 1 1\r\n".utf8)
                try await client.publish(bytes, to: "exact", reply: "answers.here", headers: headers)
                var iterator = subscription.makeAsyncIterator()
                let message = try #require(try await iterator.next())
                #expect(Array(buffer: message.payload) == bytes)
                #expect(message.reply == "answers.here")
                #expect(try message.headers == headers)
            }
        }
    }
}
