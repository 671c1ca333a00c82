import Foundation
import TestSupport
import Testing

/// A demo in a terminal, whose servers and balancers a test can look at.
struct DemoSession: Sendable {
    /// A server, or the balancer of a cluster.
    struct Endpoint: Sendable {
        let name: String
        let port: Int
        let monitorPort: Int
    }

    let terminal: TerminalDriver
    /// The private directory of the demo.
    let directory: String
    /// The servers by name.
    let nodes: [String: Endpoint]
    /// The balancers by the names of their clusters.
    let balancers: [String: Endpoint]
    let credentials: RawClient.Credentials

    /// Runs a demo, passes it to `body`, and quits it. All of its processes must then be gone.
    static func with(_ arguments: String..., body: (DemoSession) async throws -> Void) async throws {
        let directory = try TemporaryDirectory(for: "demo")
        let terminal = try await TerminalDriver.start(
            [try BuiltProgram.path(), "demo", "--rate", "300"] + arguments,
            columns: 200,
            rows: 50,
            environment: ["TMPDIR": directory.path, "XDG_RUNTIME_DIR": ""]
        )
        // The console waits for answers of the demo, so the list of faults shows the balancers.
        try await terminal.waitFor("K faults", within: .seconds(40))
        let demo = try DemoSession(terminal, base: directory.path)
        try await body(demo)
        try await terminal.press("q")
        _ = try await terminal.waitForExit()
        #expect(!FileManager.default.fileExists(atPath: demo.directory))
        #expect(try demo.processes().isEmpty)
        await terminal.close()
        try directory.remove()
    }

