import Foundation
import TestSupport
import Testing

@Suite("The demo", .serialized, .timeLimit(.minutes(5)))
struct DemoTests {
    private func isGone(_ pid: Int32) -> Bool { kill(pid, 0) != 0 || isZombie(pid) }

    /// Ended, and only not asked for by its parent yet.
    private func isZombie(_ pid: Int32) -> Bool {
        let state = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
        return state?.split(separator: ")").last?.hasPrefix(" Z") == true
    }

    private func waitUntilGone(_ pids: [Int32]) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while !pids.allSatisfy(isGone) {
            try #require(ContinuousClock.now < deadline, "servers are still there")
            // A process that is nobody's child any more cannot be waited for.
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("three meshed clusters with traffic on the screen; quitting leaves nothing behind")
    func quit() async throws {
        let demo = try await TerminalDriver.start([try BuiltProgram.path(), "demo"], columns: 120, rows: 36)
        try await demo.waitFor("3 clusters: 3 up", within: .seconds(40))
        try await demo.waitFor("traffic on every cluster") { screen in
            ["alpha", "beta", "gamma"].allSatisfy { name in
                screen.contains { $0.contains(name) && $0.contains(" up ") && $0.contains("%") && !$0.contains(" 0 %") }
            }
        }
        let program = try await demo.status().pid
        let pids = try serverPIDs(of: program)
        #expect(pids.count == 6)
        try await demo.press("q")
        try await waitUntilGone(pids + [program])
        await demo.close()
    }

    @Test("servers do not survive a kill -9 of the demo")
    func killed() async throws {
        let demo = try await TerminalDriver.start([try BuiltProgram.path(), "demo"], columns: 120, rows: 36)
        try await demo.waitFor("3 clusters: 3 up", within: .seconds(40))
        let program = try await demo.status().pid
        let pids = try serverPIDs(of: program)
        #expect(pids.count == 6)
        kill(program, SIGKILL)
        try await waitUntilGone(pids)
        await demo.close()
    }

    @Test("K kills a node and starts it again, freezes it and lets it go on; quitting with one frozen leaves nothing behind")
    func nodes() async throws {
        let demo = try await TerminalDriver.start([try BuiltProgram.path(), "demo"], columns: 120, rows: 36)
        try await demo.waitFor("3 clusters: 3 up", within: .seconds(40))
        let program = try await demo.status().pid
        let before = try serverPIDs(of: program)
        try await demo.press("K")
        try await demo.waitFor("alpha-1")
        try await demo.press("Enter")
        try await demo.waitFor("alpha-1 killed (SIGKILL); K starts it again")
        try await demo.waitFor("2 up, 1 down")
        let left = try serverPIDs(of: program)
        #expect(left.count == 5)

        try await demo.press("K")
        try await demo.waitFor("stopped")
        try await demo.press("Enter")
        try await demo.waitFor("alpha-1 started")
        try await demo.waitFor("3 clusters: 3 up")
        let after = try serverPIDs(of: program)
        #expect(after.count == 6)
        #expect(Set(after) != Set(before))

        try await demo.press("K")
        try await demo.waitFor("Nodes of the demo")
        try await demo.press("f")
        try await demo.waitFor("alpha-1 frozen (SIGSTOP)")
        try await demo.press("K")
        try await demo.waitFor("frozen")
        try await demo.press("f")
        try await demo.waitFor("alpha-1 goes on")
        try await demo.press("K")
        try await demo.waitFor("Nodes of the demo")
        try await demo.press("f")
        try await demo.waitFor("alpha-1 frozen (SIGSTOP)")
        try await demo.press("q")
        try await waitUntilGone(after + [program])
        await demo.close()
    }

    @Test("its services answer requests, and its slow archive says what it drops")
    func services() async throws {
        let directory = try TemporaryDirectory(for: "demo")
        let output = directory.path + "/out"
        // A reader that goes on reading: `roulette demo --headless` prints until it is stopped.
        let demo = try await TerminalDriver.start(
            ["/bin/sh", "-c", "exec \"$0\" demo --headless --clusters 2 --nodes 1 > \"$1\"", try BuiltProgram.path(), output],
            environment: ["TMPDIR": directory.path, "XDG_RUNTIME_DIR": ""]
        )
        struct Ready: Decodable { let config: String }
        var ready: Ready?
        let deadline = ContinuousClock.now + .seconds(40)
        while ready == nil, ContinuousClock.now < deadline {
            let line = (try? String(contentsOfFile: output, encoding: .utf8))?.split(separator: "\n").first ?? ""
            ready = try? JSONDecoder().decode(Ready.self, from: Data(line.utf8))
            try await Task.sleep(for: .milliseconds(50))
        }
        let configuration = try #require(ready?.config)
        // The servers are ready; the services subscribe at this moment.
        let question = ["request", "inventory.check", "A-1001", "--json", "--config", configuration]
        var stock = try await BuiltProgram.run(question)
        while stock.status != .exited(0), ContinuousClock.now < deadline { stock = try await BuiltProgram.run(question) }
        #expect(stock.status == .exited(0), "\(stock.errors)")
        #expect(stock.output.contains("in_stock"))
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

    /// The servers of the demo: grandchildren of the program, through its supervisor.
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
        return rows.filter { family.contains($0.pid) && $0.name.contains("nats-server") }.map(\.pid)
    }
}
