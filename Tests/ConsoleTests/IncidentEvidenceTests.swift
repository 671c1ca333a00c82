import TerminalUI
import Testing

@testable import Console

@Suite("Evidence of incidents")
struct IncidentEvidenceTests {
    // MARK: Nodes known by their addresses

    @Test
    func `a node that asks its clients to leave, and is then gone by its address, is one incident`() {
        var run = IncidentTranscript()
        run.lameDuck(5, "beta-1")
        run.states(6...14)
        #expect(run.log.open == 0)
        var trouble = ClusterTrouble()
        (trouble.total, trouble.goneAddresses) = (4, ["10.0.1.1:4222"])
        run.symptom(15, "server 10.0.1.1:4222 is gone")
        run.states(15...30) { $0.clusters[0] = trouble }
        #expect(run.lines(at: 30) == ["open 25 s | node beta-1 in lame-duck mode"])
        trouble.goneAddresses.append("10.0.1.2:4222")
        run.states(31...32) { $0.clusters[0] = trouble }
        #expect(
            run.lines(at: 32) == ["open 27 s | node beta-1 in lame-duck mode; node 10.0.1.2:4222 gone"],
            "the second one did not ask its clients to leave"
        )
    }

    @Test
    func `a node that is gone by its address is another incident if the one in lame-duck mode is gone by its name`() {
        var run = IncidentTranscript()
        run.lameDuck(5, "beta-1")
        var trouble = ClusterTrouble()
        (trouble.total, trouble.gone) = (4, ["beta-1"])
        run.states(6...14) { $0.clusters[0] = trouble }
        run.states(15...24)
        (trouble.gone, trouble.goneAddresses) = ([], ["10.0.1.2:4222"])
        run.states(25...30) { $0.clusters[0] = trouble }
        #expect(run.lines(at: 30) == ["10 s | node beta-1 in lame-duck mode", "open 5 s | node 10.0.1.2:4222 gone"])
    }

    @Test
    func `servers that are gone have names if a connection led to them, and addresses otherwise`() {
        var row = Fixtures.clusters[0]
        row.nodes = Fixtures.nodes(0, connections: [10, 0, 2], gone: [1, 2])
        let trouble = ClusterTrouble(row)
        #expect(trouble.gone.map(\.plain) == ["alpha-3"])
        #expect(trouble.goneAddresses.map(\.plain) == ["10.0.0.2:4222"])
    }

    // MARK: Programs

    @Test
    func `the order that explains misrouted topics is complete, whatever the names of the clusters contain`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for number in 0..<30 {
            let topic = "orders.\(number)"
            let owner = Fixtures.ring.index(of: topic)
            table.receive(topic, source: 1, cluster: owner == 2 ? 2 : 1 - owner, at: 99)
        }
        var data = Fixtures.data(names: ["alpha", "be; ta", "gamma"])
        data.traffic = table.snapshot()
        let evidence = MisroutingReport.Evidence(data.traffic, at: 100)
        _ = data.fleet.record(MisroutingReport(evidence, clusterCount: 3, isNumbered: true), data.deployment)
        let count = evidence.sightings.count
        #expect(
            Trouble(data).explanation?.plain == "the order be; ta, alpha, gamma explains \(count) of \(count) topics"
        )
    }

    @Test
    func `all programs with another ring are counted, though only some are named`() {
        var run = IncidentTranscript()
        run.state(1) { $0.programs = (0..<150).map { "p\($0)" } }
        #expect(run.lines(at: 1) == ["open 0 s | 150 programs have another ring: p0, p1, p2 and 147 more"])
    }

    // MARK: Events

    @Test
    func `an incident keeps its first and its newest events, fewer when it is closed`() {
        var run = IncidentTranscript()
        run.lost(10, .publisher(0))
        for number in 0..<100 { run.symptom(10, "problem \(number)") }
        run.state(10) { $0.clusters[0] = Self.missing }
        #expect(run.log.incidents[0].rows.count == Incident.rowCapacity)
        run.states(11...20)
        let closed = run.log.incidents[0]
        #expect(!closed.isOpen && closed.rows.count == Incident.closedRowCapacity)
        #expect(closed.droppedRows == 101 - Incident.closedRowCapacity)
        #expect(closed.rows.prefix(4).map(\.text.plain).last == "problem 2")
        #expect(closed.rows.last?.text.plain == "problem 99")
    }

    @Test
    func `an incident that takes in others keeps the first events of all`() {
        var run = IncidentTranscript()
        for cluster in 0..<2 {
            for number in 0..<40 { run.lost(10 + Double(cluster), .publisher(0), of: cluster, "cause \(number)") }
        }
        run.event(12, EventRow(.note, .error, detail: "all clusters are silent", trace: .silence))
        run.state(12) { trouble in
            trouble.clusters = [0: Self.missing, 1: Self.missing]
            trouble.silentSince = .seconds(9)
        }
        let incident = run.log.incidents[0]
        #expect(run.log.incidents.count == 1)
        #expect(incident.rows.count == Incident.rowCapacity && incident.droppedRows == 81 - Incident.rowCapacity)
        #expect(incident.rows.first?.detail == "cause 0")
    }

    private static var missing: ClusterTrouble {
        var trouble = ClusterTrouble()
        (trouble.missing, trouble.total) = (1, 4)
        return trouble
    }

    @Test
    func `an event that repeats another one keeps the worse severity, and what both have in common`() {
        func moved(_ connection: ConnectionRow.ID, unconfirmed: UInt64) -> EventRow {
            var row = EventRow(
                .moved,
                unconfirmed > 0 ? .warning : .info,
                cluster: 0,
                connection: connection,
                detail: "n2 2.12.0",
                unconfirmed: unconfirmed
            )
            row.server = "n2"
            return row
        }
        var log = EventList()
        log.append(moved(.publisher(0), unconfirmed: 0), at: Fixtures.now)
        #expect(log.rows.last?.connection == .publisher(0))
        log.append(moved(.subscriber(1), unconfirmed: 2), at: Fixtures.now)
        #expect(log.rows.map(\.text.plain) == ["2 connections moved to n2 2.12.0, up to 2 messages not confirmed"])
        #expect(log.rows.last?.severity == .warning && log.rows.last?.server == "n2")
        #expect(log.rows.last?.connection == nil)
    }

    // MARK: The state

    @Test
    func `however many events arrive between two frames, the incidents are updated once`() {
        var model = Fixtures.model()
        for _ in 0..<100 { _ = update(&model, .snapshot(Fixtures.clusters)) }
        #expect(model.data.incidents.incidents.isEmpty && model.data.hasNewState)
        model.prepareFrame()
        #expect(model.data.incidents.open == 2 && !model.data.hasNewState)
    }
}
