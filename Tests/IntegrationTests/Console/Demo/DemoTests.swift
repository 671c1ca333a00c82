import Foundation
import TestSupport
import Testing

@Suite("The demo", .serialized, .timeLimit(.minutes(5)))
struct DemoTests {
    private func isGone(_ pid: Int32) -> Bool { kill(pid, 0) != 0 || isZombie(pid) }

    /// Returns whether the process has ended and was not reaped by its parent yet.
    private func isZombie(_ pid: Int32) -> Bool {
        let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return state?.split(separator: ")").last?.hasPrefix(" Z") == true
    }

    private func waitUntilGone(_ pids: [Int32]) async throws {
        // Only the parent of a process can wait for it.
        try await poll(until: "the end of all servers") { pids.allSatisfy(isGone) }
    }

    @Test
    func `three meshed clusters have traffic on the screen; quitting ends all processes`() async throws {
        let demo = try await TerminalDriver.start([try BuiltProgram.path(), "demo"], columns: 120, rows: 36)
        try await demo.waitFor("3 clusters: 3 up", within: .seconds(40))
        try await demo.waitFor("traffic on every cluster") { screen in
            ["alpha", "beta", "gamma"].allSatisfy { Self.shows(screen, trafficOn: $0) }
        }
        let program = try await demo.status().pid
        let pids = try serverPIDs(of: program)
        #expect(pids.count == 12, "nine servers and three balancers")
        try await demo.press("q")
        try await waitUntilGone(pids + [program])
        await demo.close()
    }

    /// Returns whether the overview shows messages received from a cluster. Its share of the ring is not traffic.
    private static func shows(_ screen: [String], trafficOn cluster: String) -> Bool {
        let (rate, share) = (screen.cell("IN/s", of: "  \(cluster) "), screen.cell("TRAFFIC", of: "  \(cluster) "))
        return rate?.contains { ("1"..."9").contains($0) } == true && share?.contains { ("1"..."9").contains($0) } == true
    }

    @Test
    func `clusters with and without messages are distinguished, though both have a share of the ring`() {
        let screen = [
            "│      CLUSTER  STATE                 PUB    SUB  RTT p50      p99   IN/s          OUT/s   RING  TRAFFIC   SUBS   LOST │",
            "│ ▸ ●  alpha    up 12 s               5/5    5/5  0.21 ms  0.90 ms      0              0   33 %  0 %         12      0 │",
            "│   ●  beta     up 12 s               5/5    5/5  0.24 ms   1.1 ms   1.2k   ⣶⣿⣿⣿⣿      0   35 %  98 % hot     9      0 │",
            "│   ○  gamma    down 12 s, try 7      0/5    0/5        –        –      –              1   32 %  –            7      0 │",
        ]
        #expect(["alpha", "beta", "gamma", "delta"].map { Self.shows(screen, trafficOn: $0) } == [false, true, false, false])
    }

    @Test
    func `servers and balancers end when the demo is killed with kill -9, and their files are deleted`() async throws {
        let directory = try TemporaryDirectory(for: "demo")
        let demo = try await TerminalDriver.start(
            [try BuiltProgram.path(), "demo"],
            columns: 120,
            rows: 36,
            environment: ["TMPDIR": directory.path, "XDG_RUNTIME_DIR": ""]
        )
        try await demo.waitFor("3 clusters: 3 up", within: .seconds(40))
        let program = try await demo.status().pid
        let pids = try serverPIDs(of: program)
        #expect(pids.count == 12)
        kill(program, SIGKILL)
        try await waitUntilGone(pids)
        try await poll(until: "the end of the demo's files") {
            let files = try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/roulette-demo-\(geteuid())")
            return !files.contains { $0.hasPrefix("demo-") }
        }
        await demo.close()
        try directory.remove()
    }

    @Test
    func `quitting with a frozen node and a frozen balancer ends all processes`() async throws {
        try await DemoSession.with("--clusters", "2", "--nodes", "2") { demo in
            try await demo.cause("freeze a node", on: "alpha-1", "alpha-1 frozen (SIGSTOP)")
            try await demo.cause("freeze a balancer", on: "beta", "balancer of beta frozen")
        }
    }

