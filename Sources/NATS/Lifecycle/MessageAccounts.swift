import NIOCore

/// Counts the messages that were handed to sockets, and those of them that are confirmed or lost.
struct MessageAccounts: Equatable {
    /// What an `-ERR` says about published messages.
    enum Refusal: Equatable {
        case none
        /// It refuses a message. The subject is nil when the server does not name it.
        case message(subject: [UInt8]?)
    }

    /// Messages handed to sockets since the start.
    private(set) var handedOver: UInt64 = 0
    /// Those of them that are confirmed or counted as lost.
    private(set) var settled: UInt64 = 0
    /// When a PING was last sent for a confirmation, on the current connection.
    private(set) var lastRequest: NIODeadline?

    var hasUnconfirmed: Bool { settled < handedOver }

    mutating func handOver(_ messages: Int) { handedOver &+= UInt64(messages) }

    mutating func requestedConfirmation(at now: NIODeadline) { lastRequest = now }

    /// A PONG confirms everything handed over before its PING.
    mutating func confirm(upTo count: UInt64) { settled = max(settled, count) }

    /// The connection is gone.
    /// - Returns: How many messages were handed to it and never confirmed.
    mutating func loseUnconfirmed() -> UInt64 {
        defer {
            settled = handedOver
            lastRequest = nil
        }
        return handedOver - settled
    }

    /// Whether an error is, or can be, the refusal of a message: the confirmation behind it does not confirm that message.
    func refusal(by error: ServerError, _ violation: PermissionViolation?) -> Refusal {
        switch (error.kind, violation?.operation) {
        case (.permission, .publish): .message(subject: violation?.subject)
        case (.subscribeRefused, _), (.permission, .subscription): .none
        // It names the subject of the reply, or nothing. Where nothing is unconfirmed it cannot mean a message.
        case (_, _) where hasUnconfirmed: .message(subject: nil)
        default: .none
        }
    }
}
