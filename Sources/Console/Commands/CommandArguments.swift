import TerminalUI

/// What follows the name of a command, read word by word. The first problem is kept in ``failure``.
struct CommandArguments {
    private let command: Command
    private var rest: Substring
    private var problem: SafeText?

    init(_ text: Substring, of command: Command) {
        self.command = command
        rest = text.drop { $0 == " " }
    }

    /// What is wrong, also if something is left over; nil if the line can be carried out.
    var failure: SafeText? {
        if let problem { return problem }
        guard !rest.isEmpty else { return nil }
        let wanted: SafeText = command.arguments.isEmpty ? "nothing" : command.arguments
        return "too much after :\(untrusted: command.name); it takes \(wanted)"
    }

    /// The next word, which the command needs.
    mutating func word() -> String {
        guard let word = rest.split(separator: " ", maxSplits: 1).first else {
            fail(":\(untrusted: command.name) needs \(command.arguments)")
            return ""
        }
        rest = rest.dropFirst(word.count).drop { $0 == " " }
        return String(word)
    }

    /// All that is left; nil for nothing.
    mutating func remainder() -> String? {
        defer { rest = "" }
        return rest.isEmpty ? nil : String(rest)
    }

    /// Notes why the line cannot be carried out.
    mutating func fail(_ reason: SafeText) {
        problem = problem ?? reason
    }
}
