import NIOCore

/// Counts the messages that were handed to sockets, and how many of them are confirmed or lost.
struct MessageAccounts: Equatable {
    /// Whether an `-ERR` refuses a published message.
    enum Refusal: Equatable {
        case none
        /// It refuses a message. The subject is nil if the server does not name it.
        case message(subject: [UInt8]?)
    }

    /// Messages handed to sockets since the start.
    private(set) var handedOver: UInt64 = 0
    /// The number of these messages that are confirmed or counted as lost.
    private(set) var settled: UInt64 = 0
    /// When a PING was last sent for a confirmation, on the current connection.
    private(set) var lastRequest: NIODeadline?

    var hasUnconfirmed: Bool { settled < handedOver }

    mutating func handOver(_ messages: Int) { handedOver &+= UInt64(messages) }

    mutating func requestedConfirmation(at now: NIODeadline) { lastRequest = now }

    /// Confirms everything handed over before the PING of a PONG.
    mutating func confirm(upTo count: UInt64) { settled = max(settled, count) }

    /// Counts all unconfirmed messages as lost.
    /// - Returns: The number of messages that were handed over and never confirmed.
    mutating func loseUnconfirmed() -> UInt64 {
        defer {
            settled = handedOver
            lastRequest = nil
        }
        return handedOver - settled
    }

    /// Returns whether an error refuses a message, or may do so. The confirmation that follows does not include that message.
    func refusal(by error: ServerError, _ violation: PermissionViolation?) -> Refusal {
        switch (error.kind, violation?.operation) {
        case (.permission, .publish): .message(subject: violation?.subject)
        case (.subscribeRefused, _), (.permission, .subscription): .none
        // The error names the reply subject, or nothing. If no message is unconfirmed, it cannot refer to a message.
        case (_, _) where hasUnconfirmed: .message(subject: nil)
        default: .none
        }
    }
}
