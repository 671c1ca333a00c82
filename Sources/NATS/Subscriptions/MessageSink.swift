package import NATSWire

/// Where the messages of a subscription go. Called on the event loop, so it must not block.
package protocol MessageSink: AnyObject, Sendable {
    /// What arrived in one read of the socket, never empty.
    func deliver(_ messages: [WireMessage])
    /// It was made while there is no connection: nothing comes before ``resumed()``.
    func awaitsConnection()
    /// The connection was lost: what is published until ``resumed()`` is missed, and perhaps what was published since the
    /// server was last heard of.
    /// - Parameter silence: How long ago that was.
    func interrupted(_ cause: NATSError, silence: Duration)
    /// The server knows the subscription, on a new connection.
    func resumed()
    /// Nothing more will come; `nil` when that was expected.
    func end(_ error: NATSError?)
    /// Calls `done` when the consumer has taken everything up to the end, or will never take it.
    func whenConsumed(_ done: @escaping @Sendable () -> Void)
    /// What waits for the consumer.
    var pending: PendingMessages { get }
}

extension MessageSink {
    package func awaitsConnection() {}
}

/// Messages that wait for a consumer, and in which queue: several sinks can share one.
package struct PendingMessages: Sendable {
    package let queue: ObjectIdentifier
    package let messages: Int
}
