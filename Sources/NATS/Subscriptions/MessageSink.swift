package import NATSWire

/// Receives the messages of a subscription. It is called on the event loop, so it must not block.
package protocol MessageSink: AnyObject, Sendable {
    /// Delivers the messages of one read of the socket, at least one.
    func deliver(_ messages: [WireMessage])
    /// Informs the sink that there is no connection. No messages arrive before ``resumed()``.
    func awaitsConnection()
    /// Informs the sink that the connection was lost. Messages published before ``resumed()`` are missed, and possibly messages
    /// published since the last byte from the server.
    /// - Parameter silence: The time since the last byte from the server.
    func interrupted(_ cause: NATSError, silence: Duration)
    /// Informs the sink that the server has the subscription, on a new connection.
    func resumed()
    /// Ends the subscription. The error is `nil` if the end was expected.
    func end(_ error: NATSError?)
    /// Calls `done` when the consumer has received everything up to the end, or will never do so.
    func whenConsumed(_ done: @escaping @Sendable () -> Void)
    /// The messages that wait for the consumer.
    var pending: PendingMessages { get }
}

extension MessageSink {
    package func awaitsConnection() {}
}

/// The number of messages that wait for a consumer, and their queue. Several sinks can share one queue.
package struct PendingMessages: Sendable {
    package let queue: ObjectIdentifier
    package let messages: Int
}
