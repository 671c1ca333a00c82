import SeededRandomness
import TestSupport
import Testing

@testable import RouletteNATS

@Suite("The address of an attempt")
struct ServerListTests {
    private let seed = NATSClientConfiguration.Address(host: "balancer.example", port: 4222)

    private func list(
        _ seeds: [NATSClientConfiguration.Address],
        alternatives: [NATSClientConfiguration.Address] = [],
        usesDiscovered: Bool = false,
        random: UInt64 = 1
    ) -> ServerList {
        ServerList(
            seeds: seeds,
            alternatives: alternatives,
            usesDiscovered: usesDiscovered,
            randomness: SplitMix64(seed: random)
        )
    }

    private func take(_ count: Int, from list: inout ServerList) -> [String] {
        var hosts: [String] = []
        for _ in 0..<count { hosts.append(list.takeNext().host) }
        return hosts
    }

    @Test
    func `announced addresses are ignored unless enabled`() {
        var list = list([seed])
        list.announced(["10.0.0.1:4222"])
        #expect(take(5, from: &list) == Array(repeating: "balancer.example", count: 5))
    }

    @Test
    func `enabled, announced addresses are used in turn with the seed, which begins every round`() {
        var list = list([seed], usesDiscovered: true)
        list.announced(["10.0.0.1:4222", "[2001:db8::7]:4223", "balancer.example:4222", "10.0.0.1:4222"])
        #expect(
            take(6, from: &list)
                == ["balancer.example", "10.0.0.1", "2001:db8::7", "balancer.example", "10.0.0.1", "2001:db8::7"]
        )
        _ = list.takeNext()
        list.connected(to: .init(host: "10.0.0.1"))
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
        var list = list([seed], alternatives: others, usesDiscovered: true)
        #expect(take(4, from: &list) == ["balancer.example", "second", "third", "balancer.example"])
        list.announced(["second:4222", "10.0.0.1:4222"])
        #expect(list.discovered.map(\.host) == ["10.0.0.1"], "configured addresses are not listed twice")
        list.connected(to: seed)
        #expect(take(5, from: &list) == ["balancer.example", "second", "third", "10.0.0.1", "balancer.example"])
    }

    @Test
    func `every round has each seed once, in a random order, and then the alternatives in order`() {
        let seeds = ["a", "b", "c", "d"].map { NATSClientConfiguration.Address(host: $0) }
        var orders: Set<[String]> = []
        var firsts: Set<String> = []
        for random in 0..<200 {
            var list = list(seeds, alternatives: [.init(host: "x"), .init(host: "y")], random: UInt64(random))
            for _ in 0..<3 {
                let round = take(6, from: &list)
                #expect(Set(round.prefix(4)) == ["a", "b", "c", "d"])
                #expect(round.suffix(2) == ["x", "y"])
                orders.insert(Array(round.prefix(4)))
                firsts.insert(round[0])
            }
        }
        #expect(firsts == ["a", "b", "c", "d"])
        #expect(orders.count == 24, "all orders occur")
    }

    @Test
    func `the seed of the last connection is the last of the next round, because that connection was lost or must move`() {
        let seeds = ["a", "b", "c"].map { NATSClientConfiguration.Address(host: $0) }
        for random in 0..<50 {
            var list = list(seeds, random: UInt64(random))
            let first = list.takeNext()
            list.connected(to: first)
            let round = take(3, from: &list)
            #expect(round.last == first.host)
            #expect(Set(round) == ["a", "b", "c"])
        }
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
        var list = list([seed], usesDiscovered: true)
        list.announced((0..<10_000).map { "10.0.\($0 / 256).\($0 % 256):4222" })
        #expect(list.discovered.count == ServerList.maxDiscovered)
    }
}
