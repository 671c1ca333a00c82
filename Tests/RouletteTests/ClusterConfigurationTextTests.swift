import Roulette
import Testing

@Suite("Servers written as text")
struct ClusterConfigurationTextTests {
    @Test(
        arguments: [
            ("nats-alpha.example.org", "nats-alpha.example.org", 4222), ("10.0.0.1:4223", "10.0.0.1", 4223),
            ("[2001:db8::7]:4224", "2001:db8::7", 4224), ("[2001:db8::7]", "2001:db8::7", 4222), ("x:65535", "x", 65535),
        ]
    )
    func `host, host:port and [IPv6]:port are accepted`(text: String, host: String, port: Int) throws {
        let server = try ClusterConfiguration(text)
        #expect(server.host == host)
        #expect(server.port == port)
        #expect(server.name == nil)
    }

    @Test
    func `several addresses are separated by commas`() throws {
        let server = try ClusterConfiguration("10.0.0.1,10.0.0.2:4223,[::1]")
        #expect(server.host == "10.0.0.1" && server.port == 4222)
        #expect(server.seeds.map(\.description) == ["10.0.0.2:4223", "[::1]:4222"])
    }

    @Test(
        arguments: [
            "", "a,", ",a", "a,,b", "a, b", "a:", "a:0", "a:65536", "a b", "a:b", "2001:db8::7", "[2001:db8::7", "a\r\nb",
            "\u{1B}[2J",
        ]
    )
    func `anything else is an error with the valid formats`(text: String) {
        let error = #expect(throws: RouletteError.self) { try ClusterConfiguration(text) }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("write host, host:port or [IPv6]:port") == true)
        #expect(error?.message.unicodeScalars.allSatisfy { $0.value >= 0x20 } == true)
    }
}
