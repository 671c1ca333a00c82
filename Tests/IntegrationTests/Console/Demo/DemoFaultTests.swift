import Foundation
import Roulette
import TestSupport
import Testing

/// Each fault of the demo takes effect on real servers behind real balancers, is shown in the Overview, in the events and by
/// `roulette status`, and is undone.
@Suite("Faults of the demo on real servers", .serialized, .timeLimit(.minutes(5)))
struct DemoFaultTests {
    @Test
    func `a killed node and a frozen node are taken from the balancer, and come back`() async throws {
        try await DemoSession.with("--clusters", "2", "--nodes", "2") { demo in
            let balancer = try demo.balancer("alpha")
            #expect(try await demo.names(behind: balancer) == ["alpha-1", "alpha-2"])
            #expect(try demo.processes(of: "haproxy").count == 2)
            let pid = try demo.pid(of: "alpha-1")

            // First, because the routes of a server that has just started again may still be in their handshake.
            let nodes = try (1...2).map { try demo.node("alpha-\($0)") }
            try await poll(until: "the routes of alpha-1") { try await demo.routes(of: nodes[0]) == ["alpha-2"] }
            try await demo.cause("freeze a node", on: "alpha-2", "alpha-2 frozen (SIGSTOP); K resumes it")
            // A health check of a frozen node fails only by its time limit.
            try await poll(until: "only alpha-1 behind the balancer") { try await demo.names(behind: balancer) == ["alpha-1"] }
            // Its cluster still announces it, and no connection leads to it any more: only that it does not answer shows it.
            try await demo.waitForEvent("server alpha-2 does not answer, but its cluster knows it")
            try await demo.waitForOverview("alpha", "up, 1 node silent", "no answer from alpha-2")
            let frozen = try await demo.status()
            #expect(frozen.exit == .exited(1) && frozen.clusters["alpha"]?.silent == ["alpha-2"], "\(frozen)")
            #expect(frozen.clusters["alpha"]?.state == "up" && frozen.clusters["beta"]?.silent == [])
            let text = try await demo.run("status").output
            #expect(text.contains("WARNING: alpha-2 of alpha does not answer, but its cluster knows it"), "\(text)")
            try await demo.undo("alpha-2 frozen (SIGSTOP)", "alpha-2 resumed")
            try await poll(until: "both nodes behind the balancer") { try await demo.names(behind: balancer).count == 2 }
            try await demo.waitForEvent("server alpha-2 answers again")
            try await demo.waitForRecovery(of: "alpha", nodes: "2/2")
            let resumed = try await demo.status()
            #expect(resumed.exit == .exited(0) && resumed.clusters["alpha"]?.silent == [], "\(resumed)")

            try await demo.cause("kill a node", on: "alpha-1", "alpha-1 killed (SIGKILL); K starts it again")
            try await demo.waitForEvent("server alpha-1 is gone")
            try await demo.waitForOverview("alpha", "up, 1 node gone", ": alpha-1")
            #expect(try demo.processes(of: "nats-server").count == 3)
            try await poll(until: "only alpha-2 behind the balancer") { try await demo.names(behind: balancer) == ["alpha-2"] }
            for _ in 0..<4 { try await demo.connect(balancer).close() }
            // A new program cannot know a server that is gone.
            let killed = try await demo.status()
            #expect(killed.exit == .exited(0) && killed.clusters["alpha"]?.nodes.count == 1, "\(killed)")
            try await demo.undo("alpha-1 killed (SIGKILL)", "alpha-1 started again")
            try await demo.waitForEvent("server alpha-1 is back after")
            try await demo.waitForRecovery(of: "alpha", nodes: "2/2")
            #expect(try demo.pid(of: "alpha-1") != pid)
            try await poll(until: "both nodes behind the balancer") { try await demo.names(behind: balancer).count == 2 }
        }
    }

