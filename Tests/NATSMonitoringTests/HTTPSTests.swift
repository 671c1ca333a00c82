import NATSMonitoring
import RouletteNATS
import TestSupport
import Testing

@Suite("Monitoring over HTTPS, below a base path, with a private authority and a client certificate", .timeLimit(.minutes(3)))
struct HTTPSTests {
    /// Starts a server with the base path `/nats`, behind a proxy that terminates TLS and requires a client certificate.
    private func withMonitoring(
        _ body: (_ url: String, TestAuthority, _ own: NATSClientConfiguration.TLS.ClientCertificate) async throws -> Void
    ) async throws {
        try await TestAuthority.with { authority in
            let own = try await authority.issue("monitor")
            let tls = try TLSTermination(
                certificate: try await authority.issue("loopback", hosts: ["localhost"], addresses: ["127.0.0.1"]),
                clientAuthority: authority.certificateFile
            )
            let configuration = NATSServerConfiguration(name: "watched", monitoring: true, extra: "http_base_path: \"/nats\"")
            try await NATSServerProcess.withServer(configuration) { server in
                let proxy = try await FaultProxy.start(to: try #require(server.ports.monitoring), tls: tls)
                try await body(
                    "https://localhost:\(proxy.port)/nats",
                    authority,
                    .init(chainFile: own.certificateFile, keyFile: own.keyFile)
                )
                await proxy.close()
            }
        }
    }

    @Test
    func `the profile's authority and certificate give access; without either, the error names the cause`() async throws {
        try await withMonitoring { url, authority, own in
            var monitor = ServerMonitor(endpoint: try MonitorEndpoint(url))
            monitor.timeout = .seconds(20)
            monitor.tls.trustRoots = .file(authority.certificateFile)
            monitor.tls.clientCertificate = own
            #expect(try await monitor.status().name == "watched")
            #expect(try await monitor.health().isWell)

            var stranger = monitor
            stranger.tls.trustRoots = .system
            let untrusted = await #expect(throws: MonitorError.self) { try await stranger.status() }
            #expect(untrusted?.message.contains("tls_ca") == true, "\(untrusted?.message ?? "")")

            stranger = monitor
            stranger.tls.clientCertificate = nil
            await #expect(throws: MonitorError.self) { try await stranger.status() }
        }
    }
}
