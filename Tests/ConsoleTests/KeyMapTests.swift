import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("The keys of the console")
struct KeyMapTests {
    @Test
    func `the default keys have one spelling, and no key has two actions in one view`() {
        let map = KeyMap()
        for scope in KeyAction.Scope.allCases {
            var owners: [Key: KeyAction] = [:]
            for action in KeyAction.allCases where action.scope == scope || action.scope == .everywhere {
                #expect(!action.standardKeys.isEmpty)
                for key in action.standardKeys {
                    #expect(Key(parsing: key.name) == key)
                    #expect(owners.updateValue(action, forKey: key) == nil, "\(key) of \(action)")
                    #expect(map.action(for: key, in: scope) == action)
                }
            }
        }
        #expect(map.action(for: "x", in: .topics) == nil)
    }

    @Test
    func `a configuration replaces or removes keys, and cannot remove those for quitting`() throws {
        let file = try ConfigurationFile.parse(
            "[keys]\npublish = [\"P\", \"F5\"]\ncopy = []",
            file: "c.toml",
            actions: BindableAction.console
        )
        let map = KeyMap(file.keyBindings)
        #expect(map.keys(for: .publish) == "P F5" && map.key(for: .copy) == nil)
        #expect(map.action(for: "p", in: .tail) == nil && map.action(for: "y", in: .tail) == nil)
        #expect(throws: SettingsError.self) {
            try ConfigurationFile.parse("[keys]\nquit = []", file: "c.toml", actions: BindableAction.console)
        }
    }
}
