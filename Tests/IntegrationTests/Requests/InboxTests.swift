import NATSWire
import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Reply topics of one's own, and round trips", .timeLimit(.minutes(2)))
struct InboxTests {
    @Test
    func `a new inbox belongs to the cluster of the request, so its replies arrive`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient { responder in
                let questions = try await responder.subscribe(to: "questions.*", options: SubscribeOptions(confirmed: true))
                let responding = Task { for try await question in questions { try await question.respond(question.body) } }
                try await deployment.withClient { client in
                    var inboxes: Set<String> = []
                    for number in 0..<30 {
                        let topic = "questions.\(number)"
                        let inbox = try client.newInbox(for: topic)
                        inboxes.insert(inbox)
                        #expect(try client.owner(of: inbox) == client.owner(of: topic))
                        let replies = try await client.subscribe(
                            to: inbox,
                            options: SubscribeOptions(maxMessages: 1, confirmed: true)
                        )
                        try await client.publish("\(number)", to: topic, reply: inbox)
                        var bodies: [String] = []
                        for try await reply in replies { bodies.append(reply.body) }
                        #expect(bodies == ["\(number)"])
                    }
                    #expect(inboxes.count == 30)
                }
                questions.cancel()
                try await responding.value
            }
        }
    }

    @Test
    func `rtt() returns the time of a round trip, or says why there is none`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                for cluster in client.clusters {
                    let time = try await client.rtt(to: cluster)
                    #expect(time > .zero && time < .waitLimit)
                }
                deployment.servers[1].kill()
                _ = try await deployment.waitFor(client) { $0.clusters[1].state == .down }
                let error = await #expect(throws: RouletteError.self) { try await client.rtt(to: client.clusters[1]) }
                #expect(error?.code == .clusterUnavailable)
            }
        }
    }

    @Test
    func `a request without a timeout of its own uses that of the configuration`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ $0.requestTimeout = .milliseconds(50) }) { client in
                let silent = try await client.subscribe(to: "silent", options: SubscribeOptions(confirmed: true))
                let error = await #expect(throws: RouletteError.self) { try await client.request("x", to: "silent") }
                #expect(error?.code == .timeout)
                #expect(error?.message.contains("0.05 seconds") == true)
                silent.cancel()
            }
        }
    }

    @Test
    func `headers of a literal are sent, and a field that cannot be sent fails the call`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient { client in
                let heard = try await client.subscribe(to: "a", options: SubscribeOptions(maxMessages: 1, confirmed: true))
                let error = await #expect(throws: RouletteError.self) {
                    try await client.publish("x", to: "a", headers: ["Line": "one\r\ntwo"])
                }
                #expect(error?.code == .headers)
                try await client.publish("x", to: "a", headers: ["Trace-Id": "4711"])
                for try await message in heard { #expect(try message.headers?["Trace-Id"] == "4711") }
            }
        }
    }
}
