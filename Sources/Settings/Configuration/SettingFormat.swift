import TextCoding

/// How a value is read from a configuration, checked, and written to one.
struct SettingFormat<Value: Sendable>: Sendable {
    /// A sentence about the allowed values, or nil if the explanation of the key is sufficient.
    let allowed: String?
    /// Reads the value of a node. If the value is invalid, reports a problem and returns nil.
    let read: @Sendable (TOMLNode, inout TableReader) -> Value?
    /// The value as a TOML literal, or nil if the key has to be left out.
    let literal: @Sendable (Value) -> String?

    init(
        allowed: String? = nil,
        read: @escaping @Sendable (TOMLNode, inout TableReader) -> Value?,
        literal: @escaping @Sendable (Value) -> String?
    ) {
        self.allowed = allowed
        self.read = read
        self.literal = literal
    }
}

// MARK: - Numbers and flags

extension SettingFormat where Value == Int {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        SettingFormat(allowed: "Range: \(range.lowerBound) to \(range.upperBound).") { node, reader in
            guard case .integer(let number) = node.value else {
                reader.note(node, "expected an integer, found \(node.kind)")
                return nil
            }
            guard range.contains(number) else {
                reader.note(node, "\(number) is out of range, use \(range.lowerBound) to \(range.upperBound)")
                return nil
            }
            return number
        } literal: {
            String($0)
        }
    }
}

extension SettingFormat where Value == Duration {
    /// Whole milliseconds, or text such as "250ms".
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        let bounds = "\(DurationText.format(range.lowerBound)) to \(DurationText.format(range.upperBound))"
        return SettingFormat(allowed: "Range: \(bounds).") { node, reader in
            do throws(DurationText.ParseError) {
                switch node.value {
                case .integer(let milliseconds):
                    return try DurationText.check(.milliseconds(milliseconds), in: range)
                case .string(let text):
                    return try DurationText.parse(text, in: range)
                default:
                    reader.note(node, "expected milliseconds or text such as \"5s\", found \(node.kind)")
                }
            } catch {
                reader.note(node, error.message)
            }
            return nil
        } literal: {
            TOMLLiteral.string(DurationText.format($0))
        }
    }
}

extension SettingFormat where Value == Bool {
    /// True or false.
    static var boolean: Self {
        SettingFormat { node, reader in
            guard case .boolean(let flag) = node.value else {
                reader.note(node, "expected true or false, found \(node.kind)")
                return nil
            }
            return flag
        } literal: {
            String($0)
        }
    }
}

// MARK: - Text

extension SettingFormat where Value == String {
    /// A string, possibly empty.
    static var string: Self {
        SettingFormat { node, reader in
            guard case .string(let text) = node.value else {
                reader.note(node, "expected a string, found \(node.kind)")
                return nil
            }
            return text
        } literal: {
            TOMLLiteral.string($0)
        }
    }

    /// A string of at least one character.
    static var text: Self {
        string.checked { text throws(SettingValueError) in
            if text.isEmpty { throw SettingValueError("is empty, write a value or remove the key") }
        }
    }

    /// The path of a file, made absolute.
    static var path: Self {
        SettingFormat { node, reader in
            text.read(node, &reader).map(reader.resolvePath)
        } literal: {
            TOMLLiteral.string($0)
        }
    }

    /// The prefix of reply topics: a topic without wildcards.
    static var inboxPrefix: Self {
        text.checked { prefix throws(SettingValueError) in
            guard InboxPrefix.isUsable(prefix) else { throw SettingValueError(InboxPrefix.rule) }
        }
    }
}

extension SettingFormat where Value == [String] {
    /// Topic patterns with the wildcards `*` and `>`. Invalid patterns are reported and left out.
    static var topicPatterns: Self {
        SettingFormat { node, reader in
            reader.strings(node)?.compactMap { element, pattern in
                guard let complaint = complaint(aboutPattern: pattern) else { return pattern }
                reader.note(element, complaint)
                return nil
            }
        } literal: { patterns in
            "[\(patterns.map { TOMLLiteral.string($0) }.joined(separator: ", "))]"
        }
    }

    private static func complaint(aboutPattern pattern: String) -> String? {
        let tokens = pattern.split(separator: ".", omittingEmptySubsequences: false)
        if tokens.contains("") || pattern.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F }) {
            return "\(quoted(pattern)) is not a topic pattern, use tokens such as \"orders.*\" or \"orders.>\""
        }
        if tokens.dropLast().contains(">") { return "\(quoted(pattern)) has > before its last token, use * for one token" }
        return nil
    }
}

// MARK: - Choices

extension SettingFormat where Value: Equatable {
    /// One of several names, each of which represents a value.
    static func choice(_ choices: [(name: String, value: Value)]) -> Self {
        let names = choices.map(\.name)
        let allowed = names.map { TOMLLiteral.string($0) }.joined(separator: ", ")
        return SettingFormat(allowed: "Values: \(allowed).") { node, reader in
            guard let text = SettingFormat<String>.string.read(node, &reader) else { return nil }
            if let choice = choices.first(where: { $0.name == text }) { return choice.value }
            reader.note(node, "\(quoted(text)): " + NearestName.unknown("value", text, known: names))
            return nil
        } literal: { value in
            choices.first { $0.value == value }.map { TOMLLiteral.string($0.name) }
        }
    }
}

extension SettingFormat where Value: Equatable & CaseIterable & RawRepresentable<String> {
    /// One of the cases, by its raw value.
    static var choice: Self { choice(Value.allCases.map { ($0.rawValue, $0) }) }
}

// MARK: - Combining

/// An error whose message says what is wrong with a value and what to write instead.
protocol ValueError: Error {
    var message: String { get }
}

/// An error in a value.
struct SettingValueError: ValueError {
    let message: String

    init(_ message: String) { self.message = message }
}

extension SettingFormat {
    /// A format for an optional value: nil means that the key is missing.
    static func optional<Wrapped: Sendable>(_ format: SettingFormat<Wrapped>) -> Self where Value == Wrapped? {
        SettingFormat(allowed: format.allowed) { node, reader in
            format.read(node, &reader).map(Optional.some)
        } literal: {
            $0.flatMap(format.literal)
        }
    }

    /// A copy of the format with an additional check.
    func checked<Failure: ValueError>(_ check: @escaping @Sendable (Value) throws(Failure) -> Void) -> Self {
        SettingFormat(allowed: allowed) { node, reader in
            guard let value = read(node, &reader) else { return nil }
            do throws(Failure) {
                try check(value)
                return value
            } catch {
                reader.note(node, error.message)
                return nil
            }
        } literal: {
            literal($0)
        }
    }
}
