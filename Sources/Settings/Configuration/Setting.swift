/// A key of a configuration, with its explanation in `config/example.toml`.
struct SettingKey: Sendable {
    /// How the example shows a key.
    enum Shown: Sendable {
        /// With a value.
        case set(String)
        /// Commented out, with a value.
        case inComment(String)
    }

    /// The key as written in the file.
    let name: String
    /// What the key means, followed by a line with the allowed values and the default.
    let explanation: String
    /// How the example shows the key.
    let shown: Shown

    init(_ name: String, _ explanation: String, shown: Shown) {
        self.name = name
        self.explanation = explanation
        self.shown = shown
    }
}

/// A type that stores settings.
protocol SettingOwner: Sendable {
    /// An instance with default settings.
    static var standard: Self { get }
}

/// One setting of a configuration: its keys, their meaning, the property that stores the value, and how to read and write it.
///
/// All code that handles keys iterates lists of settings: reading, range checks, suggestions for misspelled keys,
/// `config show` and the example. Most settings have one key. A login and a certificate have several.
struct Setting<Owner: SettingOwner>: Sendable {
    /// The keys in the order of the example.
    let keys: [SettingKey]
    /// Reads the keys into an owner. If a value is invalid, reports it and leaves the value of the owner unchanged.
    let read: @Sendable (inout TableReader, inout Owner) -> Void
    /// The value as keys and TOML literals, with secrets redacted. Empty if the value is not set.
    let entries: @Sendable (Owner) -> [(key: String, literal: String)]
    /// Whether two owners have the same value.
    let isEqual: @Sendable (Owner, Owner) -> Bool

    /// Creates a setting with several keys or a special format.
    ///
    /// - Parameters:
    ///   - keys: The keys in the order of the example.
    ///   - path: The property that stores the value.
    ///   - read: Reads the keys into an owner.
    ///   - entries: Writes the value as keys and TOML literals.
    init<Value: Sendable & Equatable>(
        keys: [SettingKey],
        _ path: any KeyPath<Owner, Value> & Sendable,
        read: @escaping @Sendable (inout TableReader, inout Owner) -> Void,
        entries: @escaping @Sendable (Owner) -> [(key: String, literal: String)]
    ) {
        self.keys = keys
        self.read = read
        self.entries = entries
        isEqual = { $0[keyPath: path] == $1[keyPath: path] }
    }

    /// Creates a setting with one key.
    ///
    /// - Parameters:
    ///   - name: The key.
    ///   - path: The property that stores the value.
    ///   - format: How the value is read, checked and written.
    ///   - explanation: What the setting means. The allowed values and the default are appended to it.
    ///   - shown: The value in the example, if it is not the default; nil shows the default.
    ///   - inComment: The value in the example, commented out, for a key that most configurations leave out.
    ///   - absent: The default to document, if it differs from the value of a standard owner.
    init<Value: Sendable & Equatable>(
        _ name: String,
        _ path: any WritableKeyPath<Owner, Value> & Sendable,
        _ format: SettingFormat<Value>,
        _ explanation: String,
        shown: Value? = nil,
        inComment: Value? = nil,
        absent: String? = nil
    ) {
        let standard = format.literal(Owner.standard[keyPath: path])
        var facts = [format.allowed].compactMap(\.self)
        if let absent {
            facts.append("Default: \(absent).")
        } else if shown != nil || inComment != nil {
            facts.append("Default: \(standard ?? "none").")
        }
        let shownLiteral = shown.flatMap(format.literal) ?? inComment.flatMap(format.literal) ?? standard ?? ""
        self.init(
            keys: [
                SettingKey(
                    name,
                    facts.isEmpty ? explanation : explanation + "\n" + facts.joined(separator: " "),
                    shown: inComment == nil ? .set(shownLiteral) : .inComment(shownLiteral)
                )
            ],
            path,
            read: { reader, owner in
                if let value = reader.read(name, as: format) { owner[keyPath: path] = value }
            },
            entries: { owner in
                format.literal(owner[keyPath: path]).map { [(name, $0)] } ?? []
            }
        )
    }
}
