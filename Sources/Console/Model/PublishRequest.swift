import NATSWire

/// A message to publish or to send as a request.
struct PublishRequest: Sendable, Hashable {
    /// How the message is sent.
    enum Mode: Sendable, Hashable {
        /// Publish the message `count` times, with an interval between two messages.
        case publish(count: Int, interval: Duration)
        /// Send the message once and wait for a reply.
        case request(timeout: Duration)
    }

    let topic: String
    var headers: Headers?
    let body: [UInt8]
    var mode = Mode.publish(count: 1, interval: .zero)

    /// The bytes that count towards the server's `max_payload`.
    var size: Int { (headers?.encodedSize ?? 0) + body.count }

    var count: Int {
        switch mode {
        case .publish(let count, _): count
        case .request: 1
        }
    }

    var isRequest: Bool {
        if case .request = mode { true } else { false }
    }
}

/// The progress of a publish or request.
enum PublishProgress: Sendable, Hashable {
    /// The number of messages that the connection has accepted so far.
    case accepted(Int)
    /// The server answered a PING that was sent after the last of this number of messages.
    case confirmed(Int, after: Duration)
    /// The reply to the request arrived.
    case replied(Reply)
    /// The operator stopped it: no message was sent, or the console no longer waits for the reply.
    case canceled
    /// It failed, before or after messages were accepted. The reason can contain text of a peer.
    case failed(String)
}

/// The reply to a request.
struct Reply: Sendable, Hashable {
    let entry: TailEntry
    /// The time from the request to the reply.
    let after: Duration
}
