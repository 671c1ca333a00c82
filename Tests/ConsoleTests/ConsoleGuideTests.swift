import Settings
import TestSupport
import Testing

@testable import Console

@Suite("The reference of keys and commands")
struct ConsoleGuideTests {
    @Test
    func `equals the output of the lists of keys and commands`() throws {
        let differences = try GeneratedFile("Documentation/console.md").differences(from: Self.reference)
        #expect(differences.isEmpty, "run UPDATE_DOCUMENTATION=1 swift test")
    }

    @Test
    func `lists every action once, and the keys of every view`() {
        let listed = Self.sections.flatMap(\.actions)
        #expect(listed.count == Set(listed).count)
        // Left, right and sorting depend on the view, so the reference describes them in sentences.
        #expect(Set(KeyAction.allCases).subtracting(listed) == [.left, .right, .sortColumn, .invertSort])
        for view in ViewList.standard where type(of: view).scope != .everywhere {
            let own = KeyAction.allCases.filter { $0.scope == type(of: view).scope }
            #expect(Set(own).isSubset(of: type(of: view).actions.map(\.action)), "\(type(of: view).title)")
        }
    }

    private struct Section {
        let title: String
        let actions: [KeyAction]
    }

    /// The actions in the groups of the help.
    private static var sections: [Section] {
        let views = ViewList.standard.map { type(of: $0) }
        var sections = [
            Section(title: "Everywhere", actions: KeyAction.everywhere),
            Section(title: "Moving", actions: KeyAction.moves),
            Section(title: "Opening a view", actions: views.map { $0.opening }),
        ]
        for view in views where view.scope != .everywhere {
            let own = view.actions.map(\.action).filter { $0.scope == view.scope }
            sections.append(Section(title: view.title.plain, actions: own))
        }
        sections.append(Section(title: "In the demo", actions: KeyAction.demo))
        return sections
    }

    private static var reference: String {
        var lines = [
            "# Keys and commands of the console",
            "",
            "`?` shows the same in the console, for the open view and with the keys of your configuration.",
            "",
            "## Keys",
            "",
            "These are the standard keys. The name of an action is its key in the table `[keys]` of the configuration.",
        ]
        for section in sections {
            lines += ["", "### \(section.title)", "", "| key | does | action |", "|---|---|---|"]
            for action in section.actions {
                let keys = action.standardKeys.map { "`\($0.description)`" }.joined(separator: " ")
                lines.append("| \(keys) | \(action.summary) | `\(action.rawValue)` |")
            }
        }
        let (next, inverted) = (KeyAction.sortColumn, KeyAction.invertSort)
        lines.append("")
        lines.append(
            "In a table that can be sorted, `\(next.standardKeys[0])` (`\(next.rawValue)`) sorts by the next column, and "
                + "`\(inverted.standardKeys[0])` (`\(inverted.rawValue)`) inverts the order."
        )
        lines.append(
            "Left and right (`left`, `right`) close and open branches of the tree of topics and rows of replies, and scroll "
                + "messages."
        )
        lines += [
            "",
            "## Commands",
            "",
            "`:` asks for a command and lists those that match, with what they do. Tab completes what they have in common, up and "
                + "down choose one, and enter takes it. The name of a view alone opens the view.",
            "",
            "| command | also | does |",
            "|---|---|---|",
        ]
        for command in Command.all {
            let arguments = command.arguments.isEmpty ? "" : " \(command.arguments.plain)"
            let aliases = command.aliases.map { "`:\($0)`" }.joined(separator: " ")
            lines.append("| `:\(command.name)\(arguments)` | \(aliases) | \(command.summary.plain) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
