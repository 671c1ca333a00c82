import NATSMonitoring
import Operations
import Settings
import TerminalUI
import Testing

@testable import Console
@testable import Roulette

@Suite("The Fleet and misrouted topics")
struct FleetTests {
    private static let clusters = ["alpha", "beta", "gamma"]

    /// Returns a reading of programs that say which position they take the first two clusters for.
    private func reading(_ programs: [(name: String, claims: [String?])], messages: Int = 0) throws -> FleetMonitoring.Reading {
        var census = FleetCensus()
        for cluster in Self.clusters.indices {
            let rows = programs.enumerated().compactMap { number, program -> String? in
                guard let claim = program.claims[cluster] else { return nil }
                return """
                    {"cid":\(number + 1),"ip":"10.0.0.1","port":4000,"name":"\(program.name) publisher 0 ring=\(claim)",
                    "in_msgs":\(messages),"out_msgs":0}
                    """
            }
            let json = #"{"server_id":"S\#(cluster)","total":\#(rows.count),"connections":[\#(rows.joined(separator: ","))]}"#
            census.add(try ConnectionList(json: Array(json.utf8), limit: 1_024), cluster: cluster)
        }
        return FleetMonitoring.Reading(
            fleet: census.fleet(comparedWith: Fixtures.ring),
            problems: [],
            connectionCount: census.connectionCount
        )
    }

    private let right: (name: String, claims: [String?]) = ("orders", ["1/3", "2/3", "3/3"])
    private let swapped: (name: String, claims: [String?]) = ("billing", ["2/3", "1/3", "3/3"])

    @Test
    func `a program with another ring is one event, and so is its correction`() throws {
        var fleet = FleetMonitoring()
        let first = fleet.record(try reading([right, swapped]), clusters: Self.clusters, at: .seconds(1))
        #expect(
            first.map(\.text.plain) == [
                "program billing from 10.0.0.1 has another ring: on alpha it says ring=2/3, and this ring has ring=1/3"
            ]
        )
        #expect(first.map(\.severity) == [.error])
        let again = fleet.record(try reading([right, swapped]), clusters: Self.clusters, at: .seconds(11))
        #expect(again.isEmpty)
        let fixed = fleet.record(
            try reading([right, (name: "billing", claims: right.claims)]),
            clusters: Self.clusters,
            at: .seconds(21)
        )
        #expect(fixed.map(\.text.plain) == ["program billing from 10.0.0.1 has the same ring again"])
    }

    @Test
    func `a program on fewer clusters is reported if two readings agree, because it may just be starting`() throws {
        var fleet = FleetMonitoring()
        let starting = try reading([(name: "orders", claims: ["1/3", "2/3", nil])])
        let first = fleet.record(starting, clusters: Self.clusters, at: .seconds(1))
        #expect(first.isEmpty)
        let events = fleet.record(starting, clusters: Self.clusters, at: .seconds(11)).map(\.text.plain)
        #expect(
            events == ["program orders from 10.0.0.1 has another ring: it is connected to 2 of the 3 clusters of its ring"]
        )
    }

    @Test
    func `rates are the difference of two readings over the time between them`() throws {
        var fleet = FleetMonitoring()
        _ = fleet.record(try reading([right], messages: 100), clusters: Self.clusters, at: .seconds(10))
        #expect(fleet.rates.isEmpty)
        _ = fleet.record(try reading([right], messages: 200), clusters: Self.clusters, at: .seconds(20))
        #expect(fleet.rates.values.map(\.messagesIn) == [30])
    }

    @Test
    func `programs are read often while they are shown, and in the background only if there are few connections`() throws {
        var shown = FleetMonitoring()
        let starts = [1, 100].map { shown.startsReading(isShown: true, connections: nil, at: .seconds($0)) }
        #expect(starts == [true, false], "the first reading is under way")
        _ = shown.record(try reading([right]), clusters: Self.clusters, at: .seconds(101))
        let next = shown.startsReading(isShown: true, connections: nil, at: .seconds(111))
        #expect(next)
        var hidden = FleetMonitoring()
        let counts: [Int?] = [nil, 10_001, 10_000]
        let background = counts.map { hidden.startsReading(isShown: false, connections: $0, at: .seconds(1)) }
        #expect(background == [false, false, true], "not before the servers have answered, and not with many connections")
    }

    @Test
    func `misrouted topics are counted by cluster, in bounded memory, and replies are not`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        let topic = "orders.eu"
        let owner = Fixtures.ring.index(of: topic)
        let other = (owner + 1) % 3
        table.receive(topic, bytes: 1, source: 1, cluster: owner, at: 1)
        for second in 2...4 { table.receive(topic, bytes: 1, source: 1, cluster: other, at: Double(second)) }
        table.receive("_INBOX.x.y", bytes: 1, source: 1, cluster: other, at: 5)
        table.receive("$SYS.x", bytes: 1, source: 1, cluster: other, at: 5)
        let snapshot = table.snapshot()
        let counts = zip(snapshot.topics, snapshot.counters).flatMap { topic, counters in
            snapshot.misrouted.counts(of: topic.serial, from: counters.clustersSeen.clusters(of: 3))
        }
        #expect(counts.map(\.cluster) == [other])
        #expect(counts.map(\.count) == [.init(messages: 3, first: 2, last: 4)])

        var full = MisroutedMessages()
        for _ in 0..<2 {
            for serial in 0..<(MisroutedMessages.capacity + 10) { full.add(topic: serial, cluster: 0, at: 1) }
        }
        let counted = (0..<(MisroutedMessages.capacity + 10)).compactMap { full.counts(of: $0, from: 0..<1).first?.count }
        #expect(counted.count == MisroutedMessages.capacity && counted.allSatisfy { $0.messages == 2 })
        full.forget(topic: 0, from: 0..<1)
        #expect(full.counts(of: 0, from: 0..<1).isEmpty)
    }
}
