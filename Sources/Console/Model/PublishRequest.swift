import NATSWire

/// A message to publish.
struct PublishRequest: Sendable, Hashable {
    /// How it is sent.
    enum Mode: Sendable, Hashable {
        /// So many times, with a time between two of them.
        case publish(count: Int, interval: Duration)
        /// Once, waiting for a reply.
        case request(timeout: Duration)
    }

    let topic: String
    var headers: Headers?
    let body: [UInt8]
    var mode = Mode.publish(count: 1, interval: .zero)

    /// Bytes that count against the server's `max_payload`.
    var size: Int { (headers?.encodedSize ?? 0) + body.count }

    /// How many messages it is.
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

/// How far a message has come.
enum PublishProgress: Sendable, Hashable {
    /// The connection took so many of the messages so far.
    case accepted(Int)
    /// The server answered to a PING sent after the last of so many messages.
    case confirmed(Int, after: Duration)
    /// A reply came to the request.
    case replied(Reply)
    /// It was stopped: no message was sent, or the console no longer waits for the reply.
    case canceled
    /// It failed, before or after it was accepted. The reason may hold text of a peer.
    case failed(String)
}

/// The reply to a request.
struct Reply: Sendable, Hashable {
    let entry: TailEntry
    /// The time from the request to the reply.
    let after: Duration
}
