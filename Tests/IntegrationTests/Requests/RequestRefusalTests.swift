import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests that the server refuses", .timeLimit(.minutes(2)))
struct RequestRefusalTests {
    private func server(permissions: String) -> NATSServerConfiguration {
        NATSServerConfiguration(
            extra: "authorization { users: [ { user: \"u\", password: \"p\", permissions: { \(permissions) } } ] }"
        )
    }

    private func login(_ configuration: inout NATSClientConfiguration) {
        configuration.credentials = { .userPassword(user: "u", password: "p") }
    }

    @Test
    func `a forbidden subject fails its requests immediately with the reason, and no others`() async throws {
        try await NATSServerProcess.withServer(server(permissions: "publish: { deny: \"secret.>\" }")) { server in
            try await server.withClient(login) { client in
                let silent = try await client.subscribe(to: "silent", confirmed: true)
                let other = Task { try await client.request("x", to: "silent", timeout: .seconds(600)) }
                var requests = silent.makeAsyncIterator()
                let request = try await requests.next()

                let error = await failure { () async throws(NATSError) in
                    try await client.request("x", to: "secret.plan", timeout: .seconds(600))
                }
                #expect(error?.code == .permission)
                #expect(error?.message.contains("secret.plan") == true)
                let replies = try await client.requestMany("x", to: "secret.plan", timeout: .seconds(600))
                let many = await #expect(throws: NATSError.self) { for try await _ in replies {} }
                #expect(many?.code == .permission)

                #expect(client.snapshot.pendingRequests == 1)
                try await request?.respond("still there")
                let reply = try await other.value
                #expect(reply.body == "still there")
            }
        }
    }

    @Test
    func `a forbidden inbox fails every request immediately, and the error names the permission to add`() async throws {
        try await NATSServerProcess.withServer(server(permissions: "subscribe: [\"echo\"]")) { server in
            try await server.withClient(login) { client in
                try await client.withResponder(on: "echo") {
                    try await $0.respond($0.payload)
                } _: {
                    for _ in 0..<200 {
                        let error = await failure { () async throws(NATSError) in
                            try await client.request("x", to: "echo", timeout: .seconds(600))
                        }
                        #expect(error?.code == .permission)
                        #expect(error?.message.contains("inbox prefix") == true)
                    }
                    #expect(client.snapshot.pendingRequests == 0)
                    // The request fails before its SUB is removed.
                    try await client.flush()
                    #expect(client.snapshot.subscriptions == 1)
                }
            }
        }
    }

    @Test
    func `a refused reply subject ends its request and no other`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            let sid = String(try await connection.expect("SUB _INBOX.").split(separator: " ")[2])
            var inboxes: [String] = []
            for _ in 0..<2 {
                inboxes.append(String(try await connection.expect("PUB a ").split(separator: " ")[2]))
                _ = try await connection.nextLine()
            }
            try await connection.send("-ERR 'Permissions Violation for Publish with Reply of \"\(inboxes[0])\"'\r\n")
            try await connection.send("-ERR 'Permissions Violation for Publish with Reply of \"_INBOX.other\"'\r\n")
            try await connection.send("MSG \(inboxes[1]) \(sid) 2\r\nok\r\n")
            try await connection.waitUntilEnded()
        }
        try await withRunning(try NATSClient(configuration: .init(address: .init(host: "127.0.0.1", port: server.port)))) {
            client in
            let first = try await client.requestMany("1", to: "a", timeout: .seconds(600))
            let second = try await client.requestMany("2", to: "a", timeout: .seconds(600), max: 1)
            let error = await #expect(throws: NATSError.self) { for try await _ in first {} }
            #expect(error?.code == .permission)
            var replies = second.makeAsyncIterator()
            let reply = try await replies.next()
            #expect(reply?.body == "ok")
        }
        await server.close()
    }
}
