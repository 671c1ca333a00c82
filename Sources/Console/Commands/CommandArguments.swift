import TerminalUI

/// The arguments of a command, read word by word. The first problem is kept in ``failure``.
struct CommandArguments {
    private let command: Command
    private var rest: Substring
    private var problem: SafeText?

    init(_ text: Substring, of command: Command) {
        self.command = command
        rest = text.drop { $0 == " " }
    }

    /// The first problem, or unread arguments; nil if the line can be carried out.
    var failure: SafeText? {
        if let problem { return problem }
        guard !rest.isEmpty else { return nil }
        let wanted: SafeText = command.arguments.isEmpty ? "none" : command.arguments
        return "too many arguments for :\(untrusted: command.name); it takes \(wanted)"
    }

    /// Returns the next word. A missing word is a failure.
    mutating func word() -> String {
        guard let word = rest.split(separator: " ", maxSplits: 1).first else {
            fail(":\(untrusted: command.name) needs \(command.arguments)")
            return ""
        }
        rest = rest.dropFirst(word.count).drop { $0 == " " }
        return String(word)
    }

    /// Returns the unread text; nil if there is none.
    mutating func remainder() -> String? {
        defer { rest = "" }
        return rest.isEmpty ? nil : String(rest)
    }

    /// Returns the index of the cluster whose name is the unread text; nil if there is none. An unknown name is a failure.
    mutating func cluster(_ data: DashboardData) -> Int? {
        guard let name = remainder() else { return nil }
        if let index = data.deployment.clusterNames.firstIndex(of: name) { return index }
        let names = data.deployment.clusterNames.indices.map(data.deployment.clusterName).joined(separator: " ")
        fail("no cluster \(untrusted: name); the clusters are \(names)")
        return nil
    }

    /// Records why the line cannot be carried out. Only the first reason is kept.
    mutating func fail(_ reason: SafeText) {
        problem = problem ?? reason
    }
}
