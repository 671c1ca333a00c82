import Testing

@testable import NATSMonitoring

/// The answers of servers that count a given number of messages per second.
struct SimulatedNode {
    let id: String
    let name: String
    /// Messages of clients per second.
    var rate: UInt64
    /// Messages from other servers per second, by the id of the server.
    var routes: [(id: String, name: String, rate: UInt64)] = []
    /// The difference of the server's clock.
    var clockOffset: Int64 = 0

    /// Returns the answer of the server at a second.
    func answer(_ second: UInt64, routesKnown: Bool = true) -> NodeAnswer {
        let total = rate + routes.reduce(0) { $0 + $1.rate }
        let status = """
            {"server_id":"\(id)","server_name":"\(name)","cluster":{"name":"c"},"now":"\(time(second))","in_msgs":\(total * second),
            "out_msgs":0,"in_bytes":\(total * second * 10),"out_bytes":0,"connections":2}
            """
        let list = routes.enumerated().map { index, route in
            """
            {"rid":\(index + 1),"remote_id":"\(route.id)","remote_name":"\(route.name)","in_msgs":\(route.rate * second),
            "in_bytes":\(route.rate * second * 10)}
            """
        }
        do {
            var answer = NodeAnswer(status: try ServerStatus(json: Array(status.utf8)), at: .seconds(second))
            if routesKnown {
                let json = """
                    {"server_id":"\(id)","now":"\(time(second))","routes":[\(list.joined(separator: ","))]}
                    """
                answer.routes = try RouteList(json: Array(json.utf8))
                answer.routesAt = .seconds(second)
            }
            return answer
        } catch {
            preconditionFailure("the answer can be read: \(error)")
        }
    }

    private func time(_ second: UInt64) -> String {
        let second = Int64(second) + clockOffset
        let (minute, rest) = (second / 60, second % 60)
        return "2026-11-27T0\(minute / 60):\(minute % 60 < 10 ? "0" : "")\(minute % 60):\(rest < 10 ? "0" : "")\(rest)Z"
    }
}

@Suite("Readings of nodes", .timeLimit(.minutes(2)))
struct NodeReadingsTests {
    private func node(_ number: Int, rate: UInt64 = 100) -> SimulatedNode {
        SimulatedNode(id: "N\(number)", name: "c-\(number)", rate: rate)
    }

    /// Three servers, each with a route to the others.
    private var cluster: [SimulatedNode] {
        (1...3).map { number in
            var node = node(number, rate: UInt64(number) * 1000)
            node.routes = (1...3).filter { $0 != number }.map { ("N\($0)", "c-\($0)", UInt64($0) * 1000) }
            return node
        }
    }

    @Test
    func `a URL that leads to three servers in turn gives each server its own rate`() throws {
        var readings = NodeReadings()
        let nodes = cluster
        for round in 1...9 {
            let node = nodes[round % 3]
            readings.record(node.answer(UInt64(round) * 2), from: .url(0))
            readings.endRound(of: .url(0), answered: [node.id])
        }
        #expect(readings.nodes.map(\.name) == ["c-1", "c-2", "c-3"])
        #expect(readings.reach(of: .url(0)) == .severalServers)
        // Each server counts the messages of its clients and those from the other two.
        #expect(readings.nodes.map { $0.rates?.messagesIn } == [6000, 6000, 6000])
        let reading = ClusterReading(readings, present: [:])
        #expect(readings["N2"]?.clientRates?.messagesIn == nil, "it has not answered in the last two rounds")
        #expect(reading.count == 3)
    }

    @Test
    func `the rate of the clients leaves out what servers send each other, and the sum counts each message once`() throws {
        var readings = NodeReadings()
        for second in [2, 4] as [UInt64] {
            for node in cluster { readings.record(node.answer(second), from: .systemAccount) }
            readings.endRound(of: .systemAccount, answered: Set(cluster.map(\.id)))
        }
        #expect(readings.nodes.map { $0.clientRates?.messagesIn } == [1000, 2000, 3000])
        #expect(readings.nodes.map { $0.clientRates?.bytesIn } == [10_000, 20_000, 30_000])
        let reading = ClusterReading(readings, present: ["N3": "c-3", "N9": "c-9"])
        #expect(reading.rates.sum.messagesIn == 6000 && reading.rates.known == 3)
        #expect(reading.count == 4 && reading.unread.map(\.name) == ["c-9"])
        #expect(!reading.ratesIncludeRoutes)
    }

