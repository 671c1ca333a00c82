public import TerminalStyle
import TextCoding

/// The keys that a configuration gives to an action, instead of its standard keys.
public struct KeyBinding: Sendable, Hashable {
    /// The name of the action, one of the list that the configuration was read with.
    public let action: String
    /// The keys; the first one is the one to display. Empty if the configuration removes them.
    public let keys: [Key]

    /// The maximum number of keys of one action.
    private static let keyLimit = 16
}

extension KeyBinding {
    /// Reads `[keys]`. The keys of an action replace its standard keys, and an empty array removes them.
    ///
    /// - Returns: The keys that differ from the standard ones, in the order of the actions.
    static func decode(
        _ node: TOMLNode,
        _ actions: [BindableAction],
        file: String
    ) -> (bindings: [KeyBinding], problems: [SettingsProblem]) {
        var reader = TableReader(node, file: file)
        // This requests every action, so that the error for an unknown name can suggest the nearest one.
        let choices = actions.map { action in
            let node = reader.value(action.name)
            return Choice(action: action, keys: node.map { keys($0, &reader) } ?? action.standardKeys, node: node)
        }
        for choice in choices where choice.keys.isEmpty {
            guard let node = choice.node, let reason = choice.action.needsKeyBecause else { continue }
            reader.note(node, "needs at least one key, \(reason)")
        }
        noteConflicts(choices, &reader)
        let changed = choices.filter { $0.keys != $0.action.standardKeys }
        return (changed.map { KeyBinding(action: $0.action.name, keys: $0.keys) }, reader.finish())
    }

    /// The keys of an action, and where the file gives them.
    private struct Choice {
        let action: BindableAction
        let keys: [Key]
        let node: TOMLNode?
    }

    private static func keys(_ node: TOMLNode, _ reader: inout TableReader) -> [Key] {
        switch node.value {
        case .string:
            return [key(node, &reader)].compactMap(\.self)
        case .array(let elements):
            guard elements.count <= keyLimit else {
                reader.note(node, "has more than \(keyLimit) keys, remove some")
                return []
            }
            return elements.compactMap { key($0, &reader) }
        default:
            reader.note(node, "expected a key such as \"P\" or an array of keys, found \(node.kind)")
            return []
        }
    }

    private static func key(_ node: TOMLNode, _ reader: inout TableReader) -> Key? {
        guard let text = SettingFormat.string.read(node, &reader) else { return nil }
        guard let key = Key(parsing: text), key.isUsual else {
            reader.note(
                node,
                "\(quoted(text)) is not a key, use one character or a name such as \"^s\", \"M-x\", \"S-tab\", \"F1\", \"space\", "
                    + "\"enter\", \"esc\", \"pgup\""
            )
            return nil
        }
        return key
    }

    /// Reports each key that is bound to two actions in one view, at the action that the file changed.
    private static func noteConflicts(_ choices: [Choice], _ reader: inout TableReader) {
        for (index, one) in choices.enumerated() {
            for other in choices.dropFirst(index + 1) where one.action.scope.overlaps(other.action.scope) {
                for key in one.keys where other.keys.contains(key) {
                    let (changed, standing) = other.node != nil ? (other, one) : (one, other)
                    guard let node = changed.node else { continue }
                    reader.note(
                        node,
                        "the key \(quoted(key.description)) of \(changed.action.name) is also a key of "
                            + "\(standing.action.name), change one of them"
                    )
                }
            }
        }
    }
}

extension Key {
    /// Whether common terminals send the key: function keys up to F12, and control with a character that has a control byte
    /// (ECMA-48).
    fileprivate var isUsual: Bool {
        switch code {
        case .function(let number): number <= 12
        case .character(let scalar) where modifiers.contains(.control):
            scalar == " " || ("@"..."_").contains(scalar) || ("a"..."z").contains(scalar)
        default: true
        }
    }
}
