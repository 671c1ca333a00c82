/// How a role looks: what it sets, and nil for what stays as it is beneath.
public struct ThemeStyle: Sendable, Hashable {
    /// What a style can add to its colors.
    public enum Modifier: String, Sendable, CaseIterable {
        case bold, dim, italic, underline, reverse
    }

    /// The foreground, or nil for that of ``ThemeRole/text``.
    public var foreground: ThemeColor?
    /// The background, or nil for that of ``ThemeRole/text``.
    public var background: ThemeColor?
    /// What is added to the colors.
    public var modifiers: Set<Modifier>

    /// Describes a style.
    ///
    /// - Parameters:
    ///   - foreground: The foreground, or nil for that of the text.
    ///   - background: The background, or nil for that of the text.
    ///   - modifiers: What is added to the colors.
    public init(foreground: ThemeColor? = nil, background: ThemeColor? = nil, modifiers: Set<Modifier> = []) {
        self.foreground = foreground
        self.background = background
        self.modifiers = modifiers
    }
}