    private init(_ terminal: TerminalDriver, base: String) throws {
        self.terminal = terminal
        let files = FileManager.default
        let parent = "\(base)/roulette-demo-\(geteuid())"
        directory = "\(parent)/\(try #require(files.contentsOfDirectory(atPath: parent).first { $0.hasPrefix("demo-") }))"
        var nodes: [String: Endpoint] = [:]
        for file in try files.contentsOfDirectory(atPath: directory) where file.hasSuffix(".conf") {
            let text = try String(contentsOfFile: "\(directory)/\(file)", encoding: .utf8)
            let name = String(file.dropLast(".conf".count))
            let client = try #require(text.firstMatch(of: /listen: "127.0.0.1:(\d+)"/)?.output.1)
            let monitor = try #require(text.firstMatch(of: /http: "127.0.0.1:(\d+)"/)?.output.1)
            nodes[name] = Endpoint(name: name, port: try #require(Int(client)), monitorPort: try #require(Int(monitor)))
        }
        self.nodes = nodes
        let profile = try String(contentsOfFile: "\(directory)/roulette.toml", encoding: .utf8)
        var balancers: [String: Endpoint] = [:]
        let server = /name = "(\w+)"\nhost = "127.0.0.1"\nport = (\d+)\nmonitor = "http:\/\/127.0.0.1:(\d+)"/
        for match in profile.matches(of: server) {
            let (_, name, port, monitor) = match.output
            balancers[String(name)] = Endpoint(
                name: String(name),
                port: try #require(Int(port)),
                monitorPort: try #require(Int(monitor))
            )
        }
        self.balancers = balancers
        let password = try #require(profile.firstMatch(of: /password = "([0-9a-f]{32})"/)?.output.1)
        credentials = RawClient.Credentials(user: "demo", password: String(password))
    }

    func node(_ name: String) throws -> Endpoint { try #require(nodes[name]) }
    func balancer(_ cluster: String) throws -> Endpoint { try #require(balancers[cluster]) }

    /// Connects to a server or balancer.
    func connect(_ endpoint: Endpoint) async throws -> RawClient {
        try await RawClient.connect(port: endpoint.port, credentials: credentials)
    }

    // MARK: Keys

    /// Causes a fault with `K`.
    /// - Parameters:
    ///   - title: The entry of the fault.
    ///   - target: The entry of the target; nil if the fault has one target only.
    ///   - message: The message afterwards.
    func cause(_ title: String, on target: String?, _ message: String) async throws {
        try await openFaults()
        try await choose(title)
        if let target {
            try await terminal.waitFor("the list of targets") { !$0.has("Faults of the demo") }
            try await choose(target)
        }
        try await terminal.waitFor(message)
    }

    /// Undoes a fault with `K`.
    /// - Parameters:
    ///   - fault: The entry after "undo: ".
    ///   - message: The message afterwards.
    func undo(_ fault: String, _ message: String) async throws {
        try await openFaults()
        try await choose("undo: \(fault)")
        try await terminal.waitFor(message)
    }

    func openFaults() async throws {
        try await terminal.press("K")
        try await terminal.waitFor("the list of faults") { $0.has("Faults of the demo (") && $0.has("kill a node") }
    }

    func closeFaults() async throws {
        try await terminal.press("Escape")
        try await terminal.waitFor("the list to close") { !$0.has("Faults of the demo") }
    }

    /// Selects an entry of the open list and presses enter.
    private func choose(_ entry: String) async throws {
        let screen = try await terminal.waitFor("the entry \(entry)") { Self.row(of: entry, $0) != nil }
        let (row, column) = try #require(Self.row(of: entry, screen))
        let selected = try #require(
            screen.firstIndex { line in
                let cells = Array<Character>(line)
                return column >= 2 && cells.indices.contains(column - 2) && cells[column - 2] == "▸"
            }
        )
        let key = row < selected ? "Up" : "Down"
        for _ in 0..<abs(row - selected) { try await terminal.press(key) }
        try await terminal.waitFor("▸ \(entry)")
        try await terminal.press("Enter")
        try await terminal.waitFor("the list to go on") { !$0.has("▸ \(entry)") }
    }

    /// Returns the position of an entry in the open list.
    private static func row(of entry: String, _ screen: [String]) -> (row: Int, column: Int)? {
        for (row, line) in screen.enumerated() {
            for mark in ["▸ ", "│   "] {
                guard let range = line.range(of: mark + entry) else { continue }
                return (row, line.distance(from: line.startIndex, to: range.upperBound) - entry.count)
            }
        }
        return nil
    }

    // MARK: Servers

    /// Returns an object of the monitoring of a server, or of the server that a balancer leads to.
    func monitoring(_ path: String, of endpoint: Endpoint) async throws -> [String: any Sendable] {
        let data = try await NATSServerProcess.get(path, port: endpoint.monitorPort)
        return try #require(JSONSerialization.jsonObject(with: data) as? [String: any Sendable])
    }

    /// Returns the names of the servers that the monitoring of a balancer leads to, in several requests.
    func names(behind balancer: Endpoint) async throws -> Set<String> {
        var names: Set<String> = []
        for _ in 0..<6 {
            if let name = try? await monitoring("/varz", of: balancer)["server_name"] as? String { names.insert(name) }
        }
        return names
    }

    /// Returns the names of the servers that a server has routes to.
    func routes(of node: Endpoint) async throws -> [String] {
        let routes = try #require(try await monitoring("/routez", of: node)["routes"] as? [[String: any Sendable]])
        var names: [String: String] = [:]
        for other in nodes.values where other.name != node.name {
            if let id = try? await monitoring("/varz", of: other)["server_id"] as? String { names[id] = other.name }
        }
        return routes.compactMap { ($0["remote_id"] as? String).flatMap { names[$0] } }.sorted()
    }

    /// The id of a server's process.
    func pid(of node: String) throws -> Int32 {
        let text = try String(contentsOfFile: "\(directory)/\(node).pid", encoding: .utf8)
        return try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    }

    /// The command lines of all processes that use the files of the demo, by their ids.
    func processes() throws -> [Int32: [String]] {
        var found: [Int32: [String]] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: "/proc") {
            guard let pid = Int32(name), let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else { continue }
            let words = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            if words.contains(where: { $0.hasPrefix(directory) }) { found[pid] = words }
        }
        return found
    }

    /// The processes of a program, `nats-server` or `haproxy`.
    func processes(of program: String) throws -> [Int32] {
        try processes().filter { $0.value.first == program }.map(\.key)
    }
}
