import NATSWire
import RouletteNATS
import TestSupport
import Testing

/// ADR-47, "Request Many".
@Suite("Requests for many replies, on a real server", .timeLimit(.minutes(2)))
struct RequestManyTests {
    /// Runs a body with a client and three responders that each reply with their name.
    private func withResponders(_ body: @escaping (NATSClient) async throws -> Void) async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                try await client.withResponder(on: "who", { try await $0.respond("a") }) {
                    try await client.withResponder(on: "who", { try await $0.respond("b") }) {
                        try await client.withResponder(on: "who", { try await $0.respond("c") }) {
                            try await body(client)
                        }
                    }
                }
            }
        }
    }

    private func bodies(_ replies: NATSReplies) async throws -> [String] {
        var bodies: [String] = []
        for try await reply in replies { bodies.append(reply.body) }
        return bodies
    }

    @Test
    func `a request ends after the requested number of replies; further replies are late`() async throws {
        try await withResponders { client in
            let replies = try await client.requestMany("?", to: "who", timeout: .seconds(600), max: 2)
            #expect(try await bodies(replies).count == 2)
            #expect(client.snapshot.pendingRequests == 0)
        }
    }

    @Test
    func `a request ends at its timeout, with the replies so far`() async throws {
        try await withResponders { client in
            let start = ContinuousClock.now
            let replies = try await client.requestMany("?", to: "who", timeout: .seconds(4))
            #expect(try await bodies(replies).sorted() == ["a", "b", "c"])
            #expect(ContinuousClock.now - start >= .seconds(4))
            #expect(client.snapshot.pendingRequests == 0)
        }
    }

    @Test
    func `a request ends when no further reply arrives within the stall time`() async throws {
        try await withResponders { client in
            let replies = try await client.requestMany("?", to: "who", timeout: .seconds(600), stall: .seconds(2))
            #expect(try await bodies(replies).sorted() == ["a", "b", "c"])
            #expect(client.snapshot.pendingRequests == 0)
        }
    }

    @Test
    func `the stall time begins with the first reply`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "who")
            try await server.withClient { client in
                let replies = try await client.requestMany("?", to: "who", timeout: .seconds(600), stall: .milliseconds(50))
                let request = try await responder.nextMessage()
                // Longer than the stall. A fixed time, because no event marks the end of the stall.
                try await Task.sleep(for: .milliseconds(200))
                #expect(client.snapshot.pendingRequests == 1)
                try await responder.publish("first", to: try #require(request.replyTo))
                #expect(try await bodies(replies) == ["first"])
            }
            await responder.close()
        }
    }

    @Test
    func `no responders are an error immediately`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                let replies = try await client.requestMany("?", to: "nobody", timeout: .seconds(600))
                let error = await #expect(throws: NATSError.self) { try await bodies(replies) }
                #expect(error?.code == .noResponders)
                #expect(client.snapshot.pendingRequests == 0)
            }
        }
    }

    @Test
    func `leaving the loop at the last, empty reply ends the request`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                try await client.withResponder(on: "list") { message in
                    for item in ["1", "2", "3", ""] { try await message.respond(item) }
                } _: {
                    var items: [String] = []
                    for try await reply in try await client.requestMany("?", to: "list", timeout: .seconds(600)) {
                        if reply.payload.readableBytes == 0 { break }
                        items.append(reply.body)
                    }
                    #expect(items == ["1", "2", "3"])
                    try await client.waitUntilNothingIsPending()
                }
            }
        }
    }

    @Test
    func `canceling delivers earlier replies; canceling the task ends the wait`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "who")
            try await server.withClient { client in
                let replies = try await client.requestMany("?", to: "who", timeout: .seconds(600))
                let request = try await responder.nextMessage()
                try await responder.publish("first", to: try #require(request.replyTo))
                try await responder.flush()
                try await client.flush()
                replies.cancel()
                #expect(client.snapshot.pendingRequests == 0)
                #expect(try await bodies(replies) == ["first"])

                let waiting = Task {
                    try await bodies(try await client.requestMany("?", to: "who", timeout: .seconds(600)))
                }
                _ = try await responder.nextMessage()
                waiting.cancel()
                let error = await #expect(throws: NATSError.self) { try await waiting.value }
                #expect(error?.code == .canceled)
                try await client.waitUntilNothingIsPending()
            }
            await responder.close()
        }
    }

    @Test
    func `replies that exceed the buffer are dropped and counted`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                try await client.withResponder(on: "flood") { message in
                    for number in 0..<100 { try await message.respond("\(number)") }
                } _: {
                    let replies = try await client.requestMany(
                        "?",
                        to: "flood",
                        timeout: .seconds(600),
                        max: 100,
                        buffer: SubscriptionBuffer(messages: 10)
                    )
                    try await client.waitUntilNothingIsPending()
                    #expect(try await bodies(replies) == (0..<10).map { "\($0)" })
                    #expect(replies.dropped == 90)
                }
            }
        }
    }
}