    @Test
    func `its services answer requests, and its slow archive reports dropped messages`() async throws {
        let directory = try TemporaryDirectory(for: "demo")
        let output = directory.path + "/out"
        // `roulette demo --headless` prints until it is stopped, so its output must be read all the time.
        let demo = try await TerminalDriver.start(
            ["/bin/sh", "-c", "exec \"$0\" demo --headless --clusters 2 --nodes 1 > \"$1\"", try BuiltProgram.path(), output],
            environment: ["TMPDIR": directory.path, "XDG_RUNTIME_DIR": ""]
        )
        struct Ready: Decodable { let config: String }
        let configuration = try await poll(for: "the line of the demo that says where its configuration is") {
            let line = (try? String(contentsOfFile: output, encoding: .utf8))?.split(separator: "\n").first ?? ""
            return try? JSONDecoder().decode(Ready.self, from: Data(line.utf8)).config
        }
        // The servers are ready, but the services may still be subscribing.
        let question = ["request", "inventory.check", "A-1001", "--json", "--config", configuration]
        let stock = try await poll(for: "an answer of the inventory service") {
            let result = try await BuiltProgram.run(question)
            return result.status == .exited(0) ? result.output : nil
        }
        #expect(stock.contains("in_stock"))
        let time = try await BuiltProgram.run(["request", "time.now", "", "--timeout", "20s", "--config", configuration])
        #expect(time.output.contains("utc"))
        let health = try await BuiltProgram.run(["sub", "services.archive.health", "--count", "1", "--config", configuration])
        #expect(health.output.contains("\"dropped\""))
        let program = try await demo.status().pid
        let pids = try serverPIDs(of: program)
        kill(program, SIGKILL)
        try await waitUntilGone(pids + [program])
        await demo.close()
        try directory.remove()
    }

    @Test
    func `its servers require a password from files of this user only, which is in no command line`() async throws {
        let directory = try TemporaryDirectory(for: "demo")
        defer { try? directory.remove() }
        let demo = try StartedProgram(
            ["demo", "--headless", "--clusters", "2", "--nodes", "2"],
            environment: ["TMPDIR": directory.path, "XDG_RUNTIME_DIR": ""]
        )
        try await demo.waitFor("\"published\"")
        struct Ready: Decodable {
            struct Cluster: Decodable {
                let address: String
                let nodes: [Node]
            }
            struct Node: Decodable {
                let address: String
                let config: String
            }
            let config: String
            let directory: String
            let clusters: [Cluster]
        }
        let ready = try JSONDecoder().decode(Ready.self, from: Data(demo.output().split(separator: "\n")[0].utf8))
        let profile = try String(contentsOfFile: ready.config, encoding: .utf8)
        let password = try #require(profile.firstMatch(of: /password = "([0-9a-f]{32})"/)?.output.1)

        var passwords: Set = [String(password)]
        for cluster in ready.clusters {
            let stranger = try await BuiltProgram.run(["status", "--server", cluster.address])
            #expect(stranger.status == .exited(1), "\(stranger.output)")
        }
        for node in ready.clusters.flatMap(\.nodes) {
            let stranger = try await BuiltProgram.run(["status", "--server", node.address])
            #expect(stranger.status == .exited(1), "\(stranger.output)")
            #expect(try permissions(node.config) == 0o600)
            let config = try String(contentsOfFile: node.config, encoding: .utf8)
            let system = try #require(config.firstMatch(of: /user: system, password: "([0-9a-f]{32})"/)?.output.1)
            passwords.insert(String(system))
            #expect(try String(contentsOfFile: node.config, encoding: .utf8).contains(password))
        }
        #expect(try permissions(ready.config) == 0o600)
        #expect(passwords.count == 2)
        for file in try FileManager.default.contentsOfDirectory(atPath: ready.directory) where file.hasSuffix(".log") {
            let log = try String(contentsOfFile: ready.directory + "/" + file, encoding: .utf8)
            for password in passwords { #expect(!log.contains(password), "\(file)") }
        }
        let processes = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int32($0) != nil }
        let commandLines = processes.map { process in
            String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data(), as: UTF8.self)
        }
        for password in passwords {
            #expect(try !demo.output().contains(password))
            #expect(!commandLines.contains { $0.contains(password) })
        }
        #expect(try await BuiltProgram.run(["pub", "orders.x", "y", "--config", ready.config]).status == .exited(0))
        demo.signal(SIGINT)
        #expect(try await demo.result().status == .signaled(SIGINT))
        #expect(!FileManager.default.fileExists(atPath: ready.directory), "the demo deletes its files before it ends")
    }

    private func permissions(_ path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    /// The servers and balancers of the demo: children of its supervisor.
    private func serverPIDs(of program: Int32) throws -> [Int32] {
        let processes = Process()
        processes.executableURL = URL(fileURLWithPath: "/bin/ps")
        processes.arguments = ["-e", "-o", "pid=,ppid=,comm="]
        let pipe = Pipe()
        processes.standardOutput = pipe
        try processes.run()
        let output = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let rows = output.split(separator: "\n").compactMap { line -> (pid: Int32, parent: Int32, name: String)? in
            let parts = line.split(separator: " ", maxSplits: 2)
            guard parts.count == 3, let pid = Int32(parts[0]), let parent = Int32(parts[1]) else { return nil }
            return (pid, parent, String(parts[2]))
        }
        var family: Set<Int32> = [program]
        while true {
            let more = Set(rows.filter { family.contains($0.parent) }.map(\.pid)).union(family)
            if more == family { break }
            family = more
        }
        return rows.filter { family.contains($0.pid) && ($0.name.contains("nats-server") || $0.name.contains("haproxy")) }.map(
            \.pid
        )
    }
}
