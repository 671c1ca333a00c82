import NATSMonitoring
import Testing

@Suite("Monitoring URLs", .timeLimit(.minutes(2)))
struct EndpointTests {
    @Test(
        arguments: [
            ("http://nats.example.org:8222", "nats.example.org", 8222, "", false),
            ("http://nats.example.org", "nats.example.org", 8222, "", false),
            ("HTTPS://[2001:db8::7]:8443/", "2001:db8::7", 8443, "", true),
            ("http://[::1]/b//", "::1", 8222, "/b", false),
            ("http://127.0.0.1:1/nats/monitor/", "127.0.0.1", 1, "/nats/monitor", false),
        ]
    )
    func `host, port and base path are parsed`(url: String, host: String, port: Int, basePath: String, isSecure: Bool) throws {
        let endpoint = try MonitorEndpoint(url)
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
        #expect(endpoint.basePath == basePath)
        #expect(endpoint.isSecure == isSecure)
    }

    @Test(
        arguments: [
            "", "nats.example.org:8222", "nats://h:4222", "http://", "http://:8222", "http://h:0", "http://h:99999",
            "http://u:p@h:1", "http://u:p@h/x@y",
            "http://h:1/x?y", "http://h:1/\r\nX: y", "http://a b:1", "http://2001:db8::7:1", "http://\u{1B}[2J:1",
        ]
    )
    func `other texts are errors that describe the expected format`(url: String) {
        let error = #expect(throws: MonitorError.self) { try MonitorEndpoint(url) }
        #expect(error?.code == .url)
        #expect(error?.message.contains("http://HOST:8222") == true)
        #expect(error?.message.contains("@") == false, "a login is not allowed, so it is not advised")
    }
}
