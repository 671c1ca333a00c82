import ArgumentParser
import CommandSupport
import Operations
import Roulette
import Settings

/// `roulette fleet`: lists the programs that are connected to the deployment, and the rings that they have.
struct FleetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "List the programs that are connected, and the rings that they have.",
        discussion: """
            The command reads the lists of connections of all servers of all clusters: over the system account, if the profile has
            a login (system_credentials), or at the monitoring URLs (monitor). Connections with the same name from the same host
            are one program. A program of this library says in the names of its connections which ring it has. If its list of
            clusters has another order or another length, it publishes topics to other clusters than this deployment expects.

            The exit code is 0 if no ring differs, 1 if one does or if a server could not be read, and 2 if the configuration is
            wrong.

            Columns: program, host, clusters (with connections), ring (ours, another, unknown), role, library, connections,
            subscriptions, messages in and out (since the connections were made; in is what the servers received).

            With --json, for each program: program, host, ring (same, other, unknown), contradictions, clusters (cluster,
            connections, claims), roles, language, version, subscriptions, messages_in, messages_out, bytes_in, bytes_out.

            Examples:
              roulette fleet
              roulette fleet --profile production --json
            """
    )

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() async throws {
        var profile = try connection.resolve().profile
        try profile.completeLogin(usesSystemAccount: true)
        let checked = profile
        let ring = try RouletteConfiguration(profile: profile).makeRing()
        let labels = profile.servers.map(\.label)

        let failures = try await untilStopped {
            let result = try await ServerMonitors.with(checked) { monitors in
                await FleetReader(labels: labels) { await monitors.ready($0) }.read()
            }
            for problem in result.problems { StandardError.note(problem) }
            let fleet = result.census.fleet(comparedWith: ring)
            if fleet.isIncomplete { StandardError.note("some servers did not list all of their connections") }
            let table = FleetTable(fleet, clusters: labels)
            if output.json {
                for object in table.objects { try StandardOutput.write(object) }
            } else {
                for row in table.rows { try StandardOutput.write(row) }
            }
            return result.problems.count + (fleet.isIncomplete ? 1 : 0)
                + fleet.programs.reduce(0) { $0 + $1.contradictions.count }
        }
        guard failures == 0 else { throw ExitCode(CommandError.Kind.failed.rawValue) }
    }
}
