import TextCoding

// The names of keys in key maps and help screens: `q`, `^d`, `M-x`, `S-up`, `C-M-left`, `F1`, `space`, `esc`.

extension Key {
    private static let namedCodes: [(name: String, code: Code)] = [
        ("up", .up), ("down", .down), ("left", .left), ("right", .right),
        ("home", .home), ("end", .end), ("pgup", .pageUp), ("pgdn", .pageDown),
        ("tab", .tab), ("enter", .enter), ("esc", .escape),
        ("backspace", .backspace), ("del", .delete), ("ins", .insert), ("space", .character(" ")),
    ]

    private static let otherNames: [String: Code] = [
        "pageup": .pageUp, "pagedown": .pageDown, "pgdown": .pageDown, "return": .enter, "cr": .enter, "escape": .escape,
        "delete": .delete, "insert": .insert, "bs": .backspace, "backtab": .backTab,
    ]

    private static let modifierNames: [String: Modifiers] = [
        "c": .control, "ctrl": .control, "control": .control,
        "m": .alt, "a": .alt, "alt": .alt, "meta": .alt,
        "s": .shift, "shift": .shift,
    ]

    /// Parses a key's name. Returns nil if it is not one.
    ///
    /// A name is one character, a word (`up`, `pgdn`, `tab`, `enter`, `esc`, `backspace`, `del`, `ins`, `space`), or `F1`
    /// to `F63`. Modifiers come before it: `C-` (control; `^` for short), `M-` (alt) and `S-` (shift), or their names, as in
    /// `ctrl-d`. Words are case-insensitive. Single characters are case-sensitive, because `s` and `S` are different keys. Shift
    /// with a character is therefore rejected. Different names of one key, such as `^i` and `tab`, are the same key.
    public init?(parsing name: String) {
        var rest = Substring(name)
        var modifiers = Modifiers()
        while let dash = rest.firstIndex(of: "-"), let modifier = Key.modifierNames[rest[..<dash].lowercased()] {
            guard !modifiers.contains(modifier) else { return nil }
            modifiers.insert(modifier)
            rest = rest[rest.index(after: dash)...]
        }
        if rest.first == "^", rest.unicodeScalars.count > 1, !modifiers.contains(.control) {
            modifiers.insert(.control)
            rest = rest.dropFirst()
        }
        guard let code = Key.code(named: rest) else { return nil }
        if case .character = code, modifiers.contains(.shift) { return nil }
        switch code {
        case .tab where modifiers.contains(.shift): self.init(.backTab, modifiers.subtracting(.shift))
        case .character(let scalar) where modifiers.contains(.control):
            // For these, a terminal sends the same byte as for a named key.
            switch scalar {
            case "i", "I": self.init(.tab, modifiers.subtracting(.control))
            case "m", "M": self.init(.enter, modifiers.subtracting(.control))
            case "[": self.init(.escape, modifiers.subtracting(.control))
            default: self.init(code, modifiers)
            }
        default: self.init(code, modifiers)
        }
    }

    private static func code(named name: Substring) -> Code? {
        if name.unicodeScalars.count == 1, let scalar = name.unicodeScalars.first {
            return isTyped(scalar) ? .character(scalar) : nil
        }
        let lowercased = name.lowercased()
        if let match = namedCodes.first(where: { $0.name == lowercased }) { return match.code }
        if let code = otherNames[lowercased] { return code }
        if lowercased.hasPrefix("f"), let number = Int(lowercased.dropFirst()), (1...63).contains(number) {
            return .function(number)
        }
        return nil
    }

    /// Whether a key can type the character: it is visible on its own, or it is the space.
    private static func isTyped(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isInvisible else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return false
        case .spaceSeparator: return scalar == " "
        default: return true
        }
    }

    /// The key's name in the format that `init(parsing:)` reads.
    public var name: String {
        var modifiers = modifiers
        let base: String
        switch code {
        case .backTab:
            modifiers.insert(.shift)
            base = "tab"
        case .function(let number):
            base = "F\(number)"
        default:
            base = Key.namedCodes.first { $0.code == code }?.name ?? Key.characterName(code)
        }
        // `^d` is the common notation; longer names read better with a dash.
        let isShort = base.unicodeScalars.count == 1 && !modifiers.contains(.shift)
        var prefix = ""
        if modifiers.contains(.control), !isShort { prefix += "C-" }
        if modifiers.contains(.alt) { prefix += "M-" }
        if modifiers.contains(.shift) { prefix += "S-" }
        if modifiers.contains(.control), isShort { prefix += "^" }
        return prefix + base
    }

    private static func characterName(_ code: Code) -> String {
        guard case .character(let scalar) = code else { return "" }
        return String(Character(scalar))
    }
}

extension Key: CustomStringConvertible {
    /// The same as `name`.
    public var description: String { name }
}

extension Key: ExpressibleByStringLiteral {
    /// Creates a key from its name in the format of `init(parsing:)`.
    ///
    /// - Precondition: The literal is the name of a key.
    public init(stringLiteral name: String) {
        guard let key = Key(parsing: name) else {
            // Only literals in source code reach this.
            preconditionFailure("\(name) is not the name of a key")
        }
        self = key
    }
}
