public import NATS
public import NATSWire

extension Message {
    /// Answers the message on the connection it came in on, so the answer reaches the cluster that asks for it. In every
    /// role: who only subscribes may answer.
    ///
    /// It waits for room in the connection's buffer, but not for a connection:
    /// ``RouletteClient/reply(to:_:headers:)`` does.
    ///
    /// - Throws: ``RouletteError/Code/noReplyTopic`` when no answer is expected; otherwise as
    ///   ``RouletteClient/publish(_:to:reply:headers:)``.
    public func respond(_ payload: some MessagePayload, headers: Headers? = nil) async throws(RouletteError) {
        do {
            try await connection.client.publish(payload, to: wire.replySubject(), headers: headers)
        } catch {
            throw RouletteError(error, cluster: connection.cluster)
        }
    }
}

extension RouletteClient {
    /// Answers a message on the connection it came in on, so the answer reaches the cluster that asks for it. In every
    /// role: who only subscribes may answer.
    ///
    /// The reply topic is never looked up on the ring, which would send most answers where nobody waits for them. While the
    /// connection is down, another one to the same cluster is taken; while there is none, the call waits and retries as
    /// ``publish(_:to:reply:headers:)`` does.
    ///
    /// - Parameters:
    ///   - message: one of this client's subscriptions.
    ///   - payload: a `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - headers: sent with the answer.
    /// - Throws: ``RouletteError/Code/noReplyTopic`` when no answer is expected; otherwise as
    ///   ``publish(_:to:reply:headers:)``.
    public func reply(
        to message: Message,
        _ payload: some MessagePayload,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        let received = message.connection
        let table = received.role == .publisher ? publishers : subscribers
        var retries = 0
        while true {
            let connection = table.connected(insteadOf: received) ?? received
            do {
                return try await connection.client.publish(payload, to: message.wire.replySubject(), headers: headers)
            } catch {
                guard error.code == .notConnected else { throw RouletteError(error, cluster: connection.cluster) }
            }
            try await waitToRetry(on: connection, retries: &retries)
        }
    }
}
