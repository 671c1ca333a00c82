import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests, on a real server", .timeLimit(.minutes(2)))
struct RequestTests {
    @Test
    func `bytes and headers of request and reply arrive unchanged`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                var headers = Headers()
                try headers.add("Trace-Id", "7f3a")
                let bytes: [UInt8] = [0, 13, 10, 0xFF] + Array("\r\nMSG x 1 1\r\n".utf8)
                let sent = headers
                try await client.withResponder(on: "echo") { message in
                    #expect(try message.headers == sent)
                    var answer = Headers()
                    try answer.add("Answer-To", try message.headers?["Trace-Id"] ?? "")
                    try await message.respond(message.payload, headers: answer)
                } _: {
                    let reply = try await client.request(bytes, to: "echo", headers: headers, timeout: patience)
                    #expect(Array(buffer: reply.payload) == bytes)
                    #expect(try reply.headers?["Answer-To"] == "7f3a")
                    #expect(reply.status == nil)
                }
            }
        }
    }

    @Test
    func `no responders are reported immediately, not at the timeout`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                let start = ContinuousClock.now
                let error = await failure { () async throws(NATSError) in
                    try await client.request("x", to: "nobody", timeout: .seconds(600))
                }
                #expect(error?.code == .noResponders)
                #expect(error?.message.contains("nobody") == true)
                #expect(ContinuousClock.now - start < .seconds(20))
                #expect(client.snapshot.pendingRequests == 0)
                #expect(client.snapshot.lateReplies == 0)
            }
        }
    }

    @Test
    func `a request without a reply ends at its timeout, and the late reply is ignored and counted`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "slow")
            try await server.withClient { client in
                let start = ContinuousClock.now
                let error = await failure { () async throws(NATSError) in
                    try await client.request("x", to: "slow", timeout: .seconds(2))
                }
                #expect(error?.code == .timeout)
                #expect(error?.message == "no reply to the request to slow within 2.0 seconds")
                #expect(ContinuousClock.now - start >= .seconds(2))
                #expect(client.snapshot.pendingRequests == 0)

                let request = try await responder.nextMessage()
                try await responder.publish("late", to: try #require(request.replyTo))
                try await responder.flush()
                // After the PONG of this flush, the late reply has been read.
                try await client.flush()
                #expect(client.snapshot.lateReplies == 1)

                // It does not affect the next request.
                async let next = client.request("y", to: "slow", timeout: patience)
                let second = try await responder.nextMessage()
                try await responder.publish("in time", to: try #require(second.replyTo))
                #expect(try await next.body == "in time")
                #expect(client.snapshot.lateReplies == 1)
            }
            await responder.close()
        }
    }

    @Test
    func `ten thousand concurrent requests all receive their own reply, through one subscription`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                try await server.withClient { responder in
                    try await responder.withResponder(on: "echo") { message in
                        try await message.respond(message.payload)
                    } _: {
                        let matching = try await withThrowingTaskGroup(of: Bool.self) { group in
                            for number in 0..<10_000 {
                                group.addTask {
                                    try await client.request("\(number)", to: "echo", timeout: .seconds(60)).body == "\(number)"
                                }
                            }
                            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
                        }
                        #expect(matching == 10_000)
                        #expect(client.snapshot.subscriptions == 1)
                        #expect(client.snapshot.pendingRequests == 0)
                        #expect(client.snapshot.lateReplies == 0)
                    }
                }
            }
        }
    }

    @Test
    func `ten thousand requests without replies all end, and none stays pending`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "silent")
            try await server.withClient { client in
                let codes = await withTaskGroup(of: NATSError.Code?.self) { group in
                    for number in 0..<10_000 {
                        let timeout: Duration = .milliseconds(50 + number % 200)
                        group.addTask {
                            await failure { () async throws(NATSError) in
                                try await client.request("x", to: "silent", timeout: timeout)
                            }?.code
                        }
                    }
                    return await group.reduce(into: Set()) { $0.insert($1) }
                }
                #expect(codes == [.timeout])
                #expect(client.snapshot.pendingRequests == 0)
            }
            await responder.close()
        }
    }

    @Test
    func `responding to a message without a reply subject is an error`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                let subscription = try await client.subscribe(to: "plain", confirmed: true)
                try await client.publish("x", to: "plain")
                var iterator = subscription.makeAsyncIterator()
                let message = try #require(try await iterator.next())
                let error = await failure { () async throws(NATSError) in try await message.respond("y") }
                #expect(error?.code == .noReplySubject)
            }
        }
    }

    @Test
    func `a configured inbox prefix is used if the server allows only that`() async throws {
        let users = """
            authorization { users: [ { user: "u", password: "p", permissions: { subscribe: ["mine.inbox.>", "echo"] } } ] }
            """
        try await NATSServerProcess.withServer(NATSServerConfiguration(extra: users)) { server in
            try await server.withClient { configuration in
                configuration.credentials = { .userPassword(user: "u", password: "p") }
                configuration.inboxPrefix = "mine.inbox"
            } _: { client in
                try await client.withResponder(on: "echo") { message in
                    #expect(message.reply?.hasPrefix("mine.inbox.") == true)
                    try await message.respond("allowed")
                } _: {
                    let reply = try await client.request("x", to: "echo", timeout: patience)
                    #expect(reply.body == "allowed")
                }
            }
        }
    }
}
