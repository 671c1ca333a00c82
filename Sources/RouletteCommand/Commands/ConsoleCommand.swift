import ArgumentParser

/// `roulette console`, and `roulette` without a command: opens the console.
struct ConsoleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "console",
        abstract: "Open the console (what `roulette` does without a command).",
        discussion: """
            Without options the console shows the default profile of the configuration.

            Examples:
              roulette
              roulette --profile production
              roulette --server alpha=10.0.0.1 --server beta=10.0.0.2
            """
    )

    @Option(name: .long, help: .init("The initial theme.", valueName: "name"), completion: ThemeCompletion.names)
    var theme: String?

    @OptionGroup(title: "Deployment") var connection: ConnectionOptions

    func run() async throws {
        var deployment = try connection.resolve()
        try deployment.profile.completeLogin(usesSystemAccount: true)
        try await ConsoleSession.run(deployment, theme: theme)
    }
}
