public import NATSWire
public import NIOCore

/// A message of a subscription.
public struct NATSMessage: Sendable {
    package let wire: WireMessage
    /// The connection on which the message arrived. Replies are sent on it.
    public let client: NATSClient
    /// Shared by the requests that arrived together.
    private let requests: RequestsInHand?

    package init(wire: WireMessage, client: NATSClient, requests: RequestsInHand? = nil) {
        self.wire = wire
        self.client = client
        self.requests = requests
    }

    /// The subject. Bytes that are not UTF-8 are replaced by U+FFFD.
    public var subject: String { wire.subjectString }
    /// The reply subject, if the publisher expects a reply.
    public var reply: String? { wire.replyString }
    /// The headers, if there are any.
    /// - Throws: If the block cannot be decoded. ``headerBytes`` has the raw bytes.
    public var headers: Headers? {
        get throws(WireError) { try wire.headers() }
    }
    /// The header block as it was received, starting with `NATS/1.0`.
    public var headerBytes: ByteBuffer? { wire.headerBytes }
    /// The status on the first line of the headers, if there is one.
    public var status: HeaderStatus? { wire.status }
    /// The payload. It may share the storage of the read buffer: copy the bytes if you keep them for long.
    public var payload: ByteBuffer { wire.payload }
}
