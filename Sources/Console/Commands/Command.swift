import Settings
import TerminalUI

/// A command of the `:` line.
enum Command: Sendable, Hashable {
    case quit
    case help
    case view(KeyAction)
    case theme(String?)
    case route(String)
    case subscribe(String, queueGroup: String?)
    case watch(String)
    case unsubscribe(String)
    /// Without a body the form is opened.
    case publish(String, body: String?)
    case reconnect(cluster: Int?)
    /// By a column of the open view.
    case sort(String)
    case mouse
    case profile(String)

    /// Why a line is no command.
    struct Failure: Error, Hashable {
        let reason: SafeText
    }
}

// MARK: - The list

extension Command {
    /// One command as the help, completion and errors show it.
    struct Definition: Sendable {
        let name: String
        let aliases: [String]
        /// What follows the name, as written in the help.
        let arguments: SafeText
        let summary: SafeText
    }

    /// All commands.
    static let definitions: [Definition] = [
        Definition(name: "quit", aliases: ["q"], arguments: "", summary: "quit"),
        Definition(name: "view", aliases: ["v"], arguments: "NAME", summary: "open a view; so does its NAME alone"),
        Definition(name: "sub", aliases: ["subscribe"], arguments: "TOPIC [QUEUE]", summary: "subscribe to a topic or pattern"),
        Definition(name: "watch", aliases: [], arguments: "PATTERN", summary: "see and count what others send"),
        Definition(name: "unsub", aliases: ["unsubscribe"], arguments: "TOPIC", summary: "end a subscription or watch"),
        Definition(name: "pub", aliases: ["publish"], arguments: "TOPIC [BODY]", summary: "publish a message"),
        Definition(name: "route", aliases: ["r"], arguments: "TOPIC", summary: "say which cluster owns a topic"),
        Definition(name: "reconnect", aliases: [], arguments: "[CLUSTER]", summary: "make connections anew"),
        Definition(name: "sort", aliases: ["o"], arguments: "COLUMN", summary: "sort the rows by a column"),
        Definition(name: "profile", aliases: ["context"], arguments: "NAME", summary: "show another profile or nats context"),
        Definition(name: "theme", aliases: [], arguments: "[NAME]", summary: "change the theme; no name: a list to choose from"),
        Definition(name: "mouse", aliases: [], arguments: "", summary: "mouse on or off"),
        Definition(name: "help", aliases: ["h"], arguments: "", summary: "help for this view"),
    ]

    private static func definition(_ name: Substring) -> Definition? {
        definitions.first { $0.name == name || $0.aliases.contains(String(name)) }
    }

    /// The names of the views, for `:view`. Each is a command, too.
    private static var viewNames: [(name: String, action: KeyAction)] {
        ViewList.standard.map { (type(of: $0).opening.rawValue, type(of: $0).opening) }
    }
}

// MARK: - Reading

extension Command {
    /// Reads a line.
    static func parse(_ line: String, _ data: DashboardData) throws(Failure) -> Command {
        let words = line.split(separator: " ", maxSplits: 1)
        guard let name = words.first else { throw Failure(reason: "no command; tab lists them") }
        if let view = viewNames.first(where: { $0.name == name }) {
            guard words.count == 1 else { throw Failure(reason: "too much after :\(untrusted: name); it takes nothing") }
            return .view(view.action)
        }
        guard let definition = definition(name) else {
            let names = definitions.map { SafeText(untrusted: $0.name) }.joined(separator: " ")
            throw Failure(reason: "unknown command \(untrusted: name); there are \(names)")
        }
        var rest = words.count > 1 ? words[1].drop { $0 == " " } : ""
        func argument() throws(Failure) -> String {
            guard let word = rest.split(separator: " ", maxSplits: 1).first else {
                throw Failure(reason: ":\(untrusted: definition.name) needs \(definition.arguments)")
            }
            rest = rest.dropFirst(word.count).drop { $0 == " " }
            return String(word)
        }
        func optional() -> String? {
            guard !rest.isEmpty else { return nil }
            defer { rest = "" }
            return String(rest)
        }

        let command: Command
        switch definition.name {
        case "quit": command = .quit
        case "help": command = .help
        case "mouse": command = .mouse
        case "view": command = .view(try view(named: try argument()))
        case "theme": command = .theme(optional())
        case "profile":
            guard let name = optional() else {
                let names = data.profileNames.map { SafeText(untrusted: $0) }.joined(separator: ", ")
                let list: SafeText = names.isEmpty ? "there is no other profile here" : ":profile needs NAME; there are \(names)"
                throw Failure(reason: list)
            }
            command = .profile(name)
        case "route": command = .route(try argument())
        case "sub": command = .subscribe(try argument(), queueGroup: optional())
        case "watch": command = .watch(try argument())
        case "unsub": command = .unsubscribe(try argument())
        case "pub": command = .publish(try argument(), body: optional())
        case "sort": command = .sort(try argument())
        case "reconnect": command = .reconnect(cluster: try cluster(named: optional(), data))
        default: throw Failure(reason: "the command \(untrusted: definition.name) does nothing yet")
        }
        guard rest.isEmpty else {
            let wanted = definition.arguments.isEmpty ? "nothing" : definition.arguments
            throw Failure(reason: "too much after :\(untrusted: definition.name); it takes \(wanted)")
        }
        return command
    }

