import Settings
import TerminalUI

/// Finds the action of a key, and the keys of an action. ``KeyAction`` lists the actions.
struct KeyMap: Sendable {
    private let keys: [KeyAction: [Key]]
    private let everywhere: [Key: KeyAction]
    private let byScope: [KeyAction.Scope: [Key: KeyAction]]

    /// - Parameter bindings: The keys that differ from the standard ones.
    init(_ bindings: [KeyBinding] = []) {
        var keys = Dictionary(uniqueKeysWithValues: KeyAction.allCases.map { ($0, $0.standardKeys) })
        for binding in bindings {
            if let action = KeyAction(rawValue: binding.action) { keys[action] = binding.keys }
        }
        self.keys = keys
        var maps: [KeyAction.Scope: [Key: KeyAction]] = [:]
        for action in KeyAction.allCases {
            for key in keys[action] ?? [] { maps[action.scope, default: [:]][key] = action }
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
        keys[action]?.first.map { SafeText(untrusted: $0.name) }
    }

    /// Returns all keys of an action.
    func keys(for action: KeyAction) -> SafeText {
        (keys[action] ?? []).map { SafeText(untrusted: $0.name) }.joined(separator: " ")
    }

    /// Returns a hint with the first key of an action; nil if it has no key.
    func hint(_ action: KeyAction, _ label: SafeText) -> KeyHints.Hint? {
        key(for: action).map { KeyHints.Hint(key: $0, label: label) }
    }
}
