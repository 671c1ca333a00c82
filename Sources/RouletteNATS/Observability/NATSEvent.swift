package import NATSWire

/// An event of a connection. Events are reported in the order in which they occurred.
package enum NATSEvent: Sendable {
    /// The handshake is complete and subscriptions were sent again.
    case connected(ServerIdentity)
    /// The connection was lost. Up to `unconfirmed` messages were handed to the socket without a confirmation. They may or may
    /// not have arrived, and are not sent again.
    case disconnected(cause: NATSError, unconfirmed: UInt64)
    /// The next attempt starts after `delay`.
    case reconnecting(attempt: Int, delay: Duration, cause: NATSError)
    /// The server answered with an `-ERR` that leaves the connection open.
    case serverError(NATSError)
    /// Credentials were sent over a network without encryption and can be read there. Reported once for each address, unless
    /// ``NATSClientConfiguration/allowsPlaintextCredentials`` is set.
    case credentialsInPlaintext(address: NATSClientConfiguration.Address)
    /// The server asks its clients to leave, because it is about to stop.
    case lameDuck
    /// The connection moved to another server. Up to `unconfirmed` messages were handed to the old server without a
    /// confirmation, and up to `duplicates` received messages may have been delivered twice.
    ///
    /// There is no gap, unless the old server stopped too early. In that case the subscriptions report an interruption.
    case moved(to: ServerIdentity, unconfirmed: UInt64, duplicates: UInt64)
    /// The connection to the next server was lost after it had started to deliver. Up to `duplicates` received messages may have
    /// been delivered twice. Another attempt to move follows.
    case moveFailed(cause: NATSError, duplicates: UInt64)
    /// The library reached a state that should not be possible, and continues. Please report it.
    case internalError(NATSError)
    /// The client is closed. `unsent` accepted messages were never written to a socket.
    case closed(unsent: Int)
}

extension NATSEvent {
    /// Whether the server refused to let this user publish or subscribe to a subject.
    package func isRefusal(of subject: Subject) -> Bool {
        guard case .serverError(let error) = self, let violation = error.cause as? PermissionViolation else { return false }
        return subject.withBytes { $0.elementsEqual(violation.subject) }
    }
}
