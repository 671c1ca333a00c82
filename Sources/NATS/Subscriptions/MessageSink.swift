package import NATSWire

/// The messages of one subscription that arrived in one read of the socket, and where they came from.
package struct MessageBatch: Sendable {
    package var messages: [WireMessage]
    /// The connection that received them: the one to answer on.
    package let connection: NATSClient
}

/// Where the messages of a subscription go. Called on the event loop, so it must not block.
package protocol MessageSink: AnyObject, Sendable {
    func deliver(_ batch: MessageBatch)
    /// The connection was lost: what is published from now on is missed until ``resumed()``.
    func interrupted(_ cause: NATSError)
    /// The subscription stands again, on a new connection.
    func resumed()
    /// Nothing more will come; `nil` when that was expected.
    func end(_ error: NATSError?)
}
