import TerminalUI

/// A command of the `:` line. ``all`` lists the commands.
struct Command: Sendable {
    /// Changes the model and returns the effects to carry out.
    typealias Action = @Sendable (inout ConsoleModel) -> [Effect]

    let name: String
    let aliases: [String]
    /// The arguments as the help shows them.
    let arguments: SafeText
    /// A short description for the help.
    let summary: SafeText
    /// Returns the texts that tab completes the arguments to.
    let completions: @Sendable (_ text: String, DashboardData) -> [String]
    /// Returns a hint while the first argument is typed. If nil, the hint is the arguments and the summary.
    let hint: (@Sendable (_ word: String, DashboardData) -> SafeText)?
    /// Returns the theme to preview while the arguments are typed.
    let previewedTheme: @Sendable (_ text: String, DashboardData) -> String?
    /// Reads the arguments and returns the action.
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

/// The error of a line that is not a command.
struct CommandError: Error, Hashable {
    let reason: SafeText
}

// MARK: - Reading

extension Command {
    /// All commands, including one without arguments for each view.
    private static var known: [Command] { all + views }

    private static func find(_ name: Substring) -> Command? {
        known.first { $0.name == name || $0.aliases.contains(String(name)) }
    }

    static func parse(_ line: String, _ data: DashboardData) throws(CommandError) -> Action {
        let words = line.split(separator: " ", maxSplits: 1)
        guard let name = words.first else { throw CommandError(reason: "type a command; tab lists them") }
        guard let command = find(name) else {
            let names = all.map { SafeText(untrusted: $0.name) }.joined(separator: " ")
            throw CommandError(reason: "unknown command \(untrusted: name); the commands are \(names)")
        }
        var arguments = CommandArguments(words.count > 1 ? words[1] : "", of: command)
        let action = command.read(&arguments, data)
        if let failure = arguments.failure { throw CommandError(reason: failure) }
        return action
    }

    /// Returns the theme that a line would change to.
    static func previewedTheme(by line: String, _ data: DashboardData) -> String? {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return nil }
        return find(words[0])?.previewedTheme(String(words[1]), data)
    }
}

// MARK: - Help while typing

extension Command {
    /// Returns the lines that tab completes a line to.
    static func completions(of line: String, _ data: DashboardData) -> [String] {
        guard let space = line.firstIndex(of: " ") else { return known.map(\.name).filter { $0.hasPrefix(line) } }
        let name = line[..<space]
        let text = String(line[line.index(after: space)...])
        return find(name)?.completions(text, data).map { "\(name) \($0)" } ?? []
    }

    /// Returns a hint about what to type next.
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