    @Test
    func `a node in lame-duck mode loses its clients and ends, and a restarted node is another server`() async throws {
        try await DemoSession.with("--clusters", "2", "--nodes", "2") { demo in
            let (balancer, node) = (try demo.balancer("beta"), try demo.node("beta-1"))
            let client = try await demo.connect(node)
            try await demo.cause("put a node into lame-duck mode", on: "beta-1", "beta-1 in lame-duck mode; K starts it again")
            try await demo.waitForEvent("beta-1 is shutting down (lame duck mode)")
            try await demo.waitForEvent("server beta-1 is gone")
            try await demo.waitForOverview("beta", "up, 1 node gone", ": beta-1")
            let leaving = try await demo.status()
            #expect(leaving.exit == .exited(0) && leaving.clusters["beta"]?.nodes.map(\.name) == ["beta-2"], "\(leaving)")
            #expect(try await !demo.terminal.screen().has("beta-1 does not answer"))
            // This client does not leave by itself.
            try await client.connection.waitUntilEnded(within: .seconds(60))
            await client.close()
            try await poll(until: "the end of beta-1", within: .seconds(60)) { try demo.processes(of: "nats-server").count == 3 }
            try await demo.undo("beta-1 in lame-duck mode", "beta-1 started again")
            try await demo.waitForEvent("server beta-1 is back after")
            try await demo.waitForRecovery(of: "beta", nodes: "2/2")
            try await poll(until: "both nodes behind the balancer") { try await demo.names(behind: balancer).count == 2 }

            let before = try await demo.monitoring("/varz", of: node)["server_id"] as? String
            try await demo.cause("restart a node", on: "beta-1", "beta-1 restarted")
            try await demo.waitForEvent("beta-1 shut down")
            try await demo.waitForRecovery(of: "beta", nodes: "2/2")
            let restarted = try await demo.status()
            #expect(restarted.exit == .exited(0) && restarted.clusters["beta"]?.nodes.count == 2, "\(restarted)")
            let after = try await demo.monitoring("/varz", of: node)["server_id"] as? String
            #expect(before != nil && after != nil && before != after)
            try await poll(until: "the routes of beta-1") { try await demo.routes(of: node) == ["beta-2"] }
            try await demo.openFaults()
            #expect(try await !demo.terminal.screen().has("undo"))
            try await demo.closeFaults()
        }
    }

    @Test
    func `cutting the routes between two nodes removes exactly those, and messages between them are lost`() async throws {
        try await DemoSession.with("--clusters", "1", "--nodes", "3") { demo in
            let nodes = try (1...3).map { try demo.node("alpha-\($0)") }
            for node in nodes {
                #expect(try await demo.routes(of: node) == nodes.map(\.name).filter { $0 != node.name })
            }
            let clients = try await [demo.connect(nodes[0]), demo.connect(nodes[1]), demo.connect(nodes[2])]
            for client in clients { try await client.subscribe(to: "cut.test") }

            try await demo.cause(
                "cut the routes between two nodes",
                on: "alpha-1 and alpha-2",
                "routes between alpha-1 and alpha-2 cut; K restores them"
            )
            // The canary reports it sooner, if the console has connections to both.
            try await demo.waitForEvent("error alpha   no route between alpha-1 and alpha-2")
            try await demo.waitForOverview("alpha", "alpha", "no route between alpha-1 and alpha-2")
            let cut = try await demo.status()
            #expect(cut.exit == .exited(1) && cut.clusters["alpha"]?.missing_routes == [["alpha-1", "alpha-2"]], "\(cut)")
            // Also if the server that is asked has no route to one of them.
            #expect(cut.clusters["alpha"]?.silent == [], "\(cut)")
            try await poll(until: "the end of the routes") {
                let routes = try await [demo.routes(of: nodes[0]), demo.routes(of: nodes[1]), demo.routes(of: nodes[2])]
                return routes == [["alpha-3"], ["alpha-3"], ["alpha-1", "alpha-2"]]
            }
            try await clients[0].publish("while cut", to: "cut.test")
            try await clients[0].flush()
            #expect(try await clients[2].nextMessage().text == "while cut")
            #expect(try await clients[0].nextMessage().text == "while cut")
            // The server tries to connect every second, and fails.
            let log = "\(demo.directory)/alpha-1.log"
            func attempts() throws -> Int {
                try String(contentsOfFile: log, encoding: .utf8).ranges(of: "Router connection closed").count
            }
            let before = try attempts()
            try await poll(until: "three attempts of alpha-1 to restore its route") { try attempts() >= before + 3 }
            #expect(try await demo.routes(of: nodes[0]) == ["alpha-3"])
            try await clients[1].flush()
            #expect(try clients[1].pendingMessages().isEmpty)

            try await demo.undo("routes between alpha-1 and alpha-2 cut", "routes between alpha-1 and alpha-2 restored")
            try await poll(until: "the full mesh") {
                let routes = try await [demo.routes(of: nodes[0]), demo.routes(of: nodes[1])]
                return routes.allSatisfy { $0.count == 2 }
            }
            try await demo.waitForEvent("every server has a route to every other again")
            try await demo.waitForRecovery(of: "alpha", nodes: "3/3")
            let restored = try await demo.status()
            #expect(restored.exit == .exited(0) && restored.clusters["alpha"]?.missing_routes == [], "\(restored)")
            // A route knows the subscriptions of the other server a moment later.
            try await poll(until: "a message on alpha-2") {
                try await clients[0].publish("restored", to: "cut.test")
                try await clients[0].flush()
                try await clients[1].flush()
                return try clients[1].pendingMessages().contains { $0.text == "restored" }
            }
            for client in clients { await client.close() }
        }
    }

