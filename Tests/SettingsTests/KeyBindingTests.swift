import Settings
import TerminalStyle
import Testing

@Suite("The keys of a configuration")
struct KeyBindingTests {
    @Test(arguments: ["^s", "C-left", "C-space", "M-x", "F12", "S-tab", "Space", " "])
    func `keys that may be bound`(text: String) throws {
        let file = try parse("save = []\npause = []\nprevious_pane = []\ncopy = \"\(text)\"")
        #expect(file.keyBindings.first { $0.action == "copy" }?.keys == [try #require(Key(parsing: text))])
    }

    @Test(arguments: ["", "ab", "^1", "F13", "S-a", "M-M-x", "\\u001B", "\\u202E"])
    func `texts that are not keys, and keys that common terminals do not send, are refused`(text: String) {
        let problems = problems { () throws(SettingsError) in try parse("copy = \"\(text)\"") }
        #expect(problems.count == 1 && problems[0].contains(" is not a key, use one character or a name"))
    }

    @Test
    func `the file has only what differs from the standard keys, in the order of the actions`() throws {
        let file = try parse("subscribe = [\"s\"]\ncopy = []\npublish = [\"P\", \"F5\"]")
        #expect(file.keyBindings.map(\.action) == ["publish", "copy"])
        #expect(file.keyBindings[0].keys.map(\.description) == ["P", "F5"] && file.keyBindings[1].keys.isEmpty)
    }

    @Test
    func `actions of different views, and those of a mode, may share a key`() throws {
        #expect(try parse("copy = \"t\"").keyBindings.count == 1, "t is a key of the Topics view")
        #expect(try parse("publish = \"K\"").keyBindings.count == 1, "K is a key of the demo")
    }

    @Test
    func `without actions, each name is unknown`() {
        let problems = problems { () throws(SettingsError) in
            try ConfigurationFile.parse("[keys]\npublish = \"P\"", file: "c.toml")
        }
        #expect(problems == ["c.toml:2: keys.publish: unknown key, none is defined"])
    }

    private func parse(_ keys: String) throws(SettingsError) -> ConfigurationFile {
        try ConfigurationFile.parse("[keys]\n\(keys)", file: "c.toml", actions: BindableAction.examples)
    }
}

extension BindableAction {
    /// Actions like those of the console.
    static let examples = [
        BindableAction(name: "publish", standardKeys: ["p"], scope: .everywhere),
        BindableAction(name: "subscribe", standardKeys: ["s"], scope: .everywhere),
        BindableAction(name: "help", standardKeys: ["?", "F1"], scope: .everywhere),
        BindableAction(name: "next_pane", standardKeys: ["tab"], scope: .everywhere),
        BindableAction(name: "previous_pane", standardKeys: ["S-tab"], scope: .everywhere),
        BindableAction(name: "quit", standardKeys: ["q"], scope: .everywhere, needsKeyBecause: "or the console cannot be quit"),
        BindableAction(name: "tree", standardKeys: ["t"], scope: .view("topics")),
        BindableAction(name: "pause", standardKeys: ["space"], scope: .view("tail")),
        BindableAction(name: "hex", standardKeys: ["x"], scope: .view("tail")),
        BindableAction(name: "save", standardKeys: ["^s"], scope: .view("tail")),
        BindableAction(name: "copy", standardKeys: ["y"], scope: .view("tail")),
        BindableAction(name: "demo_faults", standardKeys: ["K"], scope: .mode("demo")),
    ]
}
