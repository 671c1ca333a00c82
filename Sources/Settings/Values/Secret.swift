/// A password or a token that never shows in a description, a log, a dump or an error.
public struct Secret: Sendable, Hashable {
    /// The secret itself. Read it only to send it.
    public let value: String

    /// Wraps a secret.
    public init(_ value: String) {
        self.value = value
    }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same text, whatever the secret.
    public var description: String { "<redacted>" }
    /// Always the same text, whatever the secret.
    public var debugDescription: String { description }
    /// A mirror without children, so that `dump` shows nothing either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
