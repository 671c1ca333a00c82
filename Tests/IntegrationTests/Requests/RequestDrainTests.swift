import NATSWire
import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests of a draining client", .timeLimit(.minutes(2)))
struct RequestDrainTests {
    @Test
    func `during a drain, consumers may send requests and receive replies; later requests are rejected`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "service")
            try await server.withClient { client in
                let jobs = try await client.subscribe(to: "jobs", confirmed: true)
                let entered = Watched(false)
                let goOn = Watched(false)
                let working = Task {
                    var answers: [String] = []
                    for try await _ in jobs {
                        entered.update { $0 = true }
                        try await goOn.wait(for: "the start of the drain") { $0 ? () : nil }
                        // The first request of this client: its inbox is created during the drain.
                        answers.append(try await client.request("from a consumer", to: "service", timeout: .seconds(600)).body)
                    }
                    return answers
                }
                try await client.publish("job", to: "jobs")
                try await entered.wait(for: "the consumer to have the job") { $0 ? () : nil }
                let draining = Task { try await client.drain(timeout: .seconds(60)) }
                // The drain has begun when new subscriptions are rejected.
                while (try? await client.subscribe(to: "new")) != nil { await Task.yield() }
                goOn.update { $0 = true }

                let request = try await responder.nextMessage()
                // A request that no consumer waits for.
                let other = Task { try await client.request("in flight", to: "service", timeout: .seconds(600)) }
                let second = try await responder.nextMessage()
                try await responder.publish("first", to: try #require(request.replyTo))
                try await responder.flush()
                #expect(try await working.value == ["first"])
                // New requests are rejected while the drain waits for the one in flight.
                while true {
                    let refusal = await failure { () async throws(NATSError) in
                        try await client.request("late", to: "nobody", timeout: .seconds(600))
                    }
                    if refusal?.code == .draining { break }
                    #expect(refusal?.code == .noResponders)
                }
                try await responder.publish("second", to: try #require(second.replyTo))
                try await responder.flush()
                #expect(try await other.value.body == "second")
                try await draining.value
            }
            await responder.close()
        }
    }

    @Test
    func `requests without a reply end at the drain's deadline, and are reported`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "silent")
            try await server.withClient { client in
                let request = Task {
                    await failure { () async throws(NATSError) in
                        try await client.request("x", to: "silent", timeout: .seconds(600))
                    }
                }
                _ = try await responder.nextMessage()
                let error = await failure { () async throws(NATSError) in try await client.drain(timeout: .milliseconds(300)) }
                #expect(error?.code == .drainIncomplete)
                #expect(error?.message.contains("1 requests have no reply") == true)
                #expect(await request.value?.code == .closed)
            }
            await responder.close()
        }
    }

    @Test
    func `over several clusters: a responder that sends requests itself is drained completely`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            let backend = try await RawClient.connect(port: deployment.servers[1].port)
            try await deployment.withClient({ $0.poolSize = 1 }) { asker in
                try await deployment.waitUntilUp(asker)
                let front = try deployment.topic(on: 0, of: asker)
                let back = try deployment.topic(on: 1, of: asker)
                try await backend.subscribe(to: back)
                try await deployment.withClient({ $0.poolSize = 1 }) { middle in
                    let subscription = try await middle.subscribe(to: front, options: SubscribeOptions(confirmed: true))
                    let responding = Task {
                        for try await message in subscription {
                            let answer = try await middle.request(message.payload, to: back, timeout: .seconds(600))
                            try await message.respond(answer.payload)
                        }
                    }
                    let reply = Task { try await asker.request("question", to: front, timeout: .seconds(600)) }
                    let question = try await backend.nextMessage()
                    let draining = Task { try await middle.drain(timeout: .seconds(60)) }
                    try await backend.publish("answer", to: try #require(question.replyTo))
                    try await backend.flush()
                    #expect(try await reply.value.body == "answer")
                    try await draining.value
                    try await responding.value
                }
            }
            await backend.close()
        }
    }
}
