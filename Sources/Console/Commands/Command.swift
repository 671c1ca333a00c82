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
    /// The key that does the same in every view; nil if there is none.
    let key: KeyAction?
    /// Returns the texts that complete the arguments.
    let completions: @Sendable (_ text: String, DashboardData) -> CompletionList
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
        key: KeyAction? = nil,
        completions: @escaping @Sendable (String, DashboardData) -> CompletionList = { _, _ in .empty },
        hint: (@Sendable (String, DashboardData) -> SafeText)? = nil,
        previewedTheme: @escaping @Sendable (String, DashboardData) -> String? = { _, _ in nil },
        read: @escaping @Sendable (inout CommandArguments, DashboardData) -> Action
    ) {
        self.name = name
        self.aliases = aliases
        self.arguments = arguments
        self.summary = summary
        self.key = key
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
        guard let name = words.first else { throw CommandError(reason: "type a command; the list shows them") }
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
    /// Returns the lines that complete a line.
    static func completions(of line: String, _ data: DashboardData) -> CompletionList {
        guard let space = line.firstIndex(of: " ") else { return names(for: line, data) }
        let name = line[..<space]
        let text = String(line[line.index(after: space)...])
        return find(name)?.completions(text, data).following("\(name) ") ?? .empty
    }

    /// Returns the commands whose names or other names complete a text, with what they do and their keys.
    private static func names(for text: String, _ data: DashboardData) -> CompletionList {
        let pattern = CompletionPattern(text)
        func matches(_ name: String) -> Bool {
            var name = name
            return name.withUTF8 { pattern.match($0) } != nil
        }
        var commands: [String: Command] = [:]
        var words: [String] = []
        for command in known {
            // Another name is shown only if the first one does not match.
            guard let name = ([command.name] + command.aliases).first(where: matches) else { continue }
            commands[name] = command
            words.append(name)
        }
        var list = CompletionList(words, for: text) { name, pattern in
            guard let command = commands[name] else { return CompletionRow(name, pattern) }
            return CompletionRow(command, as: name, pattern, data)
        }
        list.columns = [.init(importance: 50, fills: true), .init(alignment: .right, importance: 60)]
        return list
    }

    /// Returns the arguments of the command at the beginning of a line; nil while its name is typed.
    static func arguments(of line: String) -> SafeText? {
        line.firstIndex(of: " ").map { find(line[..<$0])?.arguments ?? .empty }
    }

    /// Returns whether a line is the name of a command with arguments.
    static func needsArguments(after line: String) -> Bool {
        find(Substring(line)).map { !$0.arguments.isEmpty } ?? false
    }

    /// Returns a hint about what to type next.
    static func hint(for line: String, _ data: DashboardData) -> SafeText {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = words.first, words.count > 1, let command = find(name) else { return .empty }
        if let hint = command.hint, let word = words[1].split(separator: " ").first {
            return hint(String(word), data)
        }
        return command.arguments.isEmpty ? command.summary : "\(command.arguments): \(command.summary)"
    }
}

extension CompletionRow {
    /// - Parameter name: The name or another name of the command.
    fileprivate init(_ command: Command, as name: String, _ pattern: CompletionPattern, _ data: DashboardData) {
        let arguments: SafeText = command.arguments.isEmpty ? .empty : " \(command.arguments)"
        self.init(name, after: arguments, pattern)
        isComplete = command.arguments.isEmpty || command.arguments.plain.hasPrefix("[")
        let key = command.key.flatMap { data.keys.key(for: $0) } ?? .empty
        details = [StyledLine.Span(text: command.summary, role: .muted), StyledLine.Span(text: key, role: .key)]
    }
}
