public import NATSWire
public import RouletteNATS

/// Publishes to one topic, which it validates and routes once.
///
/// It saves time in programs that publish many messages to few topics. It follows the same rules as
/// ``RouletteClient/publish(_:to:reply:headers:)`` and uses the same connections, so the messages of one task to one topic
/// keep their order even if the task uses both. A publisher has no connection of its own, so their number is not limited.
public final class TopicPublisher: Sendable {
    /// The topic.
    public let topic: String
    @usableFromInline let client: RouletteClient
    private let route: Route

    init(topic: String, client: RouletteClient, route: Route) {
        self.topic = topic
        self.client = client
        self.route = route
    }

    /// The cluster that owns the topic.
    public var cluster: Cluster { client.clusters[route.cluster] }

    /// Accepts a message for publishing; see ``RouletteClient/publish(_:to:reply:headers:)``.
    ///
    /// - Parameters:
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer`, `Span` or other bytes.
    ///   - reply: The topic for the reply.
    ///   - headers: The headers of the message.
    /// - Throws: ``RouletteError/Code/invalidTopic`` for the reply topic, ``RouletteError/Code/clusterUnavailable``,
    ///   ``RouletteError/Code/payloadTooLarge``, ``RouletteError/Code/headers``, ``RouletteError/Code/closed``,
    ///   ``RouletteError/Code/canceled``.
    @inlinable
    public func publish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        guard client.tracing != nil else { return try await accept(payload, reply: reply, headers: headers) }
        var headers = headers
        let span: MessageSpan? = client.beginSpan(
            .publish,
            topic: topic,
            of: cluster,
            size: payload.withPayloadBytes { $0.count },
            headers: &headers
        )
        do throws(RouletteError) {
            try await accept(payload, reply: reply, headers: headers)
        } catch {
            span?.end(error)
            throw error
        }
        span?.end()
    }

    /// Waits until the message is accepted.
    @inlinable @inline(__always)
    func accept(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        reply: String?,
        headers: Headers?
    ) async throws(RouletteError) {
        var retries = 0
        while let blocker = payload.withPayloadBytes({ submit($0, reply: reply, headers: headers) }) {
            try await client.waitUntilUnblocked(blocker, retries: &retries)
            if blocker.isAccepted { return }
        }
    }

    /// Accepts a message for publishing if that is possible without waiting. Never suspends and never retries.
    ///
    /// - Throws: ``RouletteError/Code/bufferFull``, ``RouletteError/Code/clusterUnavailable``, and the other errors of
    ///   ``publish(_:reply:headers:)``.
    @inlinable
    public func tryPublish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        reply: String? = nil,
        headers: Headers? = nil
    ) throws(RouletteError) {
        var headers = headers
        var span: MessageSpan?
        if client.tracing != nil {
            let size = payload.withPayloadBytes { $0.count }
            span = client.beginSpan(.publish, topic: topic, of: cluster, size: size, headers: &headers)
        }
        let blocker = payload.withPayloadBytes { submit($0, reply: reply, headers: headers) }
        let error = blocker?.error
        span?.end(error)
        if let error { throw error }
    }

    @usableFromInline
    func submit(_ payload: UnsafeRawBufferPointer, reply: String?, headers: Headers?) -> PublishBlocker? {
        route.subject.withBytes { client.submit(payload, toValid: $0, at: route.destination, reply: reply, headers: headers) }
    }

    /// Waits until the server has confirmed all messages published to this topic before.
    ///
    /// - Throws: The errors of ``RouletteClient/flush(topic:)``.
    public func flush() async throws(RouletteError) {
        try await client.flush(route)
    }
}

extension RouletteClient {
    /// Creates a publisher for one topic, which does not look up the cluster for each message.
    ///
    /// - Throws: ``RouletteError/Code/role`` for a subscriber, ``RouletteError/Code/invalidTopic``.
    public func publisher(for topic: String) throws(RouletteError) -> TopicPublisher {
        TopicPublisher(topic: topic, client: self, route: try route(to: topic))
    }
}
