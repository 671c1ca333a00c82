public import TerminalStyle

/// An action that the table `[keys]` of a configuration can bind to keys. The program that has the actions declares them.
public struct BindableAction: Sendable, Hashable {
    /// Where the keys of an action work. Two actions may share a key only if their scopes do not overlap.
    public enum Scope: Sendable, Hashable {
        /// In every view.
        case everywhere
        /// In the view with this name.
        case view(String)
        /// In every view, but only in a mode of the program, such as the demo. Such a scope overlaps only with itself, so that
        /// a configuration can bind the key without regard to the mode.
        case mode(String)
    }

    /// The name of the action under `[keys]`.
    public let name: String
    /// Its keys without a configuration.
    public let standardKeys: [Key]
    /// Where its keys work.
    public let scope: Scope
    /// Why the action cannot be without a key, or nil if it can.
    public let needsKeyBecause: String?

    /// Creates an action.
    public init(name: String, standardKeys: [Key], scope: Scope, needsKeyBecause: String? = nil) {
        self.name = name
        self.standardKeys = standardKeys
        self.scope = scope
        self.needsKeyBecause = needsKeyBecause
    }
}

extension BindableAction.Scope {
    /// Whether the scopes overlap, so that one key could mean an action of either.
    func overlaps(_ other: Self) -> Bool {
        switch (self, other) {
        case (.mode, _), (_, .mode), (.view, .view): self == other
        case (.everywhere, _), (_, .everywhere): true
        }
    }
}
