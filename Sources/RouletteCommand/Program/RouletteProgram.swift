import ArgumentParser
import NATS

/// The `roulette` program: its commands, and how each of them ends.
///
/// It exits with 0 when all went well, 1 when the thing asked for failed, and 2 for a mistake in the usage or the
/// configuration; stopped by a signal it ends by that. `ExitReport` decides.
@main
struct RouletteProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roulette",
        abstract: "See and use NATS clusters that share their topics by a consistent-hash ring.",
        discussion: """
            Without a command it opens the console.

            Examples:
              roulette demo
              roulette --server alpha=10.0.0.1 --server beta=10.0.0.2
              roulette route --clusters 3 orders.eu.created
              roulette sub --profile production 'orders.>'

            Exit codes: 0 success, 1 failure, 2 usage or configuration. A program stopped by a signal ends by it, which shells
            show as 130 (^C), 143 (SIGTERM) or 129 (SIGHUP). A second ^C ends it at once. What `nohup` ignores stays ignored.
            """,
        version: LibraryVersion.current,
        subcommands: [
            ConsoleCommand.self, DemoCommand.self, RouteCommand.self, PublishCommand.self, SubscribeCommand.self,
            RequestCommand.self, StatusCommand.self, BenchCommand.self, ConfigCommand.self, ThemeCommand.self,
            DemoSupervisorCommand.self,
        ],
        defaultSubcommand: ConsoleCommand.self
    )

    /// Runs the command that the arguments name, and exits with its code.
    static func main() async {
        // A reader that goes away (`roulette sub … | head`) must end the program by an error of write(2), not kill it.
        ignoreBrokenPipes()
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            ExitReport(error, arguments: Array(CommandLine.arguments.dropFirst())).exit()
        }
    }
}
