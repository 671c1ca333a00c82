import Settings
import TerminalUI

/// Which key does what where. The one list behind dispatch, the help and the hints is ``KeyAction``; this finds its
/// entries by the keys that the terminal reports.
struct KeyMap: Sendable {
    private let bindings: KeyBindings
    private let everywhere: [Key: KeyAction]
    private let byScope: [KeyAction.Scope: [Key: KeyAction]]

    init(_ bindings: KeyBindings) {
        self.bindings = bindings
        var maps: [KeyAction.Scope: [Key: KeyAction]] = [:]
        for action in KeyAction.allCases {
            for key in bindings.keys(for: action) { maps[action.scope, default: [:]][key] = action }
        }
        everywhere = maps.removeValue(forKey: .everywhere) ?? [:]
        byScope = maps
    }

    /// What a key does in a view.
    func action(for key: Key, in scope: KeyAction.Scope) -> KeyAction? {
        byScope[scope]?[key] ?? everywhere[key]
    }

    /// The key to show for an action; nil if the configuration took it away.
    func key(for action: KeyAction) -> SafeText? {
        bindings.keys(for: action).first.map { SafeText(untrusted: $0.name) }
    }

    /// All keys of an action.
    func keys(for action: KeyAction) -> SafeText {
        bindings.keys(for: action).map { SafeText(untrusted: $0.name) }.joined(separator: " ")
    }

    /// The first key of an action with what it does; `label` says it in a word.
    func hint(_ action: KeyAction, _ label: SafeText) -> KeyHints.Hint? {
        key(for: action).map { KeyHints.Hint(key: $0, label: label) }
    }
}
