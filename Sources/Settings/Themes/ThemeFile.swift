public import TerminalStyle

/// A complete theme: every role has a style, and inheritance is resolved.
///
/// Get one from ``ThemeLibrary``, which finds the themes it inherits from.
public struct ThemeFile: Sendable, Hashable {
    /// Whether a theme has light text on a dark background, or the reverse.
    public enum Variant: String, Sendable, CaseIterable {
        case dark, light
    }

    /// The name of the theme in a configuration.
    public let name: String
    /// Whether the theme has a dark or a light background.
    public let variant: Variant
    /// The names of the theme and of those it inherits from, nearest first.
    public let lineage: [String]
    private let styles: [ThemeRole: Style]

    init(name: String, variant: Variant, lineage: [String], styles: [ThemeRole: Style]) {
        self.name = name
        self.variant = variant
        self.lineage = lineage
        self.styles = styles
    }

    /// The style of a role.
    public func style(for role: ThemeRole) -> Style { styles[role] ?? .plain }
}

// MARK: - Contrast

extension ThemeFile {
    /// A role's contrast with its background.
    public struct Contrast: Sendable, Hashable {
        /// The role.
        public let role: ThemeRole
        /// The ratio, 1 to 21.
        public let ratio: Double
        /// The ratio that the role needs, or nil for decoration.
        public let required: Double?

        /// Whether the role is readable.
        public var isSufficient: Bool { required.map { ratio >= $0 } ?? true }
    }

    /// The contrast of every role whose two colors are known. ANSI colors and default colors depend on the terminal.
    public var contrasts: [Contrast] {
        let text = style(for: .text)
        return ThemeRole.allCases.compactMap { role in
            let style = style(for: role)
            guard let foreground = style.foreground ?? text.foreground,
                let background = style.background ?? text.background,
                let ratio = foreground.contrast(with: background)
            else { return nil }
            return Contrast(role: role, ratio: ratio, required: role.requiredContrast)
        }
    }
}
