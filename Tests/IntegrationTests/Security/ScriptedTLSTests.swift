import RouletteNATS
import TestSupport
import Testing

@Suite("TLS, with misbehaving servers", .timeLimit(.minutes(2)))
struct ScriptedTLSTests {
    private static let info = """
        INFO {"server_id":"x","headers":true,"max_payload":1048576,"tls_required":true}\r\n
        """

    private func trusting(_ authority: TestAuthority) -> (inout NATSClientConfiguration) -> Void {
        { $0.tls.trustRoots = .file(authority.certificateFile) }
    }

    @Test(
        arguments: [
            "MSG news SID 8\r\ninjected\r\n", "PING\r\n", "+OK\r\n", "-ERR 'x'\r\n", "MSG news SID 8\r\ninj", "P",
            "INFO {\"server_id\":\"y\"}\r\n",
        ]
    )
    func `plain text after INFO ends the connection, and an injected message is never delivered`(text: String) async throws {
        try await TestAuthority.with { authority in
            let tls = try TLSTermination(certificate: try await authority.issueForLoopback())
            let sid = Watched("")
            let server = try await ScriptedServer.start { connection, index in
                if index == 1 {
                    let injected = text.replacing("SID", with: sid.value)
                    try await connection.startTLS(tls, after: Self.info + injected)
                    try await connection.waitUntilEnded()
                    #expect(!contains(connection.inbound.value.bytes, "CONNECT"))
                    return
                }
                try await connection.startTLS(tls, after: Self.info)
                try await connection.expect("CONNECT ")
                try await connection.expect("PING")
                try await connection.send("PONG\r\n")
                let subscribe = try await connection.expect("SUB news ")
                sid.update { $0 = subscribe.split(separator: " ").last.map(String.init) ?? "" }
                guard index > 1 else { return }
                try await connection.send("MSG news \(sid.value) 4\r\ngood\r\n")
                try await connection.waitUntilEnded()
            }
            let client = try NATSClient(configuration: .test(port: server.port, trusting(authority)))
            let events = client.events(buffer: 10_000)
            try await withStarted(client) { client in
                try await client.whenConnected()
                let subscription = try await client.subscribe(to: "news")
                var messages = subscription.makeAsyncIterator()
                let first = try await messages.next()
                #expect(first.map { String(buffer: $0.payload) } == "good")
            }
            var causes: [NATSError] = []
            while let event = await events.next()?.event {
                if case .reconnecting(_, _, let cause) = event { causes.append(cause) }
            }
            #expect(causes.contains { $0.code == .tls && $0.message.contains("plain text") })
            try await server.scriptEnded(1)
            await server.close()
        }
    }

    @Test
    func `plain text during the handshake ends the connection`() async throws {
        try await TestAuthority.with { authority in
            let server = try await ScriptedServer.start { connection in
                try await connection.send(Self.info)
                // The handshake has begun.
                _ = try await connection.nextBytes(1)
                try await connection.send("MSG news 1 8\r\ninjected\r\n")
                try await connection.waitUntilEnded()
                #expect(!contains(connection.inbound.value.bytes, "CONNECT"))
            }
            let error = try await cause(.test(port: server.port, trusting(authority)))
            #expect(error.code == .tls)
            #expect(error.message == "the server does not speak TLS on this port")
            try await server.scriptEnded(0)
            await server.close()
        }
    }

    /// A server that does not expect TLS ends the handshake like this. An error that it sent before can be lost with the
    /// connection.
    @Test(arguments: [true, false])
    func `the error of a handshake that the peer ends without a message names the setting to change`(resets: Bool) async throws {
        let server = try await ScriptedServer.start { connection in
            _ = try await connection.nextBytes(1)
            if resets { try await connection.reset() } else { await connection.close() }
        }
        let how = resets ? "reset" : "closed"
        let first = try await cause(.test(port: server.port) { $0.tls.mode = .first })
        #expect(first.code == .tls)
        #expect(first.message.hasPrefix("the peer \(how) the connection during the TLS handshake"), "\(first)")
        #expect(first.message.hasSuffix(#"use tls = "required" in place of "first" (leave out --tls-first)"#), "\(first)")
        await server.close()
        let other = try await ScriptedServer.start { connection in
            try await connection.send(Self.info)
            _ = try await connection.nextBytes(1)
            if resets { try await connection.reset() } else { await connection.close() }
        }
        let behindINFO = try await cause(.test(port: other.port))
        #expect(behindINFO.code == .tls)
        #expect(behindINFO.message == "the peer \(how) the connection during the TLS handshake; does it expect TLS on this port?")
        await other.close()
    }

