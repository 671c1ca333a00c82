import ArgumentParser
import CommandSupport
import RouletteNATS

/// The `roulette` program and its commands.
///
/// Exit codes: 0 success, 1 failure, 2 usage or configuration error. A program stopped by a signal ends by that signal. See
/// `ExitReport`.
@main
struct RouletteProgram: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "roulette",
        abstract: "Inspect and use NATS clusters that share topics by a consistent-hash ring.",
        discussion: """
            Without a command it opens the console.

            Examples:
              roulette demo
              roulette --server alpha=10.0.0.1 --server beta=10.0.0.2
              roulette route --clusters 3 orders.eu.created
              roulette sub --profile production 'orders.>'

            Exit codes: 0 success, 1 failure, 2 usage or configuration error. A program stopped by a signal ends by that signal;
            shells show 130 (^C), 143 (SIGTERM) or 129 (SIGHUP). A second ^C ends it at once. Signals that are ignored at the
            start, as under `nohup`, stay ignored.
            """,
        version: LibraryVersion.current,
        subcommands: [
            ConsoleCommand.self, DemoCommand.self, RouteCommand.self, PublishCommand.self, SubscribeCommand.self,
            RequestCommand.self, StatusCommand.self, FleetCommand.self, EventsCommand.self, BenchCommand.self, ConfigCommand.self,
            ThemeCommand.self, DemoSupervisorCommand.self,
        ],
        defaultSubcommand: ConsoleCommand.self
    )

    /// Runs the command that the arguments name, and exits with its code.
    static func main() async {
        // When the reader of a pipe ends (`roulette sub … | head`), write(2) fails and the program ends normally.
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
