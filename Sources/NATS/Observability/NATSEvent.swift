/// Something that happened to a connection, in the order it happened.
package enum NATSEvent: Sendable {
    /// The handshake is complete and subscriptions were sent again.
    case connected(ServerIdentity)
    /// The connection was lost. Up to `unconfirmed` messages were handed to the socket without a confirmation;
    /// they may or may not have arrived, and are not sent again.
    case disconnected(cause: NATSError, unconfirmed: UInt64)
    /// The next attempt starts after `delay`.
    case reconnecting(attempt: Int, delay: Duration, cause: NATSError)
    /// The server answered with an `-ERR` that leaves the connection open.
    case serverError(NATSError)
    /// Credentials were sent without encryption over a network, where anybody on the way can read them. Reported once for
    /// each address, unless ``NATSClientConfiguration/allowsPlaintextCredentials`` says that it is meant.
    case credentialsInPlaintext(address: NATSClientConfiguration.Address)
    /// The server asks its clients to leave, since it is going to stop.
    case lameDuck
    /// The connection moved to another server. Up to `unconfirmed` messages were handed to the old server without a
    /// confirmation, and up to `duplicates` received messages may have been delivered twice.
    ///
    /// There is no gap, unless the old server died too early: then the subscriptions are told of an interruption.
    case moved(to: ServerIdentity, unconfirmed: UInt64, duplicates: UInt64)
    /// The server to move to was lost again after it had begun to deliver. Up to `duplicates` received messages may have been
    /// delivered twice. Another attempt to move follows.
    case moveFailed(cause: NATSError, duplicates: UInt64)
    /// The library met a state that should not be possible, and goes on. Please report it.
    case internalError(NATSError)
    /// The client is closed; `unsent` accepted messages never reached a socket.
    case closed(unsent: Int)
}
