public import NATSWire
public import NIOCore

/// A message of a subscription.
public struct NATSMessage: Sendable {
    package let wire: WireMessage
    /// The connection it came in on: the one to answer on.
    public let client: NATSClient

    package init(wire: WireMessage, client: NATSClient) {
        self.wire = wire
        self.client = client
    }

    /// The subject. Bytes that are not UTF-8 are shown as U+FFFD.
    public var subject: String { wire.subjectString }
    /// The reply subject, if an answer is expected.
    public var reply: String? { wire.replyString }
    /// The headers, if there are any.
    /// - Throws: when the block cannot be decoded; ``headerBytes`` has it as it is.
    public var headers: Headers? {
        get throws(WireError) { try wire.headers() }
    }
    /// The header block as it came, from `NATS/1.0` on.
    public var headerBytes: ByteBuffer? { wire.headerBytes }
    /// The status on the first line of the headers, if there is one.
    public var status: HeaderStatus? { wire.status }
    /// The payload. It may share the storage of the read buffer: copy the bytes if you keep them for long.
    public var payload: ByteBuffer { wire.payload }
}
