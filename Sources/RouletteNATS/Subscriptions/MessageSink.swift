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
}

extension MessageSink {
    package func awaitsConnection() {}
}
