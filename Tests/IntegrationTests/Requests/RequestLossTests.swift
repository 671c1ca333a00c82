import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests and lost connections", .timeLimit(.minutes(2)))
struct RequestLossTests {
    @Test
    func `requests in flight fail with the connection, with the information that they may have been received`() async throws {
        try await NATSServerProcess.withServer { server in
            // The connection of the responder is cut too, but its reconnect is not urgent.
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "silent")
            try await server.withClient { client in
                let events = client.events(buffer: 100)
                let requests = (0..<20).map { _ in
                    Task {
                        await failure { () async throws(NATSError) in
                            try await client.request("x", to: "silent", timeout: .seconds(600))
                        }
                    }
                }
                for _ in 0..<20 { _ = try await responder.nextMessage() }
                server.kill()
                while let next = await events.next() {
                    if case .disconnected = next.event { break }
                }
                // The server stays down, and the timeout of the requests is longer than the limit of this test.
                for request in requests {
                    let error = await request.value
                    #expect(error?.code == .disconnected)
                    #expect(error?.message.contains("may have been received") == true)
                }
                #expect(client.snapshot.pendingRequests == 0)
            }
            await responder.close()
        }
    }

    @Test
    func `a request without a connection waits for the next one and receives its reply`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                let events = client.events(buffer: 100)
                // On the same connection, so that the server has the responder before the request.
                try await client.withResponder(on: "echo") {
                    try await $0.respond($0.payload)
                } _: {
                    #expect(try await client.request("before", to: "echo", timeout: patience).body == "before")
                    server.kill()
                    while let next = await events.next() {
                        if case .disconnected = next.event { break }
                    }
                    async let reply = client.request("meanwhile", to: "echo", timeout: .seconds(60))
                    try await server.restart()
                    #expect(try await reply.body == "meanwhile")
                    #expect(client.snapshot.reconnects == 1)
                }
            }
        }
    }

    @Test
    func `with a frozen server, requests in flight fail when it is considered lost; later ones use the next connection`()
        async throws
    {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { configuration in
                configuration.pingInterval = .milliseconds(300)
            } _: { client in
                try await client.withResponder(on: "echo") {
                    try await $0.respond($0.payload)
                } _: {
                    _ = try await client.request("first", to: "echo", timeout: patience)
                    server.pause()
                    let lost = await failure { () async throws(NATSError) in
                        try await client.request("x", to: "echo", timeout: .seconds(600))
                    }
                    #expect(lost?.code == .disconnected)
                    async let reply = client.request("behind", to: "echo", timeout: .seconds(600))
                    server.resume()
                    #expect(try await reply.body == "behind")
                }
            }
        }
    }

    @Test
    func `without a connection, a request ends at its timeout as not sent`() async throws {
        try await NATSServerProcess.withServer { server in
            try await server.withClient { client in
                let events = client.events(buffer: 100)
                server.kill()
                while let next = await events.next() {
                    if case .disconnected = next.event { break }
                }
                let error = await failure { () async throws(NATSError) in
                    try await client.request("x", to: "a", timeout: .milliseconds(50))
                }
                #expect(error?.code == .timeout)
                #expect(error?.message.contains("could not be sent") == true)
                #expect(client.snapshot.pendingRequests == 0)
            }
        }
    }

    @Test
    func `closing the client ends its requests`() async throws {
        try await NATSServerProcess.withServer { server in
            let responder = try await RawClient.connect(port: server.port)
            try await responder.subscribe(to: "silent")
            try await server.withClient { client in
                let request = Task {
                    await failure { () async throws(NATSError) in
                        try await client.request("x", to: "silent", timeout: .seconds(600))
                    }
                }
                let replies = try await client.requestMany("x", to: "silent", timeout: .seconds(600))
                for _ in 0..<2 { _ = try await responder.nextMessage() }
                client.close()
                #expect(await request.value?.code == .closed)
                let error = await #expect(throws: NATSError.self) { for try await _ in replies {} }
                #expect(error?.code == .closed)
                let late = await failure { () async throws(NATSError) in
                    try await client.request("x", to: "silent", timeout: patience)
                }
                #expect(late?.code == .closed)
                #expect(client.snapshot.pendingRequests == 0)
            }
            await responder.close()
        }
    }
}
