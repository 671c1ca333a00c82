import NATSMonitoring
import RouletteNATS
import TestSupport
import Testing

@Suite("Monitoring over HTTPS", .timeLimit(.minutes(2)))
struct SecureMonitorTests {
    private func monitor(_ host: String = "localhost", port: Int, trusting authority: TestAuthority?) throws -> ServerMonitor {
        var monitor = ServerMonitor(endpoint: try MonitorEndpoint("https://\(host):\(port)"))
        monitor.timeout = .seconds(20)
        if let authority { monitor.tls.trustRoots = .file(authority.certificateFile) }
        return monitor
    }

    /// Returns the endpoint of a real server behind a proxy that terminates TLS.
    private func withEndpoint(
        _ certificate: TestAuthority.Certificate,
        clientAuthority: String? = nil,
        _ body: (Int) async throws -> Void
    ) async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(name: "watched", monitoring: true)) { server in
            let tls = try TLSTermination(certificate: certificate, clientAuthority: clientAuthority)
            let proxy = try await FaultProxy.start(to: try #require(server.ports.monitoring), tls: tls)
            try await body(proxy.port)
            await proxy.close()
        }
    }

    @Test
    func `the profile's authority is trusted by name and by address, and its certificate is presented`() async throws {
        try await TestAuthority.with { authority in
            let client = try await authority.issue("client")
            try await withEndpoint(try await authority.issueForLoopback(), clientAuthority: authority.certificateFile) { port in
                for host in ["localhost", "127.0.0.1"] {
                    var monitor = try monitor(host, port: port, trusting: authority)
                    monitor.tls.clientCertificate = .init(chainFile: client.certificateFile, keyFile: client.keyFile)
                    #expect(try await monitor.status().name == "watched")
                }
            }
        }
    }

    @Test
    func `problems of a certificate are described in words, as for NATS connections`() async throws {
        try await TestAuthority.with { authority in
            let stranger = try await TestAuthority.make("stranger")
            let cases: [(TestAuthority.Certificate, String)] = [
                (
                    try await authority.issueForLoopback("expired", valid: .expired),
                    "the server's certificate expired on 2021-01-01"
                ),
                (try await authority.issueForLoopback("early", valid: .notYet), "is not valid before 2090-01-01"),
                (try await authority.issue("client", hosts: ["localhost"], usage: "clientAuth"), "lacks serverAuth"),
                (
                    try await authority.issue("other", hosts: ["other.example.org"]),
                    "is not for localhost; it is for other.example.org"
                ),
                (try await authority.issue("localhost"), "is not for localhost; it is for no host at all"),
                (try await authority.issue("own", hosts: ["localhost"], isSelfSigned: true), "is self-signed"),
                (try await stranger.issueForLoopback(), "unknown authority, which \(authority.certificateFile) does not contain"),
            ]
            for (certificate, part) in cases {
                try await withEndpoint(certificate) { port in
                    let error = await #expect(throws: MonitorError.self) {
                        try await monitor(port: port, trusting: authority).status()
                    }
                    #expect(error?.code == .unreachable)
                    #expect(error?.message.hasPrefix("https://localhost:\(port): ") == true)
                    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
                    for noise in ["NIOSSL", "BoringSSL", ".cc", "handshakeFailed"] {
                        #expect(error?.message.contains(noise) == false)
                    }
                    if part.contains("not for") { return }
                    var blind = try monitor(port: port, trusting: authority)
                    blind.tls.verification = .none
                    #expect(try await blind.status().name == "watched")
                }
            }
            try stranger.directory.remove()
        }
    }

    @Test
    func `a scheme that does not match the port is named in both directions`() async throws {
        try await NATSServerProcess.withServer(NATSServerConfiguration(monitoring: true)) { server in
            let port = try #require(server.ports.monitoring)
            let error = await #expect(throws: MonitorError.self) { try await monitor(port: port, trusting: nil).status() }
            #expect(error?.message.hasSuffix("the server does not speak TLS on this port; use http:// for it") == true)
        }
        // The answer of Go's HTTP server. A real server cannot use a kernel-chosen port for HTTPS.
        let server = try await ScriptedServer.start { connection in
            try await connection.expect("GET /varz ")
            try await connection.send("HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
            await connection.close()
        }
        let plain = ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(server.port)"))
        let error = await #expect(throws: MonitorError.self) { try await plain.status() }
        #expect(error?.message.hasSuffix("expects HTTPS; write https:// in its URL") == true)
        await server.close()
    }

    @Test
    func `an unusable file is named in the error`() async throws {
        var monitor = try monitor(port: 1, trusting: nil)
        monitor.tls.trustRoots = .file("/nowhere.pem")
        let error = await #expect(throws: MonitorError.self) { try await monitor.status() }
        #expect(error?.message == "https://localhost:1: /nowhere.pem: does not exist")
    }
}
