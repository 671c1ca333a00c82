import Testing

@testable import NATS

@Suite("The address of an attempt")
struct ServerListTests {
    private let seed = NATSClientConfiguration.Address(host: "balancer.example", port: 4222)

    @Test
    func `announced addresses are ignored unless enabled`() {
        var list = ServerList(seed: seed, usesDiscovered: false)
        list.announced(["10.0.0.1:4222"])
        var taken: [NATSClientConfiguration.Address] = []
        for _ in 0..<5 { taken.append(list.takeNext()) }
        #expect(taken == Array(repeating: seed, count: 5))
    }

    @Test
    func `enabled, announced addresses are used in turn with the seed, which begins every round`() {
        var list = ServerList(seed: seed, usesDiscovered: true)
        list.announced(["10.0.0.1:4222", "[2001:db8::7]:4223", "balancer.example:4222", "10.0.0.1:4222"])
        var hosts: [String] = []
        for _ in 0..<6 { hosts.append(list.takeNext().host) }
        #expect(hosts == ["balancer.example", "10.0.0.1", "2001:db8::7", "balancer.example", "10.0.0.1", "2001:db8::7"])
        _ = list.takeNext()
        list.beginAnew()
        let next = list.takeNext()
        #expect(next == seed, "after a connection, the next round begins with the seed")
        list.announced([])
        #expect(list.discovered.count == 2, "an empty list removes nothing")
        list.announced(["10.0.0.9:1"])
        #expect(list.discovered.map(\.host) == ["10.0.0.9"])
    }

    @Test
    func `alternatives are used after the first address, and announced addresses after them`() {
        let others = [NATSClientConfiguration.Address(host: "second"), .init(host: "third", port: 1)]
        var list = ServerList(seed: seed, alternatives: others, usesDiscovered: true)
        var hosts: [String] = []
        for _ in 0..<4 { hosts.append(list.takeNext().host) }
        #expect(hosts == ["balancer.example", "second", "third", "balancer.example"])
        list.announced(["second:4222", "10.0.0.1:4222"])
        #expect(list.discovered.map(\.host) == ["10.0.0.1"], "configured addresses are not listed twice")
        list.beginAnew()
        hosts = []
        for _ in 0..<5 { hosts.append(list.takeNext().host) }
        #expect(hosts == ["balancer.example", "second", "third", "10.0.0.1", "balancer.example"])
    }

    @Test(
        arguments: [
            "", ":", "host", "host:", ":4222", "host:0", "host:99999", "host:-1", "a b:1", "\u{1B}[2J:1", "h\r\nPUB x 0:1",
        ]
    )
    func `texts other than host:port are skipped`(text: String) {
        #expect(NATSClientConfiguration.Address(hostAndPort: text) == nil)
    }

    @Test
    func `the number of announced addresses is bounded`() {
        var list = ServerList(seed: seed, usesDiscovered: true)
        list.announced((0..<10_000).map { "10.0.\($0 / 256).\($0 % 256):4222" })
        #expect(list.discovered.count == ServerList.maxDiscovered)
    }
}
