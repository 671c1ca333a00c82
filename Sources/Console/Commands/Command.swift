import TerminalUI

/// A command of the `:` line: everything about it in one value. ``all`` lists the commands there are.
struct Command: Sendable {
    /// What a command does once its line is read.
    typealias Action = @Sendable (inout ConsoleModel) -> [Effect]

    let name: String
    let aliases: [String]
    /// What follows the name, as written in the help.
    let arguments: SafeText
    /// What it does, in a few words for the help.
    let summary: SafeText
    /// What the text after the name can become with tab.
    let completions: @Sendable (_ text: String, DashboardData) -> [String]
    /// What to say while the first word after the name is typed; nil for the arguments and the summary.
    let hint: (@Sendable (_ word: String, DashboardData) -> SafeText)?
    /// The theme to look at while the text after the name is typed.
    let previewedTheme: @Sendable (_ text: String, DashboardData) -> String?
    /// Reads what follows the name.
    let read: @Sendable (inout CommandArguments, DashboardData) -> Action

    init(
        _ name: String,
        _ aliases: String...,
        arguments: SafeText = .empty,
        summary: SafeText,
        completions: @escaping @Sendable (String, DashboardData) -> [String] = { _, _ in [] },
        hint: (@Sendable (String, DashboardData) -> SafeText)? = nil,
        previewedTheme: @escaping @Sendable (String, DashboardData) -> String? = { _, _ in nil },
        read: @escaping @Sendable (inout CommandArguments, DashboardData) -> Action
    ) {
        self.name = name
        self.aliases = aliases
        self.arguments = arguments
        self.summary = summary
        self.completions = completions
        self.hint = hint
        self.previewedTheme = previewedTheme
        self.read = read
    }
}

/// Why a line is not a command.
struct CommandError: Error, Hashable {
    let reason: SafeText
}

// MARK: - Reading

extension Command {
    /// The commands and, as commands without arguments, the views.
    private static var known: [Command] { all + views }

    private static func find(_ name: Substring) -> Command? {
        known.first { $0.name == name || $0.aliases.contains(String(name)) }
    }

    /// Reads a line.
    static func parse(_ line: String, _ data: DashboardData) throws(CommandError) -> Action {
        let words = line.split(separator: " ", maxSplits: 1)
        guard let name = words.first else { throw CommandError(reason: "no command; tab lists them") }
        guard let command = find(name) else {
            let names = all.map { SafeText(untrusted: $0.name) }.joined(separator: " ")
            throw CommandError(reason: "unknown command \(untrusted: name); there are \(names)")
        }
        var arguments = CommandArguments(words.count > 1 ? words[1] : "", of: command)
        let action = command.read(&arguments, data)
        if let failure = arguments.failure { throw CommandError(reason: failure) }
        return action
    }

    /// The theme that a line would change to.
    static func previewedTheme(by line: String, _ data: DashboardData) -> String? {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return nil }
        return find(words[0])?.previewedTheme(String(words[1]), data)
    }
}

// MARK: - Help while typing

extension Command {
    /// The lines that a line can become with tab.
    static func completions(of line: String, _ data: DashboardData) -> [String] {
        guard let space = line.firstIndex(of: " ") else { return known.map(\.name).filter { $0.hasPrefix(line) } }
        let name = line[..<space]
        let text = String(line[line.index(after: space)...])
        return find(name)?.completions(text, data).map { "\(name) \($0)" } ?? []
    }

    /// What belongs after what was typed.
    static func hint(for line: String, _ data: DashboardData) -> SafeText {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = words.first, !name.isEmpty else { return "tab lists the commands" }
        guard let command = find(name) else { return .empty }
        if let hint = command.hint, words.count > 1, let word = words[1].split(separator: " ").first {
            return hint(String(word), data)
        }
        return command.arguments.isEmpty ? command.summary : "\(command.arguments): \(command.summary)"
    }
}
