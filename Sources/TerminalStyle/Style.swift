/// Text attributes that do not need color.
public struct Modifiers: OptionSet, Hashable, Sendable {
    /// One bit per attribute.
    public let rawValue: UInt8

    /// Creates attributes from their bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Bold or brighter.
    public static let bold = Modifiers(rawValue: 1)
    /// Fainter.
    public static let dim = Modifiers(rawValue: 2)
    /// Slanted.
    public static let italic = Modifiers(rawValue: 4)
    /// Underlined.
    public static let underline = Modifiers(rawValue: 8)
    /// Foreground and background exchanged.
    public static let reverse = Modifiers(rawValue: 16)

    private static let named: [(name: String, modifier: Modifiers)] = [
        ("bold", .bold), ("dim", .dim), ("italic", .italic), ("underline", .underline), ("reverse", .reverse),
    ]

    /// The names of all attributes, in a fixed order.
    public static let allNames = named.map(\.name)

    /// Parses one attribute in the notation of themes: `bold`, `dim`, `italic`, `underline` or `reverse`.
    public init?(parsing name: some StringProtocol) {
        let name = name.lowercased()
        guard let match = Modifiers.named.first(where: { $0.name == name }) else { return nil }
        self = match.modifier
    }

    /// The names of the attributes set, in a fixed order.
    public var names: [String] {
        Modifiers.named.filter { contains($0.modifier) }.map(\.name)
    }
}

/// How a cell is drawn. A color that is nil is taken from the style below.
public struct Style: Hashable, Sendable {
    /// The color of the glyph, or nil.
    public var foreground: Color?
    /// The color behind the glyph, or nil.
    public var background: Color?
    /// Attributes to add.
    public var modifiers: Modifiers

    /// Creates a style.
    public init(foreground: Color? = nil, background: Color? = nil, modifiers: Modifiers = []) {
        self.foreground = foreground
        self.background = background
        self.modifiers = modifiers
    }

    /// A style that changes nothing.
    public static let plain = Style()

    /// Returns this style with `other` over it. The colors of `other` take precedence, and the attributes are combined.
    public func overlaid(with other: Style) -> Style {
        Style(
            foreground: other.foreground ?? foreground,
            background: other.background ?? background,
            modifiers: modifiers.union(other.modifiers)
        )
    }

    /// Returns this style with colors that a terminal of `depth` can show.
    public func mapped(to depth: ColorDepth) -> Style {
        Style(
            foreground: foreground?.mapped(to: depth),
            background: background?.mapped(to: depth),
            modifiers: modifiers
        )
    }
}

extension Style: CustomStringConvertible {
    /// The style as `fg=… bg=… bold`, with only the parts that are set; empty if none is.
    public var description: String {
        var parts: [String] = []
        if let foreground { parts.append("fg=\(foreground)") }
        if let background { parts.append("bg=\(background)") }
        return (parts + modifiers.names).joined(separator: " ")
    }
}
