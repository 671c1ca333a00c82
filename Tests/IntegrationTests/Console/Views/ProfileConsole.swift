import Foundation
import Roulette
import TestSupport
import Testing

/// The console with its own profile: a real server with monitoring for each cluster of the ring.
struct ProfileConsole: Sendable {
    /// The names of the clusters, in the order of the ring. The server of `alpha` is named `alpha-1`.
    static let names = ["alpha", "beta", "gamma"]
    /// The color, of 256, that only old figures have in the theme of the test.
    static let muted = 201

    let terminal: TerminalDriver
    let servers: [NATSServerProcess]

    /// The ring of the console.
    var ring: HashRing {
        get throws {
            try HashRing(naming: .index, nodes: servers.map { HashRing.Node(name: "", address: $0.address) })
        }
    }

    /// Returns the ring's fingerprint after the console knows all clusters. It uses the ids of the servers, which are in no
    /// NATS cluster.
    func fingerprint() async throws -> String {
        struct Info: Decodable { let server_id: String }
        var identities: [String] = []
        for server in servers {
            let client = try await RawClient.connect(port: server.port)
            identities.append(try JSONDecoder().decode(Info.self, from: Data(client.info.utf8)).server_id)
            await client.close()
        }
        let fingerprint = try ring.fingerprint(identities: identities)
        #expect(!fingerprint.isProvisional)
        return fingerprint.text
    }

    /// Types a command and presses enter.
    func run(_ command: String) async throws {
        try await terminal.press(":")
        try await terminal.type(command)
        try await terminal.press("Enter")
    }

    /// Filters the rows of the open view. An empty text removes the filter.
    func filter(_ text: String) async throws {
        try await terminal.press("/", "C-u")
        try await terminal.type(text)
        try await terminal.press("Enter")
    }

    /// Returns a topic that a cluster owns.
    func topic(_ prefix: String, on cluster: Int) throws -> String {
        let ring = try ring
        return try #require((0..<10_000).lazy.map { "\(prefix).\($0)" }.first { ring.index(of: $0) == cluster })
    }

    /// Returns when every server has the console's subscription for a pattern.
    func waitUntilWatched(_ pattern: String) async throws {
        for server in servers {
            try await server.subscriptions("\(pattern) to be watched") { $0.contains { $0.subject == pattern } }
        }
    }

    /// Publishes one message for each element of `topics`, on the cluster `cluster`.
    func publish(_ topics: [String], on cluster: Int = 0) async throws {
        let publisher = try await RawClient.connect(port: servers[cluster].port)
        for topic in topics { try await publisher.publish("body of \(topic)", to: topic) }
        try await publisher.flush()
        await publisher.close()
    }
}

/// Runs the console with new servers for the duration of a test.
///
/// - Parameter settings: Lines of the profile besides its servers.
func withProfileConsole(
    clusters: Int = 2,
    columns: Int = 120,
    rows: Int = 36,
    settings: [String] = [],
    _ body: (ProfileConsole) async throws -> Void
) async throws {
    let home = try TemporaryDirectory(for: "home")
    defer { try? home.remove() }
    var servers: [NATSServerProcess] = []
    for name in ProfileConsole.names.prefix(clusters) {
        servers.append(try await NATSServerProcess.start(NATSServerConfiguration(name: "\(name)-1", monitoring: true)))
    }
    do {
        let terminal = try await start(servers, settings: settings, home: home.path, columns: columns, rows: rows)
        do {
            try await terminal.waitFor("all clusters up") { screen in
                screen[0].contains(columns < 60 ? "\(clusters) of \(clusters) up" : ": \(clusters) up")
            }
            try await body(ProfileConsole(terminal: terminal, servers: servers))
        } catch {
            await terminal.close()
            throw error
        }
        await terminal.close()
    } catch {
        for server in servers { server.kill() }
        throw error
    }
    for server in servers { await server.stop() }
}

private func start(
    _ servers: [NATSServerProcess],
    settings: [String],
    home: String,
    columns: Int,
    rows: Int
) async throws -> TerminalDriver {
    var lines = ["theme = \"test\"", "[profiles.test]", "pool_size = 1", "subscription_restart = \"permanent\""] + settings
    for (name, server) in zip(ProfileConsole.names, servers) {
        let monitor = try #require(server.ports.monitoring)
        lines += ["[[profiles.test.servers]]", "name = \"\(name)\"", "host = \"127.0.0.1\"", "port = \(server.port)"]
        lines.append("monitor = \"http://127.0.0.1:\(monitor)\"")
    }
    let theme = "name = \"test\"\ninherits = \"default-dark\"\nmuted = \(ProfileConsole.muted)\n"
    try FileManager.default.createDirectory(atPath: home + "/roulette/themes", withIntermediateDirectories: true)
    try theme.write(toFile: home + "/roulette/themes/test.toml", atomically: true, encoding: .utf8)
    try lines.joined(separator: "\n").write(toFile: home + "/roulette/config.toml", atomically: true, encoding: .utf8)
    return try await TerminalDriver.start(
        [try BuiltProgram.path()],
        columns: columns,
        rows: rows,
        environment: [
            "HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home + "/state", "NO_COLOR": "", "COLORTERM": "",
        ]
    )
}
