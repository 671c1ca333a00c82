import Settings
import TerminalUI

/// Finds the action of a key, and the keys of an action. ``KeyAction`` lists the actions.
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

    /// Returns the action of a key in a view.
    func action(for key: Key, in scope: KeyAction.Scope) -> KeyAction? {
        byScope[scope]?[key] ?? everywhere[key]
    }

    /// Returns the key to show for an action; nil if the configuration removed all its keys.
    func key(for action: KeyAction) -> SafeText? {
        bindings.keys(for: action).first.map { SafeText(untrusted: $0.name) }
    }

    /// Returns all keys of an action.
    func keys(for action: KeyAction) -> SafeText {
        bindings.keys(for: action).map { SafeText(untrusted: $0.name) }.joined(separator: " ")
    }

    /// Returns a hint with the first key of an action; nil if it has no key.
    func hint(_ action: KeyAction, _ label: SafeText) -> KeyHints.Hint? {
        key(for: action).map { KeyHints.Hint(key: $0, label: label) }
    }
}
