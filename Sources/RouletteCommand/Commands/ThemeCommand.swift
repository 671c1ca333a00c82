import ArgumentParser
import CommandSupport
import Foundation
import Settings
import TerminalUI

/// `roulette theme`: lists, checks and shows the console's themes.
struct ThemeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "theme",
        abstract: "List, check and show the console's themes.",
        discussion: """
            A theme is a TOML file in ~/.config/roulette/themes, or is included in the program. Choose one with
            theme = "NAME" in the configuration, with --theme NAME, or with :theme in the console.

            Examples:
              roulette theme list
              roulette theme show nord
              roulette theme check ~/.config/roulette/themes/mine.toml
            """,
        subcommands: [List.self, Check.self, Show.self]
    )
}

extension ThemeCommand {
    /// `roulette theme list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the themes that can be chosen.",
            discussion: "With --json: name, variant (dark or light), file (null if compiled in), error (null if it loads)."
        )

        @OptionGroup(title: "Output") var output: OutputOptions

        func run() throws {
            let list = try ThemeList(.installed())
            if output.json {
                for entry in list.entries { try StandardOutput.write(entry.json) }
            } else {
                for row in list.rows { try StandardOutput.write(row) }
            }
        }
    }

    /// `roulette theme check`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that themes load and have enough contrast.",
            discussion: """
                Measures the contrast of every role with its background (WCAG 2.1): text needs 4.5, graphs 3. The terminal's own
                colors cannot be measured. The exit code is 1 if a theme does not load or lacks contrast.

                With --json, for each theme: theme, ok, problems (file, line, key, message), contrasts (role, ratio,
                required, ok).
                """
        )

        @Argument(help: "Names or files of themes; all themes if left out.", completion: ThemeCompletion.namesAndFiles)
        var themes: [String] = []

        @OptionGroup(title: "Output") var output: OutputOptions

        func run() throws {
            let library = ThemeLibrary.installed()
            let checks = (themes.isEmpty ? try library.names() : themes).map { ThemeCheck($0, library) }
            for check in checks {
                if output.json {
                    try StandardOutput.write(check.json)
                } else {
                    for line in check.lines { try StandardOutput.write(line) }
                }
            }
            guard checks.allSatisfy(\.isGood) else { throw ExitCode(CommandError.Kind.failed.rawValue) }
        }
    }

    /// `roulette theme show`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show a theme with all its roles.",
            discussion: """
                Prints colors on a terminal, and plain text elsewhere or if NO_COLOR is set.

                With --json, for each role: role, fg, bg, modifiers, contrast (null if it cannot be measured).
                """
        )

        @Argument(help: "The name or the file of a theme.", completion: ThemeCompletion.namesAndFiles)
        var theme = ThemeLibrary.defaultName

        @OptionGroup(title: "Output") var output: OutputOptions

        func run() throws {
            let theme = try ThemeLibrary.installed().load(nameOrFile: theme)
            guard !output.json else { return try printJSON(theme) }
            let environment = ProcessInfo.processInfo.environment
            let depth = StyledOutput.depth(environment)
            try StyledOutput.write(ThemeSample(theme, depth: depth).draw(glyphs: StyledOutput.glyphs(environment)), depth: depth)
        }

        private func printJSON(_ theme: ThemeFile) throws {
            let ratios = Dictionary(theme.contrasts.map { ($0.role, $0.ratio) }) { first, _ in first }
            for role in ThemeRole.allCases {
                let style = theme.style(for: role)
                try StandardOutput.write([
                    "role": .string(role.rawValue), "fg": .string(style.foreground?.description),
                    "bg": .string(style.background?.description), "modifiers": .array(style.modifiers.names.map { .string($0) }),
                    "contrast": ratios[role].map { .decimal($0, digits: 2) } ?? .null,
                ])
            }
        }
    }
}
