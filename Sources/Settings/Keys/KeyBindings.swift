public import TerminalStyle

/// The keys of every action of the console. In each view, a key has at most one action.
public struct KeyBindings: Sendable, Hashable {
    private var keysByAction: [KeyAction: [Key]]

    /// The default keys.
    public static let standard = KeyBindings(
        keysByAction: Dictionary(uniqueKeysWithValues: KeyAction.allCases.map { ($0, $0.standardKeys) })
    )

    /// The maximum number of keys of one action.
    private static let keyLimit = 16

    private init(keysByAction: [KeyAction: [Key]]) {
        self.keysByAction = keysByAction
    }

    /// The keys of an action. The first one is the one to display. Empty if the configuration removed them.
    public func keys(for action: KeyAction) -> [Key] { keysByAction[action] ?? [] }

    /// The action of a key in a view.
    ///
    /// - Parameters:
    ///   - key: The key pressed.
    ///   - scope: The view in which the key was pressed. Actions that work everywhere are found in every view.
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
    /// Reads `[keys]`. The keys of an action replace its default keys, and an empty array removes them.
    static func decode(_ node: TOMLNode, file: String) -> (bindings: KeyBindings, problems: [SettingsProblem]) {
        var reader = TableReader(node, file: file)
        var bindings = standard
        var written: [KeyAction: TOMLNode] = [:]
        // This requests every action, so that the error for an unknown name can suggest the nearest one.
        for action in KeyAction.allCases {
            guard let node = reader.value(action.rawValue) else { continue }
            written[action] = node
            bindings.keysByAction[action] = keys(node, &reader)
        }
        if let node = written[.quit], bindings.keys(for: .quit).isEmpty {
            reader.note(node, "needs at least one key, or the console cannot be quit")
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

    /// Reports each key that is bound to two actions in one view, at the action that the file changed.
    private func noteConflicts(_ written: [KeyAction: TOMLNode], _ reader: inout TableReader) {
        for (index, action) in KeyAction.allCases.enumerated() {
            for other in KeyAction.allCases.dropFirst(index + 1) where action.scope.meets(other.scope) {
                for key in keys(for: action) where keys(for: other).contains(key) {
                    let (changed, standing) = written[other] != nil ? (other, action) : (action, other)
                    guard let node = written[changed] else { continue }
                    reader.note(
                        node,
                        "the key \(quoted(key.description)) of \(changed.rawValue) is also a key of "
                            + "\(standing.rawValue), change one of them"
                    )
                }
            }
        }
    }
}

extension KeyAction.Scope {
    /// Whether the scopes overlap, so that one key could mean an action of either.
    ///
    /// The scope of the demo overlaps only with itself, so that a configuration can rebind `K` without regard to the demo.
    func meets(_ other: KeyAction.Scope) -> Bool {
        self == other || (self != .demo && other != .demo && (self == .everywhere || other == .everywhere))
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
