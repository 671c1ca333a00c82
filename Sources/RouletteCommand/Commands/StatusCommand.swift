import ArgumentParser
import CommandSupport
import Roulette
import Settings

/// `roulette status`: checks whether every connection of a profile can be established.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Check every cluster and connection.",
        discussion: """
            The command opens one connection of each role to each cluster, or as many as --pool says, waits until each is
            connected or has failed, and measures a round trip. The exit code is 0 if all are connected and lead to their own
            cluster, 1 if not or if a server is gone, and 2 if the configuration is wrong. With --watch it repeats this until ^C.

            If the profile has a login of the system account or monitoring URLs, the command also asks all servers about
            themselves. The exit code is 1 if a server does not answer although its cluster has routes to it, or if two servers
            of a cluster have no route to each other.

            With --canary, the command also publishes a small message on every publisher connection and expects it on every
            subscriber connection of the same cluster; it opens as many connections as the profile says, so that they lead to
            several servers. The exit code is 1 if a message is not received. The messages go to _roulette.canary.ID.

            With --json, for each cluster: cluster, address, state (up, degraded, stale, connecting, down), since (when a
            connection last came up or was lost), identity (the name that the servers give their cluster), alarms (load balancers
            that lead to the wrong cluster), idle_timeout (of the load balancer, if it explains why connections are lost),
            losses_1h (connections lost in the last hour), lost (messages, at most), reconnects, nodes, unmatched_addresses (of
            servers that listen on all interfaces), silent (servers that do not answer) and missing_routes (pairs of servers),
            both null if no server could be asked, canary (null without --canary), connections.

            For each node: name, server_id, address, state (present, gone, unseen), since, connections.

            For each connection: role, slot, address (of the connection or its last attempt), state (idle, connecting,
            handshaking, connected, stale, reconnecting, closed), since, server_name, server_id, server_cluster (the cluster of
            this deployment that the server belongs to), rtt_us (the last round trip), rtt_1m_p50_us, rtt_1m_p99_us, rtt_5m_p50_us
            and rtt_5m_p99_us (of the last minute and the last five), handshake_us (from CONNECT to its PONG), lost, refused (messages), reconnects, attempts, last_error.

            The canary has: e2e_p50_us and e2e_p99_us (from publishing to receiving, of the last minute), refusal (why the user
            may not use it), routes. For each route: from, to (names of servers), latency_us (of the last message), failing_ms (how
            long messages have not been received; null if all are).

            Times are in UTC; unknown values are null.

            Examples:
              roulette status
              roulette status --server 10.0.0.1 --server 10.0.0.2 --json
              roulette status --profile production --watch --interval 10s
              roulette status --canary
            """
    )

    @Flag(name: .long, help: "Repeat until stopped.")
    var watch = false

    @Option(name: .long, help: "The time between two checks; a whole number is seconds.", transform: DurationArgument.seconds)
    var interval: Duration = .seconds(2)

    @Flag(name: .long, help: "Publish a message on each connection, and expect it on all connections of the cluster.")
    var canary = false

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() async throws {
        guard interval > .zero else { throw CommandError.usage("--interval must be longer than zero") }
        var profile = try connection.resolve().profile
        // Without a password of the system account, the servers are not asked.
        try profile.completeLogin(usesSystemAccount: profile.knowsSystemPasswords())
        let poolSize = connection.poolSize ?? (canary ? profile.poolSize : nil)
        var configuration = try RouletteConfiguration.observer(profile, poolSize: poolSize)
        if canary { configuration.canaryInterval = .seconds(1) }
        let checked = configuration
        let report = StatusReport(asJSON: output.json)

        let asked = profile
        try await untilStopped {
            try await ServerMonitors.with(asked) { monitors in
                let servers = ServerChecks(monitors)
                try await Session.withClient(checked) { client in
                    async let first = servers.ask()
                    await FirstContact.wait(for: client)
                    if canary { await client.waitForCanary() }
                    await client.measureRoundTrips()
                    try await report.print(client.snapshot(), servers: first)
                    while watch {
                        try await Task.sleep(for: interval)
                        async let problems = servers.ask()
                        await client.measureRoundTrips()
                        try await report.print(client.snapshot(), servers: problems)
                    }
                }
            }
        }
        guard await report.isSound == true else { throw ExitCode(CommandError.Kind.failed.rawValue) }
    }
}

extension RouletteClient {
    /// The maximum time for the first canary messages: a second until connections take part, and a second for each round.
    private static let canaryLimit = Duration.seconds(8)

    /// Waits until each cluster that can be reached has completed a round of canary messages.
    fileprivate func waitForCanary() async {
        let deadline = ContinuousClock.now + Self.canaryLimit
        while ContinuousClock.now < deadline {
            let waiting = snapshot().clusters.filter { $0.state != .down }.compactMap(\.canary)
            if waiting.allSatisfy({ $0.completeRounds > 0 || $0.refusal != nil }) { return }
            guard (try? await Task.sleep(for: .milliseconds(50))) != nil else { return }
        }
    }
}
