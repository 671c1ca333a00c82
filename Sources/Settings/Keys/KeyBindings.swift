public import TerminalStyle

/// Every action of the console with its keys. A key has one action in each view.
public struct KeyBindings: Sendable, Hashable {
    private var keysByAction: [KeyAction: [Key]]

    /// The keys without a configuration.
    public static let standard = KeyBindings(
        keysByAction: Dictionary(uniqueKeysWithValues: KeyAction.allCases.map { ($0, $0.standardKeys) })
    )

    /// The most keys of one action.
    private static let keyLimit = 16

    private init(keysByAction: [KeyAction: [Key]]) {
        self.keysByAction = keysByAction
    }

    /// The keys of an action, the one to show first. Empty if the configuration removed them.
    public func keys(for action: KeyAction) -> [Key] { keysByAction[action] ?? [] }

    /// The action of a key in a view.
    ///
    /// - Parameters:
    ///   - key: The key pressed.
    ///   - scope: The view it was pressed in; actions that work everywhere are always found.
    public func action(for key: Key, in scope: KeyAction.Scope) -> KeyAction? {
        KeyAction.allCases.first { action in
            (action.scope == scope || action.scope == .everywhere) && keys(for: action).contains(key)
        }
    }

    /// The actions whose keys differ from the standard ones, in the order of ``KeyAction``.
    var changesFromStandard: [(action: KeyAction, keys: [Key])] {
        KeyAction.allCases.compactMap { keys(for: $0) == $0.standardKeys ? nil : ($0, keys(for: $0)) }
    }
}

extension KeyBindings {
    /// Reads `[keys]`: an action's keys replace its standard ones, and an empty array takes them away.
    static func decode(_ node: TOMLNode, file: String) -> (bindings: KeyBindings, problems: [SettingsProblem]) {
        var reader = TableReader(node, file: file)
        var bindings = standard
        var written: [KeyAction: TOMLNode] = [:]
        // Every action is asked for, so that the error for an unknown name can suggest the nearest one.
        for action in KeyAction.allCases {
            guard let node = reader.value(action.rawValue) else { continue }
            written[action] = node
            bindings.keysByAction[action] = self.keys(node, &reader)
        }
        if let node = written[.quit], bindings.keys(for: .quit).isEmpty {
            reader.note(node, "needs at least one key, or there is no way out")
        }
        bindings.noteConflicts(written, &reader)
        return (bindings, reader.finish())
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

    /// Notes each key that belongs to two actions in one view, at the action that the file changed.
    private func noteConflicts(_ written: [KeyAction: TOMLNode], _ reader: inout TableReader) {
        for (index, action) in KeyAction.allCases.enumerated() {
            for other in KeyAction.allCases.dropFirst(index + 1) where action.scope.meets(other.scope) {
                for key in keys(for: action) where keys(for: other).contains(key) {
                    let (changed, standing) = written[other] != nil ? (other, action) : (action, other)
                    guard let node = written[changed] else { continue }
                    reader.note(
                        node,
                        "the key \(quoted(key.description)) of \(changed.rawValue) is also the key of "
                            + "\(standing.rawValue), give one of them another"
                    )
                }
            }
        }
    }
}

extension KeyAction.Scope {
    /// Whether a key pressed somewhere can mean an action of either scope.
    ///
    /// The demo's scope meets no other, so that a configuration can give `K` another meaning without knowing of the demo.
    func meets(_ other: KeyAction.Scope) -> Bool {
        self == other || (self != .demo && other != .demo && (self == .everywhere || other == .everywhere))
    }
}

extension Key {
    /// Whether usual terminals send the key: function keys up to F12, and control with a character that has a control byte
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
