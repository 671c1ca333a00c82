import Foundation
import RouletteNATS
import TestSupport
import Testing

@Suite("TLS, on real servers", .timeLimit(.minutes(2)))
struct TLSTests {
    /// Runs a server that requires TLS, behind a proxy that records the bytes from the client.
    private func withTLSServer(
        _ certificate: (TestAuthority) async throws -> TestAuthority.Certificate = { try await $0.issueForLoopback() },
        verifiesClients: Bool = false,
        _ body: (TestAuthority, FaultProxy) async throws -> Void
    ) async throws {
        try await TestAuthority.with { authority in
            let tls = NATSServerConfiguration.TLS(
                certificate: try await certificate(authority),
                clientAuthority: verifiesClients ? authority.certificateFile : nil
            )
            let configuration = NATSServerConfiguration(authorization: .user("joe", password: "hunter2"), tls: tls)
            try await NATSServerProcess.withServer(configuration) { server in
                let proxy = try await FaultProxy.start(to: server.port)
                try await body(authority, proxy)
                await proxy.close()
            }
        }
    }

    private func trusting(_ authority: TestAuthority) -> (inout NATSClientConfiguration) -> Void {
        { configuration in
            configuration.tls.trustRoots = .file(authority.certificateFile)
            configuration.credentials = { .userPassword(user: "joe", password: "hunter2") }
        }
    }

