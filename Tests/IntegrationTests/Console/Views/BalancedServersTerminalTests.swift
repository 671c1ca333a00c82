import Foundation
import TestSupport
import Testing

@Suite("The Servers view in a terminal, behind balancers", .serialized, .timeLimit(.minutes(5)))
struct BalancedServersTerminalTests {
    /// Where the console asks the servers.
    enum Sources: CaseIterable {
        case systemAccount, listOfURLs, oneBalancedURL, infoOnly
    }

    private static let names = (0..<3).flatMap { cluster in (0..<3).map { "cluster-\(cluster)-\($0)" } }

    /// Runs the console on the balancers of a deployment.
    private func withConsole(
        _ deployed: MonitoredDeployment,
        _ sources: Sources,
        settings: [String] = [],
        _ body: (TerminalDriver) async throws -> Void
    ) async throws {
        let home = try TemporaryDirectory(for: "home")
        defer { try? home.remove() }
        var lines = ["[profiles.test]"] + settings
        if sources == .systemAccount { lines += ["system_user = \"sys\""] }
        for (index, balancer) in deployed.deployment.balancers.enumerated() {
            lines += ["[[profiles.test.servers]]", "name = \"c\(index)\"", "host = \"127.0.0.1\"", "port = \(balancer.port)"]
            let servers = deployed.deployment.clusters[index].servers
            let ports: [Int] =
                switch sources {
                case .systemAccount, .infoOnly: []
                case .listOfURLs: servers.compactMap(\.ports.monitoring)
                case .oneBalancedURL: [deployed.monitoring[index].port]
                }
            let urls = ports.map { "\"http://127.0.0.1:\($0)\"" }
            if !urls.isEmpty { lines.append("monitor = \(urls.count > 1 ? "[\(urls.joined(separator: ", "))]" : urls[0])") }
        }
        try FileManager.default.createDirectory(atPath: home.path + "/roulette", withIntermediateDirectories: true)
        try lines.joined(separator: "\n").write(toFile: home.path + "/roulette/config.toml", atomically: true, encoding: .utf8)
        let terminal = try await TerminalDriver.start(
            [try BuiltProgram.path()],
            columns: 200,
            rows: 50,
            environment: [
                "HOME": home.path, "XDG_CONFIG_HOME": home.path, "XDG_STATE_HOME": home.path + "/state",
                "ROULETTE_SYSTEM_PASSWORD": "pw",
            ]
        )
        do {
            try await terminal.waitFor("all clusters up") { $0[0].contains(": 3 up") }
            try await body(terminal)
        } catch {
            await terminal.close()
            throw error
        }
        await terminal.close()
    }

    @Test
    func `nine servers are nine rows with rates of their own, or without rates if only INFO is known`() async throws {
        try await MonitoredDeployment.with { deployed in
            for sources in Sources.allCases {
                try await withConsole(deployed, sources) { terminal in
                    try await terminal.press("6")
                    guard sources != .infoOnly else {
                        try await terminal.waitFor("nine servers without rates") { screen in
                            Self.names.allSatisfy { screen.cell("STATE", of: $0) == "up" && screen.cell("IN/s", of: $0) == "–" }
                                && screen.has("no rates: this cluster has no monitor URL")
                        }
                        return
                    }
                    try await terminal.waitFor("nine servers with rates") { screen in
                        Self.names.allSatisfy { name in
                            screen.cell("STATE", of: name) == "ok" && screen.cell("IN/s", of: name)?.first?.isNumber == true
                        } && screen.count { $0.contains("6/6 routes") } == 3
                    }
                    let isBalanced = sources == .oneBalancedURL
                    try await terminal.waitFor("how the servers were found") {
                        $0.has("several servers answer at http://127.0.0.1:") == isBalanced
                    }
                    // The rows do not change places, and the connections are those of the selected server.
                    for _ in 0..<20 {
                        let screen = try await terminal.screen()
                        #expect(screen.order(of: Self.names) == Self.names)
                        try await Task.sleep(for: .milliseconds(100))
                    }
                    let port = deployed.deployment.clusters[0].servers[1].port
                    let client = try await RawClient.connect(port: port, name: "only-here")
                    try await terminal.press("Down")
                    try await terminal.waitFor("the connections of the second server") {
                        $0.has("Connections of cluster-0-1") && $0.has("only-here")
                    }
                    try await terminal.press("Down")
                    try await terminal.waitFor("the connections of the third server") {
                        $0.has("Connections of cluster-0-2") && !$0.has("only-here") && $0.has("roulette con")
                    }
                    await client.close()
                }
            }
        }
    }

    @Test
    func `before watching everything in production, the rate is the sum over all servers`() async throws {
        try await MonitoredDeployment.with { deployed in
            let count = Watched(0)
            let sent = Task {
                var clients: [RawClient] = []
                for cluster in deployed.deployment.clusters {
                    clients.append(try await RawClient.connect(port: cluster.servers[1].port))
                }
                // A subscriber on another server, so that messages also go over a route.
                let subscriber = try await RawClient.connect(port: deployed.deployment.clusters[0].servers[2].port)
                try await subscriber.subscribe(to: "load")
                let start = ContinuousClock.now
                var rounds = 0
                while !Task.isCancelled {
                    for client in clients { for _ in 0..<50 { try await client.publish("x", to: "load") } }
                    rounds += 1
                    count.update { $0 += 150 }
                    try? await Task.sleep(until: start + .milliseconds(50 * rounds), clock: .continuous)
                }
                for client in clients { await client.close() }
                await subscriber.close()
            }
            for sources in [Sources.systemAccount, .oneBalancedURL] {
                try await withConsole(deployed, sources, settings: ["environment = \"prod\""]) { terminal in
                    let (before, start) = (count.value, ContinuousClock.now)
                    var line = ""
                    // Behind a balancer, it is chance when the last server has answered twice. Until then, the question says how many
                    // are not known.
                    while true {
                        try await terminal.press(":")
                        try await terminal.type("watch >")
                        try await terminal.press("Enter")
                        let screen = try await terminal.waitFor("the rate") {
                            $0.has("Now about") || $0.has("The rate is unknown")
                        }
                        if screen.has("by the counters of all monitored servers."), let found = screen.line("Now about") {
                            line = found
                            break
                        }
                        try await terminal.press("n")
                        _ = try await terminal.waitFor("no question") { !$0.has("Subscribe?") }
                    }
                    let rate = Double(count.value - before) / ((ContinuousClock.now - start) / .seconds(1))
                    let match = try #require(line.firstMatch(of: /about ([0-9.]+)(k?)\/s/), "\(line)")
                    let shown = try #require(Double(match.1)) * (match.2 == "k" ? 1000 : 1)
                    // With the messages of the route, it would be a third more. The machine may be busy.
                    #expect(shown > rate / 2 && shown < rate * 2, "\(shown) of \(rate)")
                }
            }
            sent.cancel()
            try await sent.value
        }
    }
}
