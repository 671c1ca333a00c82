/// Which keys do what: every action of the console with its keys. No key does two things in one place.
public struct KeyBindings: Sendable, Hashable {
    private var keysByAction: [KeyAction: [KeyName]]

    /// The keys without a configuration.
    public static let standard = KeyBindings(
        keysByAction: Dictionary(uniqueKeysWithValues: KeyAction.allCases.map { ($0, $0.standardKeys) })
    )

    /// More keys than anybody gives to one action.
    private static let keyLimit = 16

    private init(keysByAction: [KeyAction: [KeyName]]) {
        self.keysByAction = keysByAction
    }

    /// The keys of an action, the one to show first. Empty if the configuration took them all away.
    public func keys(for action: KeyAction) -> [KeyName] { keysByAction[action] ?? [] }

    /// The action of a key in a view.
    ///
    /// - Parameters:
    ///   - key: The key pressed.
    ///   - scope: The view it was pressed in; actions that work everywhere are always found.
    public func action(for key: KeyName, in scope: KeyAction.Scope) -> KeyAction? {
        KeyAction.allCases.first { action in
            (action.scope == scope || action.scope == .everywhere) && keys(for: action).contains(key)
        }
    }

    /// The actions whose keys differ from the standard ones, in the order of ``KeyAction``.
    var changesFromStandard: [(action: KeyAction, keys: [KeyName])] {
        KeyAction.allCases.compactMap { keys(for: $0) == $0.standardKeys ? nil : ($0, keys(for: $0)) }
    }
}

extension KeyBindings {
    /// Reads `[keys]`: an action's keys replace its standard ones, and an empty array takes them away.
    static func decode(_ node: TOMLNode, file: String) -> (bindings: KeyBindings, problems: [SettingsProblem]) {
        var reader = TableReader(node, file: file)
        var bindings = standard
        var written: [KeyAction: TOMLNode] = [:]
        // Every action is asked for, so that a wrong name can be told the nearest right one.
        for action in KeyAction.allCases {
            guard let node = reader.value(action.rawValue) else { continue }
            written[action] = node
            bindings.keysByAction[action] = names(node, &reader)
        }
        if let node = written[.quit], bindings.keys(for: .quit).isEmpty {
            reader.note(node, "needs at least one key, or there is no way out")
        }
        bindings.noteConflicts(written, &reader)
        return (bindings, reader.finish())
    }

    private static func names(_ node: TOMLNode, _ reader: inout TableReader) -> [KeyName] {
        switch node.value {
        case .string:
            return [name(node, &reader)].compactMap(\.self)
        case .array(let elements):
            guard elements.count <= keyLimit else {
                reader.note(node, "has more than \(keyLimit) keys, remove some")
                return []
            }
            return elements.compactMap { name($0, &reader) }
        default:
            reader.note(node, "expected a key such as \"P\" or an array of keys, found \(node.kind)")
            return []
        }
    }

    private static func name(_ node: TOMLNode, _ reader: inout TableReader) -> KeyName? {
        guard let text = reader.string(node) else { return nil }
        do {
            return try KeyName(parsing: text)
        } catch {
            reader.note(node, error.message)
            return nil
        }
    }

    /// Notes each key that two actions claim in one place, at the action that the file changed.
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
    /// Those of the demo meet no others: whoever gives `K` another meaning need not know that there is a demo.
    func meets(_ other: KeyAction.Scope) -> Bool {
        self == other || (self != .demo && other != .demo && (self == .everywhere || other == .everywhere))
    }
}
