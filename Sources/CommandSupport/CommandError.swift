/// The failure of a command: one line for the operator, and the exit code.
package struct CommandError: Error, Equatable, CustomStringConvertible {
    /// The kind of failure. The raw value is the exit code.
    package enum Kind: Int32, Sendable {
        /// The operation failed, for instance because a cluster is down or a message was not confirmed.
        case failed = 1
        /// The arguments or the configuration are wrong.
        case usage = 2
    }

    /// The kind of failure.
    package let kind: Kind
    /// What happened and what to do next. It may contain untrusted text, which is escaped where it is printed.
    package let description: String

    /// Creates a failure.
    package init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    /// The operation failed.
    package static func failed(_ description: String) -> Self { Self(.failed, description) }
    /// The arguments or the configuration are wrong.
    package static func usage(_ description: String) -> Self { Self(.usage, description) }
}