    @Test(arguments: ["haproxy", "own"])
    func `a balancer is frozen, loses its nodes, leads into another cluster, and recovers`(_ kind: String) async throws {
        try await DemoSession.with("--clusters", "2", "--nodes", "2", "--balancer", kind) { demo in
            let balancer = try demo.balancer("alpha")
            try await demo.openFaults()
            #expect(try await demo.terminal.screen().has(kind == "own" ? "(own TCP balancers)" : "(HAProxy)"))
            try await demo.closeFaults()

            try await demo.cause("freeze a balancer", on: "alpha", "balancer of alpha frozen; K resumes it")
            let silent = try await TCPConnection.connect(port: balancer.port)
            try await demo.terminal.waitFor("1 up, 1 down")
            try await demo.waitForOverview("alpha", "down", "it accepted the connection but sent no INFO")
            try await demo.waitForEvent("no byte received")
            let frozen = try await demo.status()
            #expect(frozen.exit == .exited(1) && frozen.clusters["alpha"]?.state == "down", "\(frozen)")
            #expect(frozen.clusters["alpha"]?.connections[0].last_error?.contains("sent no INFO") == true)
            #expect(frozen.clusters["beta"]?.state == "up")
            #expect(silent.inbound.value.bytes.isEmpty, "the kernel accepts a connection, but no INFO comes")
            try await demo.undo("balancer of alpha frozen", "balancer of alpha resumed")
            _ = try await silent.expect("INFO ")
            await silent.close()
            try await demo.waitForRecovery(of: "alpha", nodes: "2/2")

            let before = try await demo.connect(balancer)
            try await demo.cause(
                "take all nodes from a balancer",
                on: "alpha",
                "balancer of alpha without nodes; K gives them back"
            )
            try await before.connection.waitUntilEnded()
            let refused = try await TCPConnection.connect(port: balancer.port)
            try await refused.waitUntilEnded()
            #expect(refused.inbound.value.bytes.isEmpty, "closed before INFO")
            #expect(try await demo.names(behind: balancer).isEmpty)
            try await demo.waitForOverview("alpha", "down", "is there a healthy node behind the load balancer")
            try await demo.terminal.waitFor("is there a healthy node behind the load balancer")
            let empty = try await demo.status()
            #expect(empty.exit == .exited(1) && empty.clusters["alpha"]?.state == "down", "\(empty)")
            #expect(empty.clusters["alpha"]?.connections[0].last_error?.contains("is there a healthy node") == true)
            try await demo.undo("balancer of alpha without nodes", "balancer of alpha has its nodes again")
            // A node is back after its next health check.
            try await poll(until: "both nodes behind the balancer") {
                try await demo.names(behind: balancer) == ["alpha-1", "alpha-2"]
            }
            try await demo.waitForRecovery(of: "alpha", nodes: "2/2")

            try await demo.cause(
                "lead a balancer into another cluster",
                on: "alpha",
                "balancer of alpha leads to the next cluster; K leads it back"
            )
            for _ in 0..<4 {
                let astray = try await demo.connect(balancer)
                #expect(astray.info.contains(#""cluster":"beta""#))
                await astray.close()
            }
            try await demo.waitForOverview("alpha", "wrong cluster", "leads to the cluster of beta; check the load balancer")
            try await demo.terminal.waitFor("alpha leads to the same cluster as beta")
            let astray = try await demo.status()
            #expect(astray.exit == .exited(1), "\(astray)")
            #expect(astray.clusters["alpha"]?.alarms == ["alpha leads to the same cluster as beta"])
            #expect(try await demo.names(behind: balancer) == ["beta-1", "beta-2"])
            #expect(try await demo.names(behind: demo.balancer("beta")) == ["beta-1", "beta-2"])
            try await demo.undo(
                "balancer of alpha leads to the next cluster",
                "balancer of alpha leads to its own cluster again"
            )
            for _ in 0..<4 {
                let own = try await demo.connect(balancer)
                #expect(own.info.contains(#""cluster":"alpha""#))
                await own.close()
            }
            try await demo.waitForEvent("no longer: alpha leads to the same cluster as beta")
            try await demo.waitForRecovery(of: "alpha", nodes: "2/2")
            let home = try await demo.status()
            #expect(home.exit == .exited(0) && home.clusters["alpha"]?.identity == "alpha", "\(home)")
            #expect(try await demo.names(behind: balancer) == ["alpha-1", "alpha-2"])
        }
    }

