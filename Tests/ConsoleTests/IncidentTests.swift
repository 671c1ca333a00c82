import TerminalUI
import Testing

@testable import Console

@Suite("Incidents")
struct IncidentTests {
    private typealias Transcript = IncidentTranscript

    private static func missing(_ count: Int, of total: Int = 4, age: Duration = .zero) -> ClusterTrouble {
        var trouble = ClusterTrouble()
        (trouble.missing, trouble.total, trouble.age) = (count, total, age)
        trouble.cause = "connection reset by peer"
        return trouble
    }

    private static func down(_ cause: SafeText, age: Duration) -> ClusterTrouble {
        var trouble = missing(4, age: age)
        (trouble.isDown, trouble.downTime, trouble.cause) = (true, age, cause)
        return trouble
    }

    private static func nodes(gone: [SafeText] = [], silent: [SafeText] = [], gaps: [SafeText] = []) -> ClusterTrouble {
        var trouble = ClusterTrouble()
        (trouble.total, trouble.gone, trouble.silent, trouble.gaps) = (4, gone, silent, gaps)
        return trouble
    }

    // MARK: Nodes

    @Test
    func `a killed node is one incident, from the lost connections until the node is back`() {
        var run = Transcript()
        run.state(9)
        run.lost(10, .publisher(0))
        run.state(10) { $0.clusters[0] = Self.missing(1) }
        run.lost(10, .subscriber(1))
        run.state(10) { $0.clusters[0] = Self.missing(2) }
        #expect(run.lines(at: 10) == ["open 0 s | 2 of 4 connections lost: connection reset by peer"])
        run.connected(10.2, .publisher(0), to: "alpha-2")
        run.connected(10.3, .subscriber(1), to: "alpha-2")
        run.missed(10.3, ">", .milliseconds(300))
        run.state(10.3)
        // The servers announce a moment later that one of them is gone.
        run.symptom(10.9, "server alpha-1 is gone")
        run.states(11...24) { $0.clusters[0] = Self.nodes(gone: ["alpha-1"]) }
        #expect(
            run.lines(at: 24) == [
                "open 14 s | node alpha-1 gone; 2 of 4 connections lost, reconnected to alpha-2, `>` missed 300 ms"
            ]
        )
        #expect(run.log.open == 1)
        run.event(25, EventRow(.note, .info, cluster: 0, detail: "server alpha-1 is back after 15 s"))
        run.states(25...40)
        #expect(
            run.lines(at: 40) == [
                "15 s | node alpha-1 was gone; 2 of 4 connections lost, reconnected to alpha-2, nothing lost, `>` missed 300 ms"
            ]
        )
        #expect(run.log.open == 0)
        #expect(run.log.incidents[0].rows.map(\.count) == [2, 2, 1, 1, 1], "all its events are in it")
    }

    @Test
    func `a frozen node is one incident, though it becomes known long after the connections are back`() {
        var run = Transcript()
        let cause: SafeText = "no byte received for 6.0 s"
        run.lost(16, .publisher(0), cause, unconfirmed: 3)
        run.state(16) { $0.clusters[0] = Self.missing(1) }
        run.connected(16.4, .publisher(0), to: "alpha-1")
        run.states(17...29)
        #expect(run.lines(at: 29).count == 1 && run.log.open == 0)
        run.symptom(30, "server alpha-2 does not answer")
        run.states(30...44) { $0.clusters[0] = Self.nodes(silent: ["alpha-2"]) }
        #expect(
            run.lines(at: 44) == [
                "open 28 s | node alpha-2 does not answer; 1 of 4 connections lost, reconnected to alpha-1, up to 3 messages lost"
            ]
        )
        run.states(45...60)
        #expect(
            run.lines(at: 60) == [
                "29 s | node alpha-2 did not answer; 1 of 4 connections lost, reconnected to alpha-1, up to 3 messages lost"
            ]
        )
    }

    @Test
    func `a node in lame-duck mode is one incident until it is back, though all connections moved before it was gone`() {
        var run = Transcript()
        run.lameDuck(5, "beta-1")
        run.event(5.1, EventRow(.moved, .info, cluster: 0, connection: .publisher(0), detail: "beta-2 2.10.22"))
        run.states(6...14)
        run.symptom(15, "server beta-1 is gone")
        run.states(15...30) { $0.clusters[0] = Self.nodes(gone: ["beta-1"]) }
        #expect(run.lines(at: 30) == ["open 25 s | node beta-1 in lame-duck mode"])
        run.states(31...40)
        #expect(run.lines(at: 40) == ["26 s | node beta-1 in lame-duck mode"])
    }

    @Test
    func `a partition is one incident, whether the canary or the servers report it first`() {
        var run = Transcript()
        var undelivered = ClusterTrouble()
        undelivered.undelivered = ["alpha-1 to alpha-2", "alpha-2 to alpha-1"]
        run.symptom(20, "messages published on alpha-1 are not received on alpha-2")
        run.states(20...29) { $0.clusters[0] = undelivered }
        #expect(run.lines(at: 29) == ["open 9 s | messages lost from alpha-1 to alpha-2, alpha-2 to alpha-1"])
        var both = undelivered
        both.gaps = ["alpha-1 and alpha-2"]
        run.symptom(30, "no route between alpha-1 and alpha-2")
        run.states(30...40) { $0.clusters[0] = both }
        run.states(41...44) { $0.clusters[0] = Self.nodes(gaps: ["alpha-1 and alpha-2"]) }
        run.states(45...60)
        #expect(
            run.lines(at: 60) == [
                "25 s | no route between alpha-1 and alpha-2; messages lost from alpha-1 to alpha-2, alpha-2 to alpha-1"
            ]
        )
    }

    // MARK: Clusters

    @Test
    func `a restarted cluster is one incident with its length, cause, losses and missed messages`() {
        var run = Transcript()
        run.shutDown(100, "alpha-1")
        run.shutDown(100, "alpha-2")
        for (index, connection) in ([.publisher(0), .publisher(1), .subscriber(0), .subscriber(1)] as [ConnectionRow.ID])
            .enumerated()
        {
            run.lost(100, connection, "the server closed the connection", unconfirmed: index == 0 ? 3 : 0)
        }
        for second in 100...113 {
            run.event(Double(second), EventRow(.retrying, .warning, cluster: 0, detail: "connection refused"))
            run.state(Double(second)) { $0.clusters[0] = Self.down("connection refused", age: .seconds(second - 100)) }
        }
        #expect(
            run.lines(at: 113) == [
                "open 13 s | down 13 s: connection refused; 2 nodes (alpha-1, alpha-2) shut down, 4 connections, "
                    + "up to 3 messages lost"
            ]
        )
        run.connected(114, .publisher(0), to: "alpha-1")
        run.state(114) { $0.clusters[0] = Self.missing(3, age: .seconds(14)) }
        run.missed(114.2, ">", .milliseconds(14_200))
        run.states(115...130)
        let full = "down 14 s: connection refused; 2 nodes (alpha-1, alpha-2) shut down, 4 connections, up to 3 messages lost, "
        #expect(run.lines(at: 130) == ["15 s | \(full)`>` missed 14 s"])
        let forms = run.log.incidents.map { IncidentText($0, at: .seconds(130)).forms.map(\.plain) }.first ?? []
        #expect(forms.contains("down 14 s: connection refused; up to 3 messages lost, `>` missed 14 s"))
        #expect(forms.contains("down 14 s; 4 connections, up to 3 messages lost, `>` missed 14 s"))
        #expect(forms.last == "down 14 s", "\(forms)")
    }

    @Test
    func `a cluster is down since its last connection was lost, not since one of its nodes was gone`() {
        var row = Fixtures.clusters[2]
        row.stateDuration = .seconds(3)
        row.nodes = Fixtures.nodes(2, connections: [0, 0, 0], gone: [1])
        let trouble = ClusterTrouble(row)
        #expect(trouble.downTime == .seconds(3) && trouble.age == .seconds(12))
        var run = Transcript()
        run.state(20) { $0.clusters[2] = trouble }
        #expect(run.lines(at: 20).first?.hasPrefix("open 12 s | down 3 s: connection refused") == true, "\(run.lines(at: 20))")
    }

    @Test
    func `a cluster that was down before the console started is an incident since then`() {
        var run = Transcript()
        run.states(5...9) { $0.clusters[1] = Self.down("connection refused", age: .seconds(30)) }
        #expect(run.log.incidents.count == 1 && run.log.incidents[0].cluster == 1)
        #expect(run.lines(at: 9).first?.hasSuffix("connection refused") == true)
        #expect(run.log.incidents[0].began.uptime == .seconds(-25))
    }

    @Test
    func `a connection that is not up at first is an incident only if it stays so`() {
        var run = Transcript()
        run.state(0.1) { $0.clusters[0] = Self.missing(1, age: .milliseconds(100)) }
        run.states(1...5)
        #expect(run.log.incidents.isEmpty)
        run.state(10) { $0.clusters[0] = Self.missing(1, age: .seconds(3)) }
        #expect(run.lines(at: 10) == ["open 3 s | 1 of 4 connections not up: connection reset by peer"])
    }

    @Test
    func `a flapping balancer is one incident that counts, and losses that are far apart are several`() {
        var run = Transcript()
        func flap(_ second: Double) {
            run.lost(second, .publisher(0))
            run.state(second) { $0.clusters[0] = Self.missing(1) }
            run.connected(second + 1, .publisher(0), to: "alpha-1")
            for later in 1...19 { run.state(second + Double(later)) }
        }
        flap(100)
        #expect(run.lines(at: 119).count == 1)
        flap(120)
        flap(140)
        flap(160)
        #expect(
            run.lines(at: 180) == [
                "1m 1s | connections lost 4 times: connection reset by peer; 1 of 4 connections lost, "
                    + "reconnected to alpha-1, nothing lost"
            ]
        )
        flap(400)
        #expect(run.lines(at: 420).count == 2)
    }

    @Test
    func `clusters that flap together are one incident each, with notes in between`() {
        var run = Transcript()
        for second in stride(from: 100.0, to: 160, by: 20) {
            for cluster in 0..<2 { run.lost(second, .publisher(0), of: cluster) }
            run.state(second) { trouble in
                for cluster in 0..<2 { trouble.clusters[cluster] = Self.missing(1) }
            }
            for cluster in 0..<2 { run.connected(second + 1, .publisher(0), of: cluster, to: "n1") }
            for later in 1...19 {
                run.event(second + Double(later), EventRow(.note, .error, detail: "note \(Int(second) + later)"))
                run.state(second + Double(later))
            }
        }
        let clusters = run.log.incidents.filter { $0.cluster != nil }
        #expect(clusters.map(\.evidence.cycles) == [3, 3])
        #expect(clusters.allSatisfy { $0.began.uptime == .seconds(100) })
    }

    @Test
    func `a balancer with an idle timeout is one open incident as long as it lasts`() {
        var run = Transcript()
        var idle = ClusterTrouble()
        (idle.total, idle.idleTimeout) = (4, "7 of 7 lost after 3.0 s idle")
        for second in stride(from: 10.0, to: 100, by: 3) {
            run.lost(second, .publisher(0))
            run.state(second) { $0.clusters[0] = idle }
            run.connected(second + 0.1, .publisher(0), to: "alpha-1")
            run.state(second + 0.1) { $0.clusters[0] = idle }
        }
        let lines = run.lines(at: 100)
        #expect(
            lines.count == 1 && lines[0].hasPrefix("open 1m 30s | flapping: 7 of 7 lost after 3.0 s idle; 1 of 4 connections")
        )
    }

    @Test
    func `a balancer that leads to another cluster is one incident with its lost connections`() {
        var run = Transcript()
        for connection in [.publisher(0), .subscriber(0)] as [ConnectionRow.ID] { run.lost(10, connection, "connection closed") }
        run.state(10) { $0.clusters[0] = Self.missing(2) }
        var astray = Self.missing(0)
        astray.alarm = "alpha leads to the same cluster as beta"
        run.symptom(11, "alpha leads to the same cluster as beta")
        run.states(11...30) { $0.clusters[0] = astray }
        run.states(31...40)
        #expect(run.lines(at: 40) == ["21 s | alpha leads to the same cluster as beta; 2 of 4 connections lost, nothing lost"])
    }

    @Test
    func `two clusters have an incident each, and a new problem long after the end is a new one`() {
        var run = Transcript()
        run.lost(10, .publisher(0), of: 0)
        run.lost(10, .publisher(0), of: 1)
        run.states(11...30)
        #expect(run.lines(at: 30).count == 2)
        run.symptom(100, "server alpha-1 is gone")
        run.states(100...101) { $0.clusters[0] = Self.nodes(gone: ["alpha-1"]) }
        #expect(run.lines(at: 101).count == 3 && run.log.open == 1)
    }

    // MARK: All clusters

    @Test
    func `clusters that become silent together are one incident of the network`() {
        var run = Transcript()
        let silence: SafeText = "no byte received for 6.0 s"
        for cluster in 0..<64 {
            run.lost(10, .publisher(0), of: cluster, silence)
            run.lost(10, .subscriber(0), of: cluster, silence)
        }
        let all = Dictionary(uniqueKeysWithValues: (0..<64).map { ($0, Self.down(silence, age: .zero)) })
        run.state(10) { $0.clusters = all }
        #expect(run.log.open == 64)
        run.event(11, EventRow(.note, .error, detail: "all clusters are silent since the same moment", trace: .silence))
        run.states(11...20) { trouble in
            trouble.clusters = all
            trouble.silentSince = .seconds(9)
        }
        #expect(run.lines(at: 20) == ["open 10 s | all clusters are silent: your own network?; 128 connections"])
        run.states(21...22) { $0.clusters = [3: Self.missing(1)] }
        run.states(23...40)
        #expect(run.lines(at: 40) == ["13 s | all clusters were silent: your own network?; 128 connections, nothing lost"])
    }

    @Test
    func `the incident of the network ends with the silence, though a node was gone before and stays so`() throws {
        let silence: SafeText = "no byte received for 6.0 s"
        var run = Transcript()
        run.symptom(10, "server alpha-1 is gone")
        run.states(10...99) { $0.clusters[0] = Self.nodes(gone: ["alpha-1"]) }
        for cluster in 0..<3 { run.lost(100, .publisher(0), of: cluster, silence) }
        run.event(100, EventRow(.note, .error, detail: "all clusters are silent since the same moment", trace: .silence))
        run.states(100...120) { trouble in
            for cluster in 0..<3 { trouble.clusters[cluster] = Self.down(silence, age: .zero) }
            trouble.clusters[0]?.gone = ["alpha-1"]
            trouble.silentSince = .seconds(98)
        }
        try #require(run.log.incidents.map(\.subject) == [.cluster(0), .network])
        #expect(run.log.incidents[0].began.uptime == .seconds(10), "it has its own cause")
        #expect(run.log.incidents[1].evidence.downTime(at: .seconds(120)) == .seconds(20))
        run.states(121...129) { $0.clusters[0] = Self.nodes(gone: ["alpha-1"]) }
        #expect(run.log.open == 1)
        #expect(run.lines(at: 129).last == "21 s | all clusters were silent: your own network?; 2 connections, nothing lost")
        run.lost(130, .publisher(0), of: 1)
        run.states(130...140) { $0.clusters[0] = Self.nodes(gone: ["alpha-1"]) }
        #expect(run.log.incidents.map(\.subject) == [.cluster(0), .network, .cluster(1)])
        #expect(run.log.incidents.map(\.isOpen) == [true, false, false])
    }

    @Test
    func `a cluster that stays down after a silence of all clusters has an incident of its own`() throws {
        var run = Transcript()
        let all = Dictionary(uniqueKeysWithValues: (0..<3).map { ($0, Self.down("timed out", age: .seconds(1))) })
        run.states(10...20) { trouble in
            trouble.clusters = all
            trouble.silentSince = .seconds(8)
        }
        run.states(21...35) { $0.clusters = [2: Self.down("timed out", age: .seconds(12))] }
        #expect(run.log.incidents.map(\.subject) == [.network], "the clusters reconnect one after another")
        run.states(36...40) { $0.clusters = [2: Self.down("timed out", age: .seconds(28))] }
        try #require(run.log.incidents.map(\.subject) == [.network, .cluster(2)])
        #expect(run.log.incidents[0].ended == .seconds(21))
        #expect(run.log.incidents[1].isOpen && run.log.incidents[1].began.uptime == .seconds(8))
    }

    @Test
    func `a program with another ring is one incident with the order that explains it, until its last message`() {
        var run = Transcript()
        run.state(50) { $0.misrouted = (.seconds(42), .seconds(50)) }
        #expect(run.log.incidents.isEmpty, "a few misrouted messages are explained first")
        run.event(51, EventRow(.note, .error, detail: "topics are published to the wrong cluster", trace: .otherRing))
        let order: SafeText = "the order beta, alpha explains 9 of 9 topics"
        run.state(51) { trouble in
            (trouble.misrouted, trouble.explanation) = ((.seconds(42), .seconds(51)), order)
        }
        #expect(run.lines(at: 51) == ["open 9 s | topics on the wrong cluster: \(order.plain)"])
        run.event(56, EventRow(.note, .error, detail: "program billing has another ring: 2/2", trace: .otherRing))
        for second in 56...80 {
            run.state(Double(second)) { trouble in
                (trouble.misrouted, trouble.explanation) = ((.seconds(42), .seconds(Double(second))), order)
                trouble.programs = ["billing from 127.0.0.1"]
            }
        }
        // The program was stopped. The evidence is still remembered for a while.
        run.states(81...84) { trouble in
            (trouble.misrouted, trouble.explanation) = ((.seconds(42), .seconds(80)), order)
            trouble.programs = ["billing from 127.0.0.1"]
        }
        run.states(85...120) { trouble in
            (trouble.misrouted, trouble.explanation) = ((.seconds(42), .seconds(80)), order)
        }
        #expect(run.lines(at: 120) == ["38 s | program billing from 127.0.0.1 has another ring; \(order.plain)"])
    }

    @Test
    func `misrouted messages of an earlier problem do not belong to an incident of programs`() {
        var run = Transcript()
        run.states(1000...1060) { trouble in
            (trouble.misrouted, trouble.programs) = ((.seconds(42), .seconds(80)), ["billing from 127.0.0.1"])
        }
        #expect(run.lines(at: 1060) == ["open 1m 0s | program billing from 127.0.0.1 has another ring"])
        run.states(1061...1070) { $0.misrouted = (.seconds(42), .seconds(80)) }
        #expect(run.lines(at: 1070) == ["1m 1s | program billing from 127.0.0.1 has another ring"])
    }

    // MARK: Notes

    @Test
    func `a warning without a cause is a note, repetitions are counted, and information is no incident`() {
        var run = Transcript()
        run.event(1, EventRow(.connected, .info, cluster: 0, connection: .publisher(0), detail: "alpha-1"))
        run.event(2, EventRow(.note, .info, detail: "watching >"))
        run.event(3, EventRow(.retrying, .warning, cluster: 0, detail: "connection refused"))
        #expect(run.log.incidents.isEmpty)
        for second in [4.0, 20, 40] {
            run.event(second, EventRow(.slowConsumer, .warning, cluster: 0, detail: "archive is too slow"))
        }
        run.event(41, EventRow(.note, .error, detail: "the login was refused"))
        #expect(run.lines(at: 50) == ["warn | archive is too slow (3 times)", "error | the login was refused"])
        #expect(run.log.open == 0, "a note is never open")
    }

    @Test
    func `a warning during an incident belongs to it`() {
        var run = Transcript()
        run.lost(10, .publisher(0))
        run.state(10) { $0.clusters[0] = Self.missing(1) }
        run.event(11, EventRow(.note, .warning, cluster: 0, detail: "63 clients connected within 10 s"))
        run.event(12, EventRow(.note, .warning, cluster: 1, detail: "another cluster"))
        #expect(run.lines(at: 12).count == 2)
        #expect(run.log.incidents[0].rows.map(\.text.plain).last == "63 clients connected within 10 s")
    }

    @Test
    func `open incidents come first and stay, while the oldest closed ones are removed`() {
        var run = Transcript()
        run.state(1) { $0.clusters[0] = Self.missing(1, age: .seconds(5)) }
        for number in 0..<IncidentLog.capacity + 50 {
            run.event(2, EventRow(.note, .error, detail: "note \(number)"))
        }
        #expect(run.log.incidents.count == IncidentLog.capacity)
        #expect(run.log.open == 1 && run.log.sorted.first?.isOpen == true)
        #expect(run.lines(at: 2).last == "error | note \(IncidentLog.capacity + 49)")
        for _ in 0..<500 { run.lost(3, .publisher(0), "cause") }
        for number in 0..<500 { run.lost(3, .publisher(0), "cause \(number)") }
        let incident = run.log.sorted[0]
        #expect(incident.rows.count <= 64 && incident.droppedRows > 400 && incident.evidence.losses == 1000)
    }
}
