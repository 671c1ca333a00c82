/// A password, token or key that never appears in a description, a log, a dump or an error.
public struct Secret: Sendable, Hashable, ExpressibleByStringLiteral {
    /// The secret itself. Read it only to sign with it or to send it.
    public let value: String

    /// Wraps a secret.
    public init(_ value: String) {
        self.value = value
    }

    /// Wraps a literal, for tests and examples.
    public init(stringLiteral value: String) {
        self.value = value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same text, for every secret.
    public var description: String { "<redacted>" }
    /// Always the same text, for every secret.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