    /// Checks that clients sent only TLS records without readable text.
    private func expectNothingInPlainText(_ proxy: FaultProxy) {
        let all = proxy.sentByClients.filter { !$0.isEmpty }
        #expect(!all.isEmpty, "nothing was sent")
        for sent in all {
            #expect(sent[0] == 22, "not the beginning of a TLS handshake")
            // These words are long enough not to occur in encrypted bytes by chance. Three letters would, once in 16 MB.
            for word in ["CONNECT", "hunter2"] { #expect(!contains(sent, word)) }
        }
    }

    @Test(
        arguments: ["localhost", "127.0.0.1"]
    )
    func `the client uses TLS if the server requires it, by name and by address`(host: String) async throws {
        try await withTLSServer { authority, proxy in
            let client = try NATSClient(configuration: .test(host, port: proxy.port, trusting(authority)))
            try await withStarted(client) { client in
                try await client.whenConnected()
                #expect(client.snapshot.tls?.version == "TLS 1.3")
                #expect(client.snapshot.tls?.isVerified == true)
                let subscription = try await client.subscribe(to: "secure", confirmed: true)
                // More than one TLS record, and more than one read.
                let payload = [UInt8](repeating: 7, count: 300_000)
                try await client.publish(payload, to: "secure")
                try await client.publish("small", to: "secure")
                var messages = subscription.makeAsyncIterator()
                #expect(try await messages.next()?.payload.readableBytes == payload.count)
                #expect(try await messages.next()?.payload.readableBytes == 5)
            }
            #expect(client.snapshot.tls == nil)
            expectNothingInPlainText(proxy)
        }
    }

    @Test
    func `20 reconnects send no plain text, neither after INFO nor with TLS from the first byte`() async throws {
        try await withTLSServer { authority, proxy in
            try await reconnect(20, .test(port: proxy.port, trusting(authority)))
            #expect(proxy.accepted == 21)
            expectNothingInPlainText(proxy)
        }
        // A balancer terminates TLS. The server behind it does not use TLS, and its INFO does not announce it.
        try await TestAuthority.with { authority in
            let certificate = try await authority.issueForLoopback()
            try await NATSServerProcess.withServer(.init(authorization: .user("joe", password: "hunter2"))) { server in
                let balancer = try await FaultProxy.start(to: server.port, tls: TLSTermination(certificate: certificate))
                let sniffer = try await FaultProxy.start(to: balancer.port)
                try await reconnect(
                    20,
                    .test(port: sniffer.port) { configuration in
                        trusting(authority)(&configuration)
                        configuration.tls.mode = .first
                    }
                )
                #expect(sniffer.accepted == 21)
                expectNothingInPlainText(sniffer)
                #expect(balancer.sentByClients.count == 21)
                #expect(balancer.sentByClients.allSatisfy { contains($0, "CONNECT") && contains($0, "hunter2") })
                await sniffer.close()
                await balancer.close()
            }
        }
    }

    private func reconnect(_ count: Int, _ configuration: NATSClientConfiguration) async throws {
        let client = try NATSClient(configuration: configuration)
        let events = client.events(buffer: 10_000)
        try await withStarted(client) { client in
            try await withDeadline(.seconds(60), "the client did not reconnect \(count) times") {
                var connections = 0
                while let event = await events.next()?.event {
                    guard case .connected = event else { continue }
                    connections += 1
                    if connections > count { break }
                    client.reconnect(hard: true)
                }
            }
            #expect(client.snapshot.tls?.isVerified == true)
        }
    }

    @Test
    func `a certificate that is untrusted, for another host, or expired: nothing is sent, and the error names the reason`()
        async throws
    {
        try await withTLSServer { authority, proxy in
            let stranger = try await TestAuthority.make()
            let unknown = try await cause(.test(port: proxy.port, trusting(stranger)))
            #expect(unknown.code == .tls)
            #expect(unknown.message.contains("unknown authority, which \(stranger.certificateFile) does not contain"))
            let system = try await cause(
                .test(port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.trustRoots = .system
                }
            )
            #expect(system.message.contains("the system does not trust"))
            expectNothingInPlainText(proxy)
            try stranger.directory.remove()
        }
        try await withTLSServer({ try await $0.issue("other", hosts: ["other.example.org"]) }) { authority, proxy in
            for host in ["localhost", "127.0.0.1"] {
                let error = try await cause(.test(host, port: proxy.port, trusting(authority)))
                #expect(error.code == .tls)
                #expect(error.message.contains("is not for \(host); it is for other.example.org"))
            }
            expectNothingInPlainText(proxy)
            // The user can disable verification.
            let client = try NATSClient(
                configuration: .test(port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.serverName = "other.example.org"
                }
            )
            try await withStarted(client) { try await $0.whenConnected() }
        }
        try await withTLSServer({ try await $0.issueForLoopback(valid: .expired) }) { authority, proxy in
            let error = try await cause(.test(port: proxy.port, trusting(authority)))
            #expect(error.code == .tls)
            #expect(error.message.hasPrefix("the server's certificate expired on 20"))
            expectNothingInPlainText(proxy)
        }
    }

    @Test
    func `a certificate for the address of a name is not valid for the name, and common names do not count`() async throws {
        for certificate: @Sendable (TestAuthority) async throws -> TestAuthority.Certificate in [
            { try await $0.issue("address", addresses: ["127.0.0.1"]) }, { try await $0.issue("localhost") },
        ] {
            try await withTLSServer(certificate) { authority, proxy in
                let error = try await cause(.test(port: proxy.port, trusting(authority)))
                #expect(error.code == .tls)
                #expect(error.message.contains("is not for localhost"))
                expectNothingInPlainText(proxy)
            }
        }
    }

    @Test
    func `without verification any server is accepted, and the snapshot shows it`() async throws {
        try await withTLSServer({ try await $0.issue("other", hosts: ["other.example.org"]) }) { _, proxy in
            let client = try NATSClient(
                configuration: .test(port: proxy.port) {
                    $0.tls.verification = .none
                    $0.credentials = { .userPassword(user: "joe", password: "hunter2") }
                }
            )
            try await withStarted(client) { client in
                try await client.whenConnected()
                #expect(client.snapshot.tls?.isVerified == false)
            }
        }
    }

    @Test
    func `if TLS is required and not offered, or offered and disabled, nothing is sent`() async throws {
        try await NATSServerProcess.withServer { server in
            let proxy = try await FaultProxy.start(to: server.port)
            let required = try await cause(.test(port: proxy.port) { $0.tls.mode = .required })
            #expect(required.code == .tls)
            #expect(required.message.contains("the server does not offer it; nothing was sent"))
            #expect(proxy.sentByClients.joined().isEmpty)

            let first = try await cause(.test(port: proxy.port) { $0.tls.mode = .first })
            #expect(first.code == .tls)
            #expect(first.message.hasPrefix("the server sent plain text first, so it does not expect TLS from the first byte"))
            #expect(first.message.contains("leave out --tls-first"))
            #expect(!proxy.sentByClients.contains { contains($0, "CONNECT") })
            await proxy.close()
        }
        try await withTLSServer { authority, proxy in
            let off = try await cause(
                .test(port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.mode = .disabled
                }
            )
            #expect(off.code == .tls)
            #expect(off.message == "the server requires TLS, which is disabled in the configuration")
            #expect(proxy.sentByClients.joined().isEmpty)
        }
    }

    @Test
    func `if only one side expects TLS from the first byte, the error names the setting`() async throws {
        // A server with TLS after its INFO.
        try await withTLSServer { authority, proxy in
            let first = try await cause(
                .test(port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.mode = .first
                }
            )
            #expect(first.code == .tls)
            #expect(first.message.contains(#"use tls = "required" in place of "first""#))
        }
        // A server that waits for the first byte of the handshake, like `handshake_first` and balancers that terminate TLS.
        try await TestAuthority.with { authority in
            let certificate = try await authority.issueForLoopback()
            try await NATSServerProcess.withServer { server in
                let balancer = try await FaultProxy.start(to: server.port, tls: TLSTermination(certificate: certificate))
                for mode in [NATSClientConfiguration.TLS.Mode.automatic, .required] {
                    let silent = try await cause(
                        .test(port: balancer.port) { configuration in
                            trusting(authority)(&configuration)
                            configuration.tls.mode = mode
                            configuration.connectTimeout = .milliseconds(500)
                        }
                    )
                    #expect(silent.code == .connectTimeout)
                    #expect(silent.message.contains(#"Then use tls = "first" (--tls-first)"#))
                }
                await balancer.close()
            }
        }
    }

    @Test
    func `the dot at the end of a name is removed for SNI and verification`() async throws {
        try await withTLSServer { authority, proxy in
            let client = try NATSClient(
                configuration: .test("127.0.0.1", port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.serverName = "localhost."
                }
            )
            try await withStarted(client) { client in
                try await client.whenConnected()
                #expect(client.snapshot.tls?.isVerified == true)
            }
        }
    }

    @Test
    func `a required client certificate: its absence is named, and the next attempt uses a rotated one`() async throws {
        try await withTLSServer(verifiesClients: true) { authority, proxy in
            let none = try await cause(.test(port: proxy.port, trusting(authority)))
            #expect(none.code == .tls)
            #expect(none.message.hasPrefix("the server demands a client certificate"))
            #expect(none.message.hasSuffix("and none is configured; set tls_cert and tls_key"))

            let stranger = try await TestAuthority.make()
            let wrong = try await stranger.issue("client")
            let right = try await authority.issue("client")
            let directory = stranger.directory.path
            let own = (chain: "\(directory)/own.pem", key: "\(directory)/own.key")
            func install(_ certificate: TestAuthority.Certificate) throws {
                try writePrivate(String(contentsOfFile: certificate.certificateFile, encoding: .utf8), to: own.chain)
                try writePrivate(String(contentsOfFile: certificate.keyFile, encoding: .utf8), to: own.key)
            }
            try install(wrong)
            let client = try NATSClient(
                configuration: .test(port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.clientCertificate = .init(chainFile: own.chain, keyFile: own.key)
                }
            )
            let events = client.events(buffer: 10_000)
            try await withStarted(client) { client in
                let refusal = try await withDeadline(.seconds(20), "no attempt failed") { () -> NATSError? in
                    while let event = await events.next()?.event {
                        if case .reconnecting(_, _, let cause) = event { return cause }
                    }
                    return nil
                }
                #expect(refusal?.code == .tls)
                #expect(refusal?.message.hasPrefix("the server refused the client certificate \(own.chain)") == true)
                try install(right)
                try await client.whenConnected()
            }
            expectNothingInPlainText(proxy)
            try stranger.directory.remove()
        }
    }

    @Test
    func `a private key readable by others is not used`() async throws {
        try await withTLSServer(verifiesClients: true) { authority, proxy in
            let own = try await authority.issue("client")
            #expect(chmod(own.keyFile, 0o644) == 0)
            let error = try await cause(
                .test(port: proxy.port) { configuration in
                    trusting(authority)(&configuration)
                    configuration.tls.clientCertificate = .init(chainFile: own.certificateFile, keyFile: own.keyFile)
                }
            )
            #expect(error.code == .credentials)
            #expect(error.message.hasSuffix("run: chmod 600 \(own.keyFile)"))
            #expect(proxy.sentByClients.joined().isEmpty)
        }
    }
}
