import ArgumentParser
import CommandSupport
import Console
import Foundation
import Settings
import TerminalUI

/// `roulette config`: the configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check, find, show and create the configuration.",
        discussion: """
            Examples:
              roulette config path
              roulette config check
              roulette config check --config config/demo.toml
              roulette config show
              roulette config example > config.toml
            """,
        subcommands: [Check.self, Example.self, Path.self, Show.self]
    )
}

extension ConfigCommand {
    /// `roulette config check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every profile, the keys, the theme and the files they name.",
            discussion: """
                Each problem is printed on one line, with file, line, key and advice. The exit code is 2 if there is a problem.
                The command does not use the network; `roulette status` checks the clusters.

                With --json: for each problem file, line, key, message; without problems one object with file, profiles,
                default_profile, theme.
                """
        )

        @OptionGroup var place: ConfigurationOption
        @OptionGroup(title: "Output") var output: OutputOptions

        func run() throws {
            let environment = ProcessInfo.processInfo.environment
            let path = try place.path(environment)
            let check = try ConfigurationCheck(path: path, environment: environment, themes: .installed(environment))
            guard check.problems.isEmpty else {
                for problem in check.problems {
                    if output.json {
                        try StandardOutput.write(problem.json)
                    } else {
                        StandardError.note(problem.description)
                    }
                }
                throw ExitCode(CommandError.Kind.usage.rawValue)
            }
            if output.json { try StandardOutput.write(check.json) } else { try StandardOutput.write(check.summary) }
        }
    }

    /// `roulette config example`
    struct Example: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print an example configuration that explains every key.",
            discussion: """
                Redirect the output to a file, keep the keys that you need, and check the file with `roulette config check`.
                """
        )

        func run() throws {
            let example = ConfigurationExample.text(actions: BindableAction.console)
            for line in example.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                try StandardOutput.write("\(untrusted: line)")
            }
        }
    }

    /// `roulette config path`
    struct Path: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the path of the configuration.",
            discussion: """
                The path is printed even if the file does not exist, so that `$EDITOR "$(roulette config path)"` creates it.

                With --json: configuration, exists, state (history and saved messages), themes (directories).
                """
        )

        @OptionGroup(title: "Output") var output: OutputOptions

        func run() throws {
            let environment = ProcessInfo.processInfo.environment
            let locations = try SettingsLocations(environment: environment)
            guard output.json else { return try StandardOutput.write("\(untrusted: locations.configurationFile)") }
            try StandardOutput.write([
                "configuration": .string(locations.configurationFile),
                "exists": .bool(access(locations.configurationFile, F_OK) == 0),
                "state": .string(locations.stateDirectory),
                "themes": .array(ThemeLibrary.installed(environment).directories.map { .string($0) }),
            ])
        }
    }

    /// `roulette config show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the configuration with all defaults and without secrets.",
            discussion: "The output is a valid configuration, in which <redacted> replaces passwords and tokens."
        )

        @OptionGroup var place: ConfigurationOption

        func run() throws {
            let environment = ProcessInfo.processInfo.environment
            let path = try place.path(environment)
            let file = try ConfigurationFile.load(path: path, environment: environment, actions: BindableAction.console)
            for line in file.redactedDescription().split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                try StandardOutput.write("\(untrusted: line)")
            }
        }
    }
}

/// The configuration that `roulette config` uses.
struct ConfigurationOption: ParsableArguments {
    @Option(
        name: .long,
        help: .init("The configuration, instead of the one that `roulette config path` prints.", valueName: "file"),
        completion: .file(extensions: ["toml"])
    )
    var config: String?

    /// - Throws: `SettingsError`, or ``CommandError`` with advice on how to create a configuration.
    func path(_ environment: [String: String]) throws -> String {
        if let config { return PathArgument.expanded(config, environment: environment) }
        let path = try SettingsLocations(environment: environment).configurationFile
        guard access(path, F_OK) == 0 else {
            throw CommandError.usage(
                "there is no configuration at \(path) yet; create one from the output of roulette config example, or name "
                    + "another with --config FILE"
            )
        }
        return path
    }
}
