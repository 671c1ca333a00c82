public import NATS
public import NATSWire

/// Publishes to one topic whose rules were checked and whose cluster was looked up once.
///
/// Worth it for a program that publishes many messages to few topics. It follows the same rules as
/// ``RouletteClient/publish(_:to:reply:headers:)`` and takes the same connections, so that the messages of one task to one
/// topic keep their order whichever of the two is used. Make as many as you like; they hold no connection of their own.
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
    ///   - payload: a `String`, `[UInt8]`, `ByteBuffer`, `Span` or other bytes.
    ///   - reply: the topic where an answer is expected.
    ///   - headers: sent with the message.
    /// - Throws: ``RouletteError/Code/invalidTopic`` for the reply topic, ``RouletteError/Code/clusterUnavailable``,
    ///   ``RouletteError/Code/payloadTooLarge``, ``RouletteError/Code/headers``, ``RouletteError/Code/closed``,
    ///   ``RouletteError/Code/canceled``.
    @inlinable
    public func publish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        var retries = 0
        while let blocker = payload.withPayloadBytes({ submit($0, reply: reply, headers: headers) }) {
            try await client.waitUntilUnblocked(blocker, retries: &retries)
        }
    }

    /// Accepts a message for publishing if that is possible at this moment; never suspends and never retries.
    ///
    /// - Throws: ``RouletteError/Code/bufferFull``, ``RouletteError/Code/clusterUnavailable``; otherwise as
    ///   ``publish(_:reply:headers:)``.
    @inlinable
    public func tryPublish(
        _ payload: borrowing some MessagePayload & ~Copyable & ~Escapable,
        reply: String? = nil,
        headers: Headers? = nil
    ) throws(RouletteError) {
        let blocker = payload.withPayloadBytes { submit($0, reply: reply, headers: headers) }
        if let blocker { throw blocker.error }
    }

    @usableFromInline
    func submit(_ payload: UnsafeRawBufferPointer, reply: String?, headers: Headers?) -> PublishBlocker? {
        route.subject.withBytes { client.submit(payload, toValid: $0, at: route.destination, reply: reply, headers: headers) }
    }

    /// Waits until the server has confirmed everything published before to this topic.
    ///
    /// - Throws: as ``RouletteClient/flush(topic:)``.
    public func flush() async throws(RouletteError) {
        try await client.flush(route)
    }
}

extension RouletteClient {
    /// A handle that publishes to one topic without looking its cluster up for every message.
    ///
    /// - Throws: ``RouletteError/Code/role`` for a subscriber, ``RouletteError/Code/invalidTopic``.
    public func publisher(for topic: String) throws(RouletteError) -> TopicPublisher {
        TopicPublisher(topic: topic, client: self, route: try route(to: topic))
    }
}
