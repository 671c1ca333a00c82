public import NATSWire
public import NIOCore
public import RouletteNATS

/// A message of a subscription.
///
/// A message may share the storage of the read buffer it arrived in, and a drain waits for a request as long as it exists. To keep
/// a message for a long time, keep its ``copied()`` version.
public struct Message: Sendable {
    @usableFromInline let wire: WireMessage
    @usableFromInline let connection: PooledConnection
    /// Shared by the requests that arrived together.
    @usableFromInline let requests: RequestsInHand?

    @inlinable
    init(wire: WireMessage, connection: PooledConnection, requests: RequestsInHand? = nil) {
        self.wire = wire
        self.connection = connection
        self.requests = requests
    }

    /// Creates a message, to test code that handles messages.
    ///
    /// ``respond(_:headers:)`` fails for it with ``RouletteError/Code/clusterUnavailable``, because no server expects the reply.
    ///
    /// - Parameters:
    ///   - topic: The topic, without wildcards.
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - reply: The topic for the reply.
    ///   - headers: The headers.
    ///   - cluster: The cluster that delivers the message.
    ///   - coder: The coder that ``decode(_:)`` uses, for example that of the client in production.
    /// - Throws: ``RouletteError/Code/invalidTopic``, ``RouletteError/Code/headers``.
    public init(
        topic: String,
        payload: some MessagePayload,
        reply: String? = nil,
        headers: Headers? = nil,
        cluster: Cluster = Cluster(name: "test"),
        coder: (any MessageCoder)? = nil
    ) throws(RouletteError) {
        _ = try Subject.topic(topic)
        if let reply { _ = try Subject.topic(reply) }
        if let problem = headers?.problem { throw RouletteError(.headers, problem) }
        try self.init(
            subject: ByteBuffer(string: topic),
            payload: payload.withPayloadBytes { ByteBuffer(bytes: $0) },
            reply: reply.map { ByteBuffer(string: $0) },
            headers: headers?.block,
            cluster: cluster,
            coder: coder
        )
    }

    /// Creates a message from valid bytes.
    package init(
        subject: ByteBuffer,
        payload: ByteBuffer,
        reply: ByteBuffer?,
        headers: ByteBuffer?,
        cluster: Cluster,
        coder: (any MessageCoder)?
    ) throws(RouletteError) {
        self.init(
            wire: WireMessage(subject: subject, reply: reply, headers: headers, payload: payload),
            connection: try PooledConnection.detached(cluster, coder)
        )
    }

    /// The cluster that delivered the message.
    public var cluster: Cluster { connection.cluster }
    /// The topic. Bytes that are not UTF-8 are replaced by U+FFFD; ``topicBytes`` has the original bytes.
    public var topic: String { wire.subjectString }
    /// The topic's bytes.
    public var topicBytes: ByteBuffer { wire.subject }
    /// The topic for the reply, if the sender expects one.
    public var reply: String? { wire.replyString }
    /// The bytes of the reply topic, if the sender expects a reply.
    package var replyBytes: ByteBuffer? { wire.reply }
    /// The payload.
    @inlinable public var payload: ByteBuffer { wire.payload }
    /// The payload as text. Bytes that are not UTF-8 are replaced by U+FFFD.
    public var body: String { String(buffer: wire.payload) }
    /// The headers, if there are any.
    /// - Throws: An error if the header block cannot be decoded; ``headerBytes`` has the original bytes.
    public var headers: Headers? {
        get throws(WireError) { try wire.headers() }
    }
    /// The original header block, beginning with `NATS/1.0`.
    public var headerBytes: ByteBuffer? { wire.headerBytes }
    /// The number of bytes in topic, reply topic, headers and payload.
    @inlinable public var byteCount: Int { wire.byteCount }

    /// Calls `body` with the topic's bytes, without copying them.
    public func withTopicBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        try wire.withSubjectBytes(body)
    }

    /// Returns the same message with its own storage. A drain does not wait for an answer to the copy.
    public func copied() -> Message {
        Message(wire: wire.copied(), connection: connection)
    }
}