    @Test
    func `the demo's own balancers pass 20 MB, skip a dead node, and the console says that HAProxy is not used`() async throws {
        try await DemoSession.with("--clusters", "1", "--nodes", "2", "--balancer", "own") { demo in
            try await demo.terminal.waitFor("HAProxy is not used: a small TCP balancer of the demo")
            #expect(try demo.processes(of: "haproxy").isEmpty)
            let balancer = try demo.balancer("alpha")
            #expect(try await demo.names(behind: balancer) == ["alpha-1", "alpha-2"])
            // More than the buffers of sockets hold.
            let client = try await demo.connect(balancer)
            try await client.subscribe(to: "large")
            let payload = String(repeating: "x", count: 1 << 19)
            for number in 0..<40 { try await client.publish("\(number) \(payload)", to: "large") }
            for number in 0..<40 {
                let text = try await client.nextMessage().text
                #expect(text.hasPrefix("\(number) ") && text.utf8.count == payload.utf8.count + "\(number) ".utf8.count)
            }
            await client.close()

            try await demo.cause("kill a node", on: "alpha-2", "alpha-2 killed")
            for _ in 0..<4 { try await demo.connect(balancer).close() }
            #expect(try await demo.names(behind: balancer) == ["alpha-1"])
            try await demo.undo("alpha-2 killed (SIGKILL)", "alpha-2 started again")
            try await poll(until: "both nodes behind the balancer") { try await demo.names(behind: balancer).count == 2 }
        }
    }

    @Test
    func `a program with another ring publishes to the wrong cluster until it is stopped`() async throws {
        try await DemoSession.with("--clusters", "2", "--nodes", "1") { demo in
            let servers = [1, 2].map { ClusterConfiguration(host: "127.0.0.1", port: $0) }
            let ring = try RouletteClient(configuration: RouletteConfiguration(clusters: servers))
            // Among the busiest topics of the demo, one that belongs to alpha.
            let candidates = ["orders.eu.created", "payments.card.authorized", "sensors.hall1.temperature", "logs.gateway.info"]
            let topic = try #require(candidates.first { (try? ring.owner(of: $0).index) == 0 })
            let (client, owner) = try await (demo.connect(demo.balancer("beta")), demo.connect(demo.balancer("alpha")))
            try await client.subscribe(to: topic)
            try await owner.subscribe(to: topic)
            for _ in 0..<5 { _ = try await owner.nextMessage() }
            await owner.close()
            try await client.flush()
            #expect(try client.pendingMessages().isEmpty)

            try await demo.cause(
                "start a program with another ring",
                on: nil,
                "program demo billing started with another ring; K stops it"
            )
            #expect(try await client.nextMessage().subject == topic)
            func programs() async throws -> Int {
                let text = try await NATSServerProcess.get("/connz", port: demo.node("beta-1").monitorPort)
                return String(decoding: text, as: UTF8.self).ranges(of: "demo billing").count
            }
            #expect(try await programs() > 0)
            // The misrouted topics are the reason to read the lists of connections.
            try await demo.terminal.waitFor("program demo billing from 127.0.0.1 has another ring")
            try await demo.terminal.press("5")
            try await demo.terminal.waitFor("the order beta, alpha explains ")
            try await demo.terminal.waitFor("the program in the Fleet") { $0.has("demo billing", "another") }
            try await demo.terminal.press("1")
            let fleet = try await demo.run("fleet")
            #expect(fleet.status == .exited(1), "\(fleet)")
            #expect(fleet.output.contains("WARNING: on alpha it says ring=2/2, and this ring has ring=1/2"), "\(fleet.output)")
            let status = try await demo.status()
            #expect(status.exit == .exited(0), "the servers and the connections are well: \(status)")
            try await demo.undo("program demo billing started with another ring", "program demo billing stopped")
            try await poll(until: "the end of the program") { try await programs() == 0 }
            try await poll(until: "a fleet with one ring") { try await demo.run("fleet").status == .exited(0) }
            await client.close()
        }
    }
}
