public import NATSWire
import RouletteNATS

extension RouletteClient {
    /// Encodes a value with the configuration's ``RouletteConfiguration/coder`` and accepts it for publishing, as
    /// ``publish(_:to:reply:headers:)`` does.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - topic: The topic to publish to, without wildcards.
    ///   - reply: The topic for the reply.
    ///   - headers: The headers of the message.
    /// - Throws: ``RouletteError/Code/coding``, ``RouletteError/Code/configuration`` without a coder, and the errors of
    ///   ``publish(_:to:reply:headers:)``.
    public func publish(
        encoding value: some Encodable,
        to topic: String,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        try await publish(try configuration.coder.payload(of: value), to: topic, reply: reply, headers: headers)
    }

    /// Encodes a value, sends it as a request, and waits for the reply, as ``request(_:to:headers:timeout:)`` does. Decode the reply
    /// with ``Message/decode(_:)``.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - topic: The topic to send the request to, without wildcards.
    ///   - headers: The headers of the request.
    ///   - timeout: The maximum time from the call to the reply; by default the configuration's `requestTimeout`.
    /// - Throws: ``RouletteError/Code/coding``, ``RouletteError/Code/configuration`` without a coder, and the errors of
    ///   ``request(_:to:headers:timeout:)``.
    public func request(
        encoding value: some Encodable,
        to topic: String,
        headers: Headers? = nil,
        timeout: Duration? = nil
    ) async throws(RouletteError) -> Message {
        try await request(try configuration.coder.payload(of: value), to: topic, headers: headers, timeout: timeout)
    }

    /// Encodes a value and replies with it, as ``reply(to:_:headers:)`` does.
    ///
    /// - Parameters:
    ///   - message: A message that this client received.
    ///   - value: The value.
    ///   - headers: The headers of the reply.
    /// - Throws: ``RouletteError/Code/coding``, ``RouletteError/Code/configuration`` without a coder, and the errors of
    ///   ``reply(to:_:headers:)``.
    public func reply(
        to message: Message,
        encoding value: some Encodable,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        try await reply(to: message, try configuration.coder.payload(of: value), headers: headers)
    }
}

extension TopicPublisher {
    /// Encodes a value and accepts it for publishing; see ``RouletteClient/publish(encoding:to:reply:headers:)``.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - reply: The topic for the reply.
    ///   - headers: The headers of the message.
    /// - Throws: ``RouletteError/Code/coding``, ``RouletteError/Code/configuration`` without a coder, and the errors of
    ///   ``publish(_:reply:headers:)``.
    public func publish(
        encoding value: some Encodable,
        reply: String? = nil,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        try await publish(try client.configuration.coder.payload(of: value), reply: reply, headers: headers)
    }
}

extension Message {
    /// Decodes the payload with the coder of the client that received the message.
    ///
    /// - Parameter type: The type of the value.
    /// - Throws: ``RouletteError/Code/coding``, with the topic and the cluster; ``RouletteError/Code/configuration`` without a coder.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws(RouletteError) -> Value {
        guard connection.coder == nil, connection.isDetached else {
            return try decode(type, using: try connection.coder.required())
        }
        throw RouletteError(
            .configuration,
            "no client received this message, so it has no coder; use decode(_:using:), or create it with a coder"
        )
    }

    /// Decodes the payload.
    ///
    /// - Parameters:
    ///   - type: The type of the value.
    ///   - coder: The coder, instead of that of the client.
    /// - Throws: ``RouletteError/Code/coding``, with the topic and the cluster.
    public func decode<Value: Decodable>(
        _ type: Value.Type = Value.self,
        using coder: some MessageCoder
    ) throws(RouletteError) -> Value {
        do {
            return try coder.decode(type, from: payload)
        } catch {
            throw RouletteError(
                .coding,
                "the message on \(printable(wire.subject)) is not a value of the type \(type): \(printable("\(error)"))",
                cluster: cluster,
                cause: error
            )
        }
    }

    /// Encodes a value with the coder of the client that received the message, and replies with it, as ``respond(_:headers:)``
    /// does.
    ///
    /// - Parameters:
    ///   - value: The value.
    ///   - headers: The headers of the reply.
    /// - Throws: ``RouletteError/Code/coding``, ``RouletteError/Code/configuration`` without a coder, and the errors of
    ///   ``respond(_:headers:)``.
    public func respond(encoding value: some Encodable, headers: Headers? = nil) async throws(RouletteError) {
        try await respond(try connection.coder.payload(of: value), headers: headers)
    }
}
