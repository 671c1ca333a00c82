import Settings
import TerminalUI

/// Which key does what where. The one list behind dispatch, the help and the hints is ``KeyAction``; this finds its
/// entries by the keys that the terminal reports.
struct KeyMap: Sendable {
    private let bindings: KeyBindings
    private let everywhere: [Key: KeyAction]
    private let byScope: [KeyAction.Scope: [Key: KeyAction]]
    /// Keys of the configuration that no terminal reports, each with its action.
    let unusable: [(key: KeyName, action: KeyAction)]

    init(_ bindings: KeyBindings) {
        self.bindings = bindings
        var maps: [KeyAction.Scope: [Key: KeyAction]] = [:]
        var unusable: [(KeyName, KeyAction)] = []
        for action in KeyAction.allCases {
            for name in bindings.keys(for: action) {
                if let key = Key(parsing: name.description) {
                    maps[action.scope, default: [:]][key] = action
                } else {
                    unusable.append((name, action))
                }
            }
        }
        everywhere = maps.removeValue(forKey: .everywhere) ?? [:]
        byScope = maps
        self.unusable = unusable
    }

    /// What a key does in a view.
    func action(for key: Key, in scope: KeyAction.Scope) -> KeyAction? {
        byScope[scope]?[key] ?? everywhere[key]
    }

    /// The key to show for an action; nil if the configuration took it away.
    func key(for action: KeyAction) -> SafeText? {
        bindings.keys(for: action).first.map { SafeText(untrusted: $0.description) }
    }

    /// All keys of an action.
    func keys(for action: KeyAction) -> SafeText {
        bindings.keys(for: action).map { SafeText(untrusted: $0.description) }.joined(separator: " ")
    }

    /// The first key of an action with what it does; `label` says it in a word.
    func hint(_ action: KeyAction, _ label: SafeText) -> KeyHints.Hint? {
        key(for: action).map { KeyHints.Hint(key: $0, label: label) }
    }
}