    @Test
    func `without routes the rates include the messages between servers, which is said`() {
        var readings = NodeReadings()
        for second in [2, 4] as [UInt64] {
            for node in cluster { readings.record(node.answer(second, routesKnown: false), from: .url(0)) }
        }
        let reading = ClusterReading(readings, present: [:])
        #expect(reading.rates.sum.messagesIn == 18_000)
        #expect(reading.ratesIncludeRoutes)
    }

    @Test
    func `a restart gives no rate, and the server is listed once with its new id`() {
        var readings = NodeReadings()
        let old = SimulatedNode(id: "OLD", name: "c-1", rate: 100)
        let new = SimulatedNode(id: "NEW", name: "c-1", rate: 900)
        readings.record(old.answer(10), from: .url(0))
        readings.record(old.answer(12), from: .url(0))
        #expect(readings.nodes.first?.clientRates?.messagesIn == 100)
        readings.record(new.answer(14), from: .url(0))
        #expect(readings.nodes.map(\.id) == ["NEW"])
        #expect(readings.nodes.first?.rates == nil)
        #expect(readings.reach(of: .url(0)) == .unknown, "a restart is not a second server")
        readings.record(new.answer(16), from: .url(0))
        #expect(readings.nodes.first?.clientRates?.messagesIn == 900)
        // The old one is back: there were two servers with the same name.
        readings.record(old.answer(18), from: .url(0))
        #expect(readings.nodes.map(\.id) == ["NEW", "OLD"])
        #expect(readings.reach(of: .url(0)) == .severalServers)
    }

    @Test
    func `one answer, a counter that decreased, a long pause and a route that ended give no rate`() {
        var readings = NodeReadings()
        var node = cluster[0]
        readings.record(node.answer(10), from: .url(0))
        #expect(readings["N1"]?.clientRates == nil)
        readings.record(node.answer(12), from: .url(0))
        #expect(readings["N1"]?.clientRates?.messagesIn == 1000)
        let earlier = node.answer(11)
        readings.record(NodeAnswer(status: earlier.status, at: .seconds(14)), from: .url(0))
        #expect(readings["N1"]?.rates == nil)
        readings.record(node.answer(16), from: .url(0))
        readings.record(node.answer(78), from: .url(0))
        #expect(readings["N1"]?.rates == nil, "the average of a minute is not the rate now")
        readings.record(node.answer(80), from: .url(0))
        #expect(readings["N1"]?.clientRates?.messagesIn == 1000)
        node.routes.removeLast()
        readings.record(node.answer(82), from: .url(0))
        #expect(readings["N1"]?.clientRates == nil, "what the route did until its end is not known")
    }

    @Test
    func `two answers within half a second change no rate, and the next one counts from the first`() {
        var readings = NodeReadings()
        let node = node(1)
        readings.record(node.answer(10), from: .url(0))
        readings.record(node.answer(12), from: .url(0))
        readings.record(NodeAnswer(status: node.answer(13).status, at: .milliseconds(12_010)), from: .url(0))
        #expect(readings["N1"]?.rates?.messagesIn == 100)
        readings.record(node.answer(14), from: .url(0))
        #expect(readings["N1"]?.rates?.messagesIn == 100)
    }

    @Test
    func `the clock of the server decides, unless it was set`() {
        var readings = NodeReadings()
        var node = node(1)
        let late = NodeAnswer(status: node.answer(12).status, at: .milliseconds(13_500))
        readings.record(node.answer(10), from: .url(0))
        readings.record(late, from: .url(0))
        #expect(readings["N1"]?.rates?.messagesIn == 100, "an answer that arrives late does not change the rate")
        node.clockOffset = 3600
        readings.record(node.answer(14), from: .url(0))
        #expect(abs((readings["N1"]?.rates?.messagesIn ?? 0) - 400) < 1, "200 messages in the half second between the answers")
    }

