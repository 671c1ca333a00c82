/// A key of a configuration, as `config/example.toml` explains it.
struct SettingKey: Sendable {
    /// How the example shows a key.
    enum Shown: Sendable {
        /// With a value.
        case set(String)
        /// With a value, in a comment.
        case inComment(String)
    }

    /// The key as it is written.
    let name: String
    /// What the key means, then on a line of its own the values allowed and the default.
    let explanation: String
    /// How the example shows the key.
    let shown: Shown

    init(_ name: String, _ explanation: String, shown: Shown) {
        self.name = name
        self.explanation = explanation
        self.shown = shown
    }
}

/// Something that settings are stored in.
protocol SettingOwner: Sendable {
    /// One with every setting at its default.
    static var standard: Self { get }
}

/// One setting of a configuration: its keys, where their value goes, how it is read and written, and what it means.
///
/// Everything that deals with keys iterates lists of these: reading with the check of ranges, the search for the nearest
/// name, `config show`, and the example. Most settings have one key; a login and a certificate have several.
struct Setting<Owner: SettingOwner>: Sendable {
    /// The keys in the order of the example.
    let keys: [SettingKey]
    /// Reads the keys into an owner. Problems are noted, and the owner then keeps the value it has.
    let read: @Sendable (inout TableReader, inout Owner) -> Void
    /// The value as keys with TOML literals, without secrets. Empty if the value is not set.
    let entries: @Sendable (Owner) -> [(key: String, literal: String)]
    /// Whether two owners have the same value.
    let isEqual: @Sendable (Owner, Owner) -> Bool

    /// A setting that is more than one value under one key.
    ///
    /// - Parameters:
    ///   - keys: The keys in the order of the example.
    ///   - path: Where the value is.
    ///   - read: Reads the keys into an owner.
    ///   - entries: Writes the value as keys with TOML literals.
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

    /// A setting of one key.
    ///
    /// - Parameters:
    ///   - name: The key.
    ///   - path: Where the value goes.
    ///   - format: How the value is read, checked and written.
    ///   - explanation: What it means. The values allowed and the default are added to it.
    ///   - shown: The value in the example, if it is not the default; nil shows the default.
    ///   - inComment: The value in the example, in a comment, for a key that most configurations leave out.
    ///   - absent: What holds when the key is left out, where that is not the value of a standard owner.
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
