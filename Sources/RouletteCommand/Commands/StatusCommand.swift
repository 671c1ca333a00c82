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
            The command opens the connections of the profile (pool_size for each role), waits until each is connected or has
            failed, and measures a round trip. The exit code is 0 if all are connected, 1 if some are not, and 2 if the
            configuration is wrong. With --watch it repeats this until ^C.

            With --json, for each cluster: cluster, address, state (up, degraded, stale, connecting, down), connections. For
            each connection: role, slot, state (idle, connecting, handshaking, connected, stale, reconnecting, closed),
            server_name, server_id, rtt_us (the last round trip), rtt_1m_p50_us, rtt_1m_p99_us, rtt_5m_p50_us and
            rtt_5m_p99_us (of the last minute and the last five), handshake_us (from CONNECT to its PONG), refused (messages),
            attempts, last_error; unknown values are null.

            Examples:
              roulette status
              roulette status --server 10.0.0.1 --server 10.0.0.2 --json
              roulette status --profile production --watch --interval 10s
            """
    )

    @Flag(name: .long, help: "Repeat until stopped.")
    var watch = false

    @Option(name: .long, help: "The time between two checks; a whole number is seconds.", transform: DurationArgument.seconds)
    var interval: Duration = .seconds(2)

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() async throws {
        guard interval > .zero else { throw CommandError.usage("--interval must be longer than zero") }
        var profile = try connection.resolve().profile
        try profile.completeLogin()
        let configuration = try RouletteConfiguration.status(profile)
        let report = StatusReport(asJSON: output.json)

        try await untilStopped {
            try await Session.withClient(configuration) { client in
                await FirstContact.wait(for: client)
                repeat {
                    await client.measureRoundTrips()
                    try await report.print(client.snapshot())
                    if watch { try await Task.sleep(for: interval) }
                } while watch
            }
        }
        guard await report.isAllUp == true else { throw ExitCode(CommandError.Kind.failed.rawValue) }
    }
}
