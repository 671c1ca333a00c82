import Testing

@testable import NATSMonitoring

@Suite("Servers that do not answer", .timeLimit(.minutes(1)))
struct SilentServersTests {
    /// Three servers, each with a route to the others that are in `members`.
    private func cluster(_ members: Set<Int> = [1, 2, 3]) -> [SimulatedNode] {
        (1...3).map { number in
            var node = SimulatedNode(id: "N\(number)", name: "c-\(number)", rate: 100)
            node.routes = members.sorted().filter { $0 != number }.map { ("N\($0)", "c-\($0)", 10) }
            return node
        }
    }

    /// The state after several rounds.
    private struct Watch {
        var readings = NodeReadings()
        var silent = SilentServers()
        var second: UInt64 = 0

        /// Lets servers answer one question.
        mutating func round(
            _ nodes: [SimulatedNode],
            from source: NodeSource = .systemAccount,
            over relay: String? = nil,
            present: [String: String] = [:],
            connected: Set<String> = [],
            announced: Int? = nil
        ) {
            second += 2
            for node in nodes { readings.record(node.answer(second), from: source) }
            readings.endRound(of: source, answered: Set(nodes.map(\.id)), relay: relay)
            let reading = ClusterReading(readings, present: present)
            silent.update(readings, reading, asksAll: source == .systemAccount, connected: connected, announced: announced)
        }
    }

    @Test
    func `a server that misses two questions while others have routes to it is silent, until it answers`() {
        var watch = Watch()
        watch.round(cluster())
        #expect(watch.silent.servers.isEmpty && !watch.silent.isInDoubt)
        watch.round([cluster()[0], cluster()[2]])
        #expect(watch.silent.servers.isEmpty && watch.silent.isInDoubt, "one question may be lost")
        watch.round([cluster()[0], cluster()[2]])
        #expect(watch.silent.servers == [.init(id: "N2", name: "c-2", answeredAt: .seconds(2))])
        #expect(!watch.silent.isInDoubt)
        watch.round(cluster())
        #expect(watch.silent.servers.isEmpty)
    }

    @Test
    func `a server that never answered is silent after two questions to all servers`() {
        var watch = Watch()
        watch.round([cluster()[0], cluster()[2]])
        #expect(watch.silent.servers.isEmpty && watch.silent.isInDoubt)
        watch.round([cluster()[0], cluster()[2]])
        #expect(watch.silent.servers == [.init(id: "N2", name: "c-2", answeredAt: nil)])

        var byURL = Watch()
        for _ in 0..<4 { byURL.round([cluster()[0], cluster()[2]], from: .url(0)) }
        #expect(byURL.silent.servers.isEmpty, "a URL does not reach every server")
    }

    @Test
    func `a server that answered only at a balanced URL is silent if the system account does not reach it`() {
        var watch = Watch()
        // Until the connection of the system account is established, the URLs are asked.
        for number in [0, 1, 2, 1] { watch.round([cluster()[number]], from: .url(0)) }
        #expect(watch.readings.reach(of: .url(0)) == .severalServers)
        watch.round([cluster()[0], cluster()[2]])
        #expect(watch.silent.servers.isEmpty && watch.silent.isInDoubt)
        watch.round([cluster()[0], cluster()[2]])
        #expect(watch.silent.servers == [.init(id: "N2", name: "c-2", answeredAt: .seconds(8))])
    }

    @Test
    func `a server without routes is gone, and not silent`() {
        var watch = Watch()
        watch.round(cluster())
        for _ in 0..<3 { watch.round([cluster([1, 3])[0], cluster([1, 3])[2]]) }
        #expect(watch.silent.servers.isEmpty && !watch.silent.isInDoubt)
    }

    @Test
    func `a server is not silent if the question did not reach it, because the server that was asked has no route to it`() {
        // A server passes on only what its own clients send, so N3, with routes to both, does not help.
        func partition() -> [SimulatedNode] {
            var nodes = cluster()
            nodes[1].routes = nodes[1].routes.filter { $0.0 != "N1" }
            return nodes
        }
        for sawAllBefore in [true, false] {
            var watch = Watch()
            if sawAllBefore { watch.round(cluster(), over: "N2") }
            for _ in 0..<4 { watch.round([partition()[1], partition()[2]], over: "N2") }
            #expect(watch.silent.servers.isEmpty && !watch.silent.isInDoubt)
            #expect(watch.readings.relay(withoutRouteTo: "N1")?.name == "c-2")
            #expect(watch.readings.relay(withoutRouteTo: "N3") == nil)
            // Over a server with a route to it, it is known.
            for _ in 0..<2 { watch.round([partition()[1], partition()[2]], over: "N3") }
            #expect(watch.silent.servers.map(\.id) == ["N1"])
            // It stays silent while the others give up their routes to it one after the other.
            watch.round([partition()[1], partition()[2]], over: "N2")
            #expect(watch.silent.servers.map(\.id) == ["N1"])
        }
    }

    @Test
    func `a server in lame-duck mode keeps its routes, is no longer announced, and is not silent`() {
        var watch = Watch()
        watch.round(cluster(), announced: 3)
        for _ in 0..<3 {
            watch.round([cluster()[0], cluster()[2]], announced: 2)
            #expect(watch.silent.servers.isEmpty && !watch.silent.isInDoubt)
        }
        for _ in 0..<2 { watch.round([cluster()[0], cluster()[2]], announced: 3) }
        #expect(watch.silent.servers.map(\.name) == ["c-2"])
    }

    @Test
    func `if no server answers, the source is the problem and no server is silent`() {
        var watch = Watch()
        watch.round(cluster())
        for _ in 0..<3 { watch.round([]) }
        #expect(watch.silent.servers.isEmpty)
    }

    @Test
    func `a server that answers PINGs is not silent because its monitoring URL fails`() {
        var watch = Watch()
        for (index, node) in cluster().enumerated() { watch.round([node], from: .url(index), connected: ["N2"]) }
        for _ in 0..<3 {
            watch.round([cluster()[0]], from: .url(0), connected: ["N2"])
            watch.round([], from: .url(1), connected: ["N2"])
        }
        #expect(watch.silent.servers.isEmpty)
        watch.round([], from: .url(1))
        #expect(watch.silent.servers.map(\.name) == ["c-2"])
    }
}
