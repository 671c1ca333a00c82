import RouletteNATS
import TestSupport
import Testing

/// `handshake_first`: the server sends no INFO before the TLS handshake, or waits for one first. Servers have it since
/// 2.10.4.
@Suite(
    "Servers that begin with TLS",
    .enabled("needs nats-server 2.10.4 or later", { try await NATSServerProgram.isAtLeast("2.10.4") }),
    .timeLimit(.minutes(2))
)
struct HandshakeFirstTests {
    private func withServer(
        _ handshakeFirst: String,
        _ body: (TestAuthority, FaultProxy) async throws -> Void
    ) async throws {
        try await TestAuthority.with { authority in
            let certificate = try await authority.issueForLoopback()
            let configuration = NATSServerConfiguration(
                authorization: .user("joe", password: "hunter2"),
                tls: .init(certificate: certificate, handshakeFirst: handshakeFirst)
            )
            try await NATSServerProcess.withServer(configuration) { server in
                let proxy = try await FaultProxy.start(to: server.port)
                try await body(authority, proxy)
                // Only TLS records, in every attempt.
                for sent in proxy.sentByClients where !sent.isEmpty {
                    #expect(sent[0] == 22 && !contains(sent, "CONNECT") && !contains(sent, "hunter2"))
                }
                await proxy.close()
            }
        }
    }

    private func configuration(
        _ proxy: FaultProxy,
        _ authority: TestAuthority,
        _ mode: NATSClientConfiguration.TLS.Mode
    ) -> NATSClientConfiguration {
        .test(port: proxy.port) { configuration in
            configuration.tls.mode = mode
            configuration.tls.trustRoots = .file(authority.certificateFile)
            configuration.credentials = { .userPassword(user: "joe", password: "hunter2") }
        }
    }

    /// Checks that the connection is encrypted, verified and usable.
    private func expectConnected(_ configuration: NATSClientConfiguration) async throws {
        try await withStarted(try NATSClient(configuration: configuration)) { client in
            try await client.whenConnected()
            try await client.flush()
            #expect(client.snapshot.tls?.isVerified == true)
        }
    }

    @Test
    func `a client that begins with TLS connects; one that waits for INFO fails at its deadline and sends nothing`() async throws
    {
        try await withServer("true") { authority, proxy in
            try await expectConnected(configuration(proxy, authority, .first))
            for mode in [NATSClientConfiguration.TLS.Mode.automatic, .required] {
                var waiting = configuration(proxy, authority, mode)
                waiting.connectTimeout = .seconds(1)
                #expect(try await cause(waiting).code == .connectTimeout)
            }
            #expect(proxy.sentByClients.count { !$0.isEmpty } == 1)
        }
    }

    @Test(
        arguments: [NATSClientConfiguration.TLS.Mode.first, .automatic, .required]
    )
    func `a server that delays its INFO accepts clients with and without TLS first`(mode: NATSClientConfiguration.TLS.Mode)
        async throws
    {
        try await withServer("\"3s\"") { authority, proxy in
            try await expectConnected(configuration(proxy, authority, mode))
            #expect(proxy.accepted == 1)
        }
    }

    @Test
    func `with auto, a client that does not begin with TLS connects soon`() async throws {
        try await withServer("\"auto\"") { authority, proxy in
            try await expectConnected(configuration(proxy, authority, .automatic))
            #expect(proxy.accepted == 1)
            // On a busy machine, its 50 ms may pass before the handshake begins. The client then tries again.
            try await expectConnected(configuration(proxy, authority, .first))
        }
    }
}
