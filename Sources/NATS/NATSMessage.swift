package import NATSWire
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
    /// The payload. It may share the storage of the read buffer: copy the bytes if you keep them for long.
    public var payload: ByteBuffer { wire.payload }
}