    @Test
    func `a server that misses two rounds of its source, or of the system account, is silent`() {
        var readings = NodeReadings()
        for node in cluster { readings.record(node.answer(2), from: .systemAccount) }
        readings.record(node(9).answer(2), from: .url(1))
        readings.endRound(of: .systemAccount, answered: ["N1", "N2", "N3"])
        readings.endRound(of: .systemAccount, answered: ["N1", "N2"])
        #expect(readings["N3"]?.isSilent == false)
        readings.endRound(of: .systemAccount, answered: ["N1", "N2"])
        #expect(readings["N3"]?.isSilent == true)
        #expect(readings["N9"]?.isSilent == true, "the system account reaches every server")
        readings.record(node(9).answer(7), from: .url(1))
        for _ in 0..<3 { readings.endRound(of: .url(0), answered: []) }
        #expect(readings["N9"]?.isSilent == false)
        readings.record(cluster[2].answer(8), from: .systemAccount)
        #expect(readings["N3"]?.isSilent == false)
        let failure = MonitorError(.refused, "no")
        readings.endRound(of: .systemAccount, answered: [], failure: failure)
        #expect(readings.failure(of: .systemAccount) == failure)
        readings.endRound(of: .systemAccount, answered: ["N1"])
        #expect(readings.failure(of: .systemAccount) == nil)
    }

    @Test
    func `a peer cannot fill the memory with servers`() {
        var readings = NodeReadings()
        for number in 0..<(NodeReadings.capacity + 100) {
            readings.record(node(number).answer(UInt64(number / 50)), from: .url(0))
        }
        #expect(readings.nodes.count == NodeReadings.capacity)
        #expect(readings["N0"] == nil && readings["N355"] != nil, "the oldest are forgotten")
        readings.record(node(999).answer(7200), from: .url(0))
        #expect(readings.nodes.map(\.id) == ["N999"], "servers that have been silent for an hour are forgotten")
    }

    @Test
    func `a URL counts as that of one server after enough answers, and of several at the first other name`() {
        var readings = NodeReadings()
        for second in 1...20 as ClosedRange<UInt64> { readings.record(node(1).answer(second), from: .url(0)) }
        #expect(readings.reach(of: .url(0)) == .oneServer)
        readings.record(node(2).answer(21), from: .url(0))
        #expect(readings.reach(of: .url(0)) == .severalServers)
        #expect(readings.reach(of: .url(1)) == .unknown)
    }

    // MARK: Routes

    private func mesh(_ nodes: [SimulatedNode], present: [String: String] = [:]) -> RouteMesh {
        var readings = NodeReadings()
        for node in nodes { readings.record(node.answer(2), from: .systemAccount) }
        return ClusterReading(readings, present: present).mesh
    }

    @Test
    func `a complete mesh has n times n - 1 routes, and a pair without a route is named`() {
        var nodes = cluster
        #expect(mesh(nodes).present == 6 && mesh(nodes).expected == 6 && mesh(nodes).gaps.isEmpty)
        nodes[0].routes.removeAll { $0.id == "N3" }
        nodes[2].routes.removeAll { $0.id == "N1" }
        let cut = mesh(nodes)
        #expect(cut.present == 4 && cut.expected == 6)
        #expect(cut.gaps == [RouteMesh.Gap(one: "c-1", other: "c-3")])
    }

    @Test
    func `a server that is only known from a connection lacks the routes that the others do not have`() {
        var nodes = cluster
        nodes[0].routes.removeAll { $0.id == "N3" }
        nodes[1].routes.removeAll { $0.id == "N3" }
        let partition = mesh(Array(nodes.prefix(2)), present: ["N3": "c-3"])
        #expect(partition.gaps == [RouteMesh.Gap(one: "c-1", other: "c-3"), RouteMesh.Gap(one: "c-2", other: "c-3")])
        #expect(partition.listed == 2 && partition.present == 2 && partition.expected == 4)
        let dead = mesh(Array(nodes.prefix(2)))
        #expect(dead.gaps.isEmpty && dead.expected == 2, "a server that is gone is not a gap")
    }
}
