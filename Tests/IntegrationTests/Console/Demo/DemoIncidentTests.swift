import Foundation
import TestSupport
import Testing

/// The incidents of the Overview agree with what was done to the demo.
@Suite("Incidents of the demo on real servers", .serialized, .timeLimit(.minutes(10)))
struct DemoIncidentTests {
    /// How much shorter an incident may be than the time since its cause, in seconds. A problem is noticed later than it is caused,
    /// and the screens of a loaded machine are old.
    private static let tolerance = 6.0
    /// The length that an incident must reach before its length is compared. It exceeds the tolerance, so that the comparison can
    /// fail.
    private static let leastLength = 10.0

    private func seconds(since start: ContinuousClock.Instant) -> Double {
        (ContinuousClock.now - start) / .seconds(1)
    }

    /// Expects this number of incidents of a cluster.
    private func expect(_ count: Int, of cluster: String, _ demo: DemoSession) async throws {
        let incidents = try await demo.incidents()
        #expect(incidents.count { $0.cluster == cluster } == count, "\(incidents)")
    }

    @Test
    func `each fault is one line with its length, its losses and its words`() async throws {
        try await DemoSession.with("--clusters", "3", "--nodes", "3") { demo in
            try await demo.terminal.waitFor("3 clusters: 3 up")

            // A killed node: its connections move to the other one at once, but the node is gone until it is started.
            var start = ContinuousClock.now
            try await demo.cause("kill a node", on: "alpha-1", "alpha-1 killed (SIGKILL); K starts it again")
            var caused = ContinuousClock.now
            let killed = try await demo.waitForIncident(of: "alpha", isOpen: true, "node alpha-1 gone", least: Self.leastLength)
            #expect(killed.seconds <= seconds(since: start) + 1, "\(killed)")
            #expect(killed.seconds >= seconds(since: caused) - Self.tolerance, "\(killed)")
            #expect(try await demo.terminal.screen()[0].contains("1 incident"))
            try await demo.undo("alpha-1 killed (SIGKILL)", "alpha-1 started again")
            let back = try await demo.waitForIncident(of: "alpha", isOpen: false, "node alpha-1 was gone")
            #expect(back.seconds <= seconds(since: start) + 1, "\(back)")
            #expect(back.seconds >= killed.seconds, "\(back)")
            try await expect(1, of: "alpha", demo)

            // A frozen node: it does not answer, and its connections are lost when their PINGs are not answered.
            start = .now
            try await demo.cause("freeze a node", on: "beta-2", "beta-2 frozen (SIGSTOP); K resumes it")
            _ = try await demo.waitForIncident(of: "beta", isOpen: true, "node beta-2 does not answer")
            try await demo.undo("beta-2 frozen (SIGSTOP)", "beta-2 resumed")
            let frozen = try await demo.waitForIncident(of: "beta", isOpen: false, "node beta-2 did not answer")
            #expect(frozen.seconds <= seconds(since: start) + 1, "\(frozen)")
            try await expect(1, of: "beta", demo)

            // A balancer without nodes: the cluster is down, with all its connections.
            start = .now
            try await demo.cause(
                "take all nodes from a balancer",
                on: "gamma",
                "balancer of gamma without nodes; K gives them back"
            )
            caused = .now
            let down = try await demo.waitForIncident(of: "gamma", isOpen: true, "down ", least: Self.leastLength)
            #expect(down.text.contains("connections"), "\(down)")
            #expect(down.seconds <= seconds(since: start) + 1, "\(down)")
            #expect(down.seconds >= seconds(since: caused) - Self.tolerance, "\(down)")
            try await demo.undo("balancer of gamma without nodes", "balancer of gamma has its nodes again")
            let up = try await demo.waitForIncident(of: "gamma", isOpen: false, "down ")
            let connections = try await demo.status().clusters["gamma"]?.connections.count
            #expect(connections != nil && up.seconds <= seconds(since: start) + 1, "\(up)")
            #expect(up.text.contains("connections"), "\(up)")
            #expect(up.text.contains("`>` missed"), "the console watches >: \(up)")
            try await expect(1, of: "gamma", demo)

            // A program with another ring is of no cluster.
            try await demo.cause(
                "start a program with another ring",
                on: nil,
                "program demo billing started with another ring; K stops it"
            )
            let program = "program demo billing from 127.0.0.1 has another ring"
            let ring = try await demo.waitForIncident(of: "", isOpen: true, program)
            #expect(ring.cluster.isEmpty)
            _ = try await demo.waitForIncident(of: "", isOpen: true, "the order beta, alpha, gamma explains")
            try await demo.undo("program demo billing started with another ring", "program demo billing stopped")
            _ = try await demo.waitForIncident(of: "", isOpen: false, program)
            try await expect(1, of: "", demo)

            // A partition. It has a line of its own, because the killed node was another problem.
            start = .now
            try await demo.cause(
                "cut the routes between two nodes",
                on: "alpha-1 and alpha-2",
                "routes between alpha-1 and alpha-2 cut; K restores them"
            )
            _ = try await demo.waitForIncident(of: "alpha", isOpen: true, "no route between alpha-1 and alpha-2")
            try await demo.undo("routes between alpha-1 and alpha-2 cut", "routes between alpha-1 and alpha-2 restored")
            let cut = try await demo.waitForIncident(of: "alpha", isOpen: false, "no route between alpha-1 and alpha-2")
            #expect(cut.seconds <= seconds(since: start) + 1, "\(cut)")
            try await expect(2, of: "alpha", demo)
            #expect(try await !demo.terminal.screen()[0].contains("incident"))
        }
    }
}
