public import NATSWire
public import RouletteNATS

/// Messages that arrived together on one connection.
public struct MessageCollection: RandomAccessCollection, Sendable {
    @usableFromInline var messages: [WireMessage]
    @usableFromInline let connection: PooledConnection
    /// Kept by the messages if one of them is a request.
    @usableFromInline let requests: RequestsInHand?

    init(_ batch: MessageBatch<PooledConnection>) {
        self.messages = batch.messages
        self.connection = batch.source
        self.requests = batch.requests
    }

    /// The cluster that delivered the messages.
    public var cluster: Cluster { connection.cluster }
    /// The connection that delivered the messages.
    package var connectionID: PooledConnectionID {
        PooledConnectionID(cluster: connection.cluster, role: connection.role, slot: connection.slot)
    }
    /// Always 0.
    @inlinable
    public var startIndex: Int { 0 }
    /// The number of messages.
    @inlinable
    public var endIndex: Int { messages.count }

    /// The message at a position.
    @inlinable
    public subscript(position: Int) -> Message {
        Message(wire: messages[position], connection: connection, requests: requests)
    }
}
