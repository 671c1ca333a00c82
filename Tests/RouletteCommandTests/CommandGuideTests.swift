import ArgumentParser
import TestSupport
import Testing

@testable import RouletteCommand

@Suite("The reference of the commands")
struct CommandGuideTests {
    /// Created only once, because ArgumentParser is slow in debug builds.
    private static let guide = """
        # The commands of roulette

        This is the output of `roulette help COMMAND` for every command.


        """ + sections(for: RouletteProgram.self, named: ["roulette"]).joined(separator: "\n")

    /// The help of a command and, after it, of its subcommands.
    private static func sections(for command: any ParsableCommand.Type, named names: [String]) -> [String] {
        let help =
            names.count == 1
            ? RouletteProgram.helpMessage(columns: 120)
            : RouletteProgram.helpMessage(for: command, columns: 120)
        let section = "## \(names.joined(separator: " "))\n\n```text\n\(help.trimmingBlanks)\n```\n"
        let subcommands = command.configuration.subcommands.filter { $0.configuration.shouldDisplay }
        return [section] + subcommands.flatMap { sections(for: $0, named: names + [$0._commandName]) }
    }

    @Test func `the reference equals the help of the commands`() throws {
        let differences = try GeneratedFile("Documentation/commands.md").differences(from: Self.guide)
        #expect(differences.isEmpty, "run UPDATE_DOCUMENTATION=1 swift test")
    }

    @Test func `the reference has subcommands, and omits hidden commands`() {
        #expect(Self.guide.contains("## roulette bench pub"))
        #expect(!Self.guide.contains("demo-supervisor"))
    }
}

extension String {
    /// The text without trailing spaces on its lines and without empty lines at its end.
    fileprivate var trimmingBlanks: String {
        var lines = split(separator: "\n", omittingEmptySubsequences: false).map { line in
            String(line.reversed().drop { $0 == " " }.reversed())
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        return lines.joined(separator: "\n")
    }
}
