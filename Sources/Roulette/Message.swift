public import NATSWire
public import NIOCore

/// A message of a subscription.
///
/// It may share the storage of the read buffer it came in. Whoever keeps messages for long keeps ``copied()`` ones.
public struct Message: Sendable {
    @usableFromInline let wire: WireMessage
    @usableFromInline let connection: PooledConnection

    @inlinable
    init(wire: WireMessage, connection: PooledConnection) {
        self.wire = wire
        self.connection = connection
    }

    /// The cluster it came from.
    public var cluster: Cluster { connection.cluster }
    /// The topic. Bytes that are not UTF-8 are shown as U+FFFD; ``topicBytes`` has them as they are.
    public var topic: String { wire.subjectString }
    /// The topic's bytes.
    public var topicBytes: ByteBuffer { wire.subject }
    /// Where an answer is expected, if one is.
    public var reply: String? { wire.replyString }
    /// The bytes of the topic where an answer is expected, if one is.
    package var replyBytes: ByteBuffer? { wire.reply }
    /// The payload.
    @inlinable public var payload: ByteBuffer { wire.payload }
    /// The payload as text; bytes that are not UTF-8 are shown as U+FFFD.
    public var body: String { String(buffer: wire.payload) }
    /// The headers, if there are any.
    /// - Throws: when the block cannot be decoded; ``headerBytes`` has it as it is.
    public var headers: Headers? {
        get throws(WireError) { try wire.headers() }
    }
    /// The header block as it came, from `NATS/1.0` on.
    public var headerBytes: ByteBuffer? { wire.headerBytes }
    /// Bytes of topic, reply topic, headers and payload.
    @inlinable public var byteCount: Int { wire.byteCount }

    /// Calls `body` with the topic's bytes, without copying them.
    public func withTopicBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try wire.withSubjectBytes(body)
    }

    /// The same message in storage of its own.
    public func copied() -> Message {
        Message(wire: wire.copied(), connection: connection)
    }
}
