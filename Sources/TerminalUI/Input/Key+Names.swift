// Names as key maps and help screens write them: `q`, `^d`, `M-x`, `S-up`, `C-M-left`, `F1`, `space`, `esc`.

extension Key {
    private static let namedCodes: [(name: String, code: Code)] = [
        ("up", .up), ("down", .down), ("left", .left), ("right", .right),
        ("home", .home), ("end", .end), ("pgup", .pageUp), ("pgdn", .pageDown),
        ("tab", .tab), ("enter", .enter), ("esc", .escape),
        ("backspace", .backspace), ("del", .delete), ("ins", .insert), ("space", .character(" ")),
    ]

    private static let otherNames: [String: Code] = [
        "pageup": .pageUp, "pagedown": .pageDown, "return": .enter, "escape": .escape,
        "delete": .delete, "insert": .insert, "bs": .backspace, "backtab": .backTab,
    ]

    /// Parses a key's name. Returns nil if it is not one.
    ///
    /// A name is one character, a word (`up`, `pgdn`, `tab`, `enter`, `esc`, `backspace`, `del`, `ins`, `space`), or `F1`
    /// to `F63`, optionally preceded by `C-` (control; `^` for short), `M-` or `A-` (alt) and `S-` (shift). Words are
    /// case-insensitive. Single characters are case-sensitive, because `s` and `S` are different keys. Shift with a
    /// character is therefore rejected, except `S-tab`.
    public init?(parsing name: String) {
        var rest = Substring(name)
        var modifiers = Modifiers()
        while rest.unicodeScalars.count > 2 {
            let prefix = rest.prefix(2)
            guard let modifier = Key.modifier(prefix), !modifiers.contains(modifier) else { break }
            modifiers.insert(modifier)
            rest = rest.dropFirst(2)
        }
        if rest.first == "^", rest.unicodeScalars.count > 1, !modifiers.contains(.control) {
            modifiers.insert(.control)
            rest = rest.dropFirst()
        }
        guard let code = Key.code(named: rest) else { return nil }
        if case .character = code, modifiers.contains(.shift) { return nil }
        if code == .tab, modifiers.contains(.shift) {
            self.init(.backTab, modifiers.subtracting(.shift))
        } else {
            self.init(code, modifiers)
        }
    }

    private static func modifier(_ prefix: Substring) -> Modifiers? {
        switch prefix {
        case "C-": .control
        case "M-", "A-": .alt
        case "S-": .shift
        default: nil
        }
    }

    private static func code(named name: Substring) -> Code? {
        if name.unicodeScalars.count == 1, let scalar = name.unicodeScalars.first {
            let isUsable = CharacterWidth.columns(of: scalar) > 0 && scalar.value > 0x20 && scalar.value != 0x7F
            return isUsable ? .character(scalar) : nil
        }
        let lowercased = name.lowercased()
        if let match = namedCodes.first(where: { $0.name == lowercased }) { return match.code }
        if let code = otherNames[lowercased] { return code }
        if lowercased.hasPrefix("f"), let number = Int(lowercased.dropFirst()), (1...63).contains(number) {
            return .function(number)
        }
        return nil
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
        if modifiers == .control, base.unicodeScalars.count == 1 { return "^" + base }
        var prefix = ""
        if modifiers.contains(.control) { prefix += "C-" }
        if modifiers.contains(.alt) { prefix += "M-" }
        if modifiers.contains(.shift) { prefix += "S-" }
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