    private static func view(named name: String) throws(Failure) -> KeyAction {
        let name = name.lowercased()
        if let view = viewNames.first(where: { $0.name.hasPrefix(name) }) { return view.action }
        let names = viewNames.map { SafeText(untrusted: $0.name) }.joined(separator: " ")
        throw Failure(reason: "no view \(untrusted: name); there are \(names)")
    }

    /// The columns of all views, for completion; the open view takes its own.
    private static var sortNames: [String] {
        var names: [String] = []
        for name in ViewList.standard.flatMap({ type(of: $0).sortNames }) where !names.contains(name) { names.append(name) }
        return names
    }

    private static func cluster(named name: String?, _ data: DashboardData) throws(Failure) -> Int? {
        guard let name else { return nil }
        if let index = data.deployment.clusterNames.firstIndex(of: name) { return index }
        let names = data.deployment.clusterNames.indices.map { data.deployment.clusterName($0) }.joined(separator: " ")
        throw Failure(reason: "no cluster \(untrusted: name); there are \(names)")
    }
}

// MARK: - Preview

extension Command {
    /// The theme that a line would change to, if there is one of that name.
    static func theme(in line: String, _ data: DashboardData) -> String? {
        let words = line.split(separator: " ", maxSplits: 1)
        guard words.count == 2, definition(words[0])?.name == "theme" else { return nil }
        return data.themeNames.first { $0 == words[1] }
    }
}

// MARK: - Completion

extension Command {
    /// The lines that a line can become with tab.
    static func completions(of line: String, _ data: DashboardData) -> [String] {
        guard let space = line.firstIndex(of: " ") else {
            return (definitions.map(\.name) + viewNames.map(\.name)).filter { $0.hasPrefix(line) }
        }
        let name = line[..<space]
        let word = String(line[line.index(after: space)...])
        let candidates: [String] =
            switch definition(name)?.name {
            case "view": viewNames.map(\.name).filter { $0.hasPrefix(word) }
            case "profile": data.profileNames.filter { $0.hasPrefix(word) }
            case "theme": data.themeNames.filter { $0.hasPrefix(word) }
            case "sub", "watch", "pub", "route": TopicCompletion.completions(of: word, data)
            case "unsub": data.subscriptions.map(\.request.pattern).filter { $0.hasPrefix(word) }
            case "sort": sortNames.filter { $0.hasPrefix(word) }
            case "reconnect": data.deployment.clusterNames.filter { $0.hasPrefix(word) }
            default: []
            }
        return candidates.map { "\(name) \($0)" }
    }

    /// What belongs after what was typed.
    static func hint(for line: String, _ data: DashboardData) -> SafeText {
        let words = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = words.first, !name.isEmpty else { return "tab lists the commands" }
        if viewNames.contains(where: { $0.name == name }) { return "open the view" }
        guard let definition = definition(name) else { return .empty }
        if definition.name == "route" || definition.name == "sub" || definition.name == "pub", words.count > 1,
            let topic = words[1].split(separator: " ").first
        {
            return RouteLine(String(topic), data).text
        }
        return definition.arguments.isEmpty ? definition.summary : "\(definition.arguments): \(definition.summary)"
    }
}
