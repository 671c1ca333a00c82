/// The name of a key as it is written in a configuration and shown in the help: `q`, `^s`, `S-tab`, `F1`, `space`.
public struct KeyName: Sendable, Hashable, CustomStringConvertible {
    /// The one spelling of this key. Different spellings of one key parse to the same.
    public let description: String

    /// Why a text names no key.
    public struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What is wrong and what to write instead.
        public let message: String
        /// The same as ``message``.
        public var description: String { message }
    }

    /// Keys that have a name rather than a character, by their spelling here, with other spellings people use.
    private static let named: [(name: String, aliases: [String])] = [
        ("space", [" "]), ("tab", []), ("enter", ["return", "cr"]), ("esc", ["escape"]),
        ("backspace", ["bs"]), ("delete", ["del"]), ("insert", ["ins"]),
        ("up", []), ("down", []), ("left", []), ("right", []), ("home", []), ("end", []),
        ("pgup", ["pageup"]), ("pgdn", ["pagedown", "pgdown"]),
    ]

    /// Control keys that a terminal sends as the very byte of a named key.
    private static let controlTwins = ["^i": "tab", "^m": "enter", "^[": "esc"]

    /// Reads the name of a key.
    ///
    /// - Parameter text: One character; a named key such as `space`, `pgup` or `F1` to `F12`; or either of them after
    ///   `^` or `C-` (control), `M-` (alt), `S-` (shift, with named keys only, since a letter says it itself).
    /// - Throws: ``Failure`` when the text names no key that a terminal can send.
    public init(parsing text: String) throws(Failure) {
        guard let name = Self.canonical(text) else {
            throw Failure(
                message: "\(quoted(text)) is not a key, use one character or a name such as \"^s\", \"M-x\", \"S-tab\", \"F1\", "
                    + "\"space\", \"enter\", \"esc\", \"pgup\""
            )
        }
        description = name
    }

    init(_ standard: StaticString) {
        // The standard keys are checked by a test; what cannot be parsed would stand out there.
        description = Self.canonical(standard.description) ?? standard.description
    }

    private static func canonical(_ text: String) -> String? {
        if text.count == 1 { return canonicalCharacter(text) }
        let lowercased = text.lowercased()
        if let name = canonicalName(lowercased) { return name }
        if lowercased == "backtab" { return "S-tab" }
        if text.hasPrefix("^") { return control(String(text.dropFirst())) }
        guard text.dropFirst().hasPrefix("-") || lowercased.contains("-") else { return nil }
        let (modifier, rest) = splitModifier(text)
        switch modifier {
        case "c", "ctrl", "control": return control(rest)
        case "s", "shift": return canonicalName(rest.lowercased()).map { "S-\($0)" }
        case "m", "a", "alt", "meta": return canonical(rest).flatMap { $0.hasPrefix("M-") ? nil : "M-\($0)" }
        default: return nil
        }
    }

    private static func splitModifier(_ text: String) -> (modifier: String, rest: String) {
        let parts = text.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts[0].lowercased(), parts.count > 1 ? String(parts[1]) : "")
    }

    private static func canonicalCharacter(_ text: String) -> String? {
        if text == " " { return "space" }
        let isPrintable = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned, .surrogate: false
            default: !scalar.properties.isWhitespace
            }
        }
        return isPrintable ? text : nil
    }

    private static func canonicalName(_ lowercased: String) -> String? {
        if let entry = named.first(where: { $0.name == lowercased || $0.aliases.contains(lowercased) }) { return entry.name }
        guard lowercased.hasPrefix("f"), let number = Int(lowercased.dropFirst()), (1...12).contains(number) else { return nil }
        return "F\(number)"
    }

    /// `^` and a letter or one of `@[\]^_`: the characters that have a control byte (ECMA-48).
    private static func control(_ rest: String) -> String? {
        guard rest.count == 1, let ascii = rest.lowercased().first?.asciiValue else { return nil }
        let hasControlByte = (0x61...0x7A).contains(ascii) || (0x5B...0x5F).contains(ascii) || ascii == 0x40
        guard hasControlByte else { return nil }
        let name = "^" + rest.lowercased()
        return controlTwins[name] ?? name
    }
}