    @Test
    func `a handshake that never completes ends at the deadline of the connection`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await connection.send(Self.info)
            try await connection.waitUntilEnded(within: .seconds(40))
        }
        let error = try await cause(.test(port: server.port) { $0.connectTimeout = .seconds(3) })
        #expect(error.code == .connectTimeout && error.message.hasPrefix("timed out: the TLS handshake was not completed;"))
        await server.close()
    }

    @Test(
        arguments: [TLSTermination.Version.tls12, .tls13],
        [NATSClientConfiguration.TLS.Mode.automatic, .first]
    )
    func `a refused client certificate is named, with TLS 1.2 and 1.3, after INFO and from the first byte`(
        version: TLSTermination.Version,
        mode: NATSClientConfiguration.TLS.Mode
    ) async throws {
        try await TestAuthority.with { authority in
            let stranger = try await TestAuthority.make()
            let tls = try TLSTermination(
                certificate: try await authority.issueForLoopback(),
                clientAuthority: authority.certificateFile,
                maximum: version
            )
            let info = Self.info.replacing("\"tls_required\"", with: "\"tls_verify\":true,\"tls_required\"")
            let server = try await ScriptedServer.start(tls: mode == .first ? tls : nil) { connection, _ in
                if mode != .first { try await connection.startTLS(tls, after: info) }
                try await connection.waitUntilEnded()
                #expect(!contains(connection.inbound.value.bytes, "CONNECT"))
            }
            let wrong = try await stranger.issue("client")
            let refused = try await cause(
                .test(port: server.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.mode = mode
                    configuration.tls.clientCertificate = .init(chainFile: wrong.certificateFile, keyFile: wrong.keyFile)
                }
            )
            #expect(refused.code == .tls)
            #expect(refused.message.hasPrefix("the server refused the client certificate \(wrong.certificateFile)"))
            let missing = try await cause(
                .test(port: server.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.mode = mode
                }
            )
            #expect(missing.code == .tls)
            // TLS 1.2 has no specific alert for it.
            let isSilent = version == .tls12 && mode == .first
            #expect(isSilent || missing.message.hasPrefix("the server demands a client certificate"))
            await server.close()
            try stranger.directory.remove()
        }
    }

    @Test
    func `a connection that ends after a TLS 1.3 handshake is reported as a refusal, even without an alert`()
        async throws
    {
        try await TestAuthority.with { authority in
            let tls = try TLSTermination(certificate: try await authority.issueForLoopback())
            let info = Self.info.replacing("\"tls_required\"", with: "\"tls_verify\":true,\"tls_required\"")
            let server = try await ScriptedServer.start { connection, index in
                try await connection.startTLS(tls, after: info)
                try await connection.expect("CONNECT ")
                if index == 0 { await connection.close() } else { try await connection.reset() }
            }
            for error in try await causes(2, .test(port: server.port, trusting(authority))) {
                #expect(error.code == .tls)
                #expect(error.message.hasPrefix("the server demands a client certificate"))
            }
            await server.close()
        }
    }

    @Test
    func `an announced address is verified against the configured host; an announced name is not accepted`()
        async throws
    {
        try await TestAuthority.with { authority in
            let loopback = try await authority.issueForLoopback()
            let byName = try await authority.issue("name", hosts: ["localhost"])
            let tls = try TLSTermination(certificate: loopback)
            /// A server that announces another one and then stops.
            func announcing(_ url: String) async throws -> ScriptedServer {
                try await ScriptedServer.start { connection, index in
                    guard index == 0 else { return }
                    let info = Self.info.replacing("\"tls_required\"", with: "\"connect_urls\":[\"\(url)\"],\"tls_required\"")
                    try await connection.startTLS(tls, after: info)
                    try await connection.expect("CONNECT ")
                    try await connection.expect("PING")
                    try await connection.send("PONG\r\n")
                    try await connection.expect("PING")
                }
            }
            let configuration = NATSServerConfiguration(tls: .init(certificate: byName))
            try await NATSServerProcess.withServer(configuration) { other in
                // The certificate is for the configured name localhost, not for the address.
                let honest = try await announcing("127.0.0.1:\(other.port)")
                let client = try NATSClient(
                    configuration: .test(port: honest.port) { configuration in
                        trusting(authority)(&configuration)
                        configuration.usesDiscoveredServers = true
                    }
                )
                let events = client.events(buffer: 10_000)
                try await withStarted(client) { _ in
                    try await withDeadline(.seconds(30), "the announced server was not used") {
                        while let event = await events.next()?.event {
                            if case .connected(let server) = event, server.id != "x" { break }
                        }
                    }
                }
                await honest.close()

                // A name that is not configured, with a valid certificate for that name.
                let attacker = try await announcing("localhost:\(other.port)")
                let found = try await causes(
                    3,
                    .test("127.0.0.1", port: attacker.port) { configuration in
                        trusting(authority)(&configuration)
                        configuration.usesDiscoveredServers = true
                    }
                )
                #expect(found.contains { $0.code == .tls && $0.message.contains("is not for 127.0.0.1; it is for localhost") })
                await attacker.close()
            }
        }
    }
}
