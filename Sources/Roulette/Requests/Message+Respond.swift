public import NATSWire
public import RouletteNATS

extension Message {
    /// Replies to the message on the connection that delivered it, so the reply reaches the cluster of the requester. Allowed
    /// in every role: a subscriber may reply too.
    ///
    /// The call waits for space in the connection's buffer, but not for a connection. Use
    /// ``RouletteClient/reply(to:_:headers:)`` to wait for a connection. A drain waits for the reply as long as the message exists,
    /// also in another task than the one that received it.
    ///
    /// - Throws: ``RouletteError/Code/noReplyTopic`` if the sender expects no reply, and the errors of
    ///   ``RouletteClient/publish(_:to:reply:headers:)``.
    public func respond(_ payload: some MessagePayload, headers: Headers? = nil) async throws(RouletteError) {
        guard !connection.isDetached else { throw .notReceived(by: "a client", cluster) }
        do {
            try await connection.client.answer(wire.replySubject(), with: payload, headers: headers)
        } catch {
            throw RouletteError(error, cluster: connection.cluster)
        }
    }
}

extension RouletteClient {
    /// Replies to a message on the connection that delivered it, so the reply reaches the cluster of the requester. Allowed in
    /// every role: a subscriber may reply too.
    ///
    /// The reply topic is not looked up on the ring, because the ring would send most replies to a cluster without the
    /// requester. While the connection is down, another one to the same cluster is used. While no connection of the cluster is
    /// up, the call waits and retries like ``publish(_:to:reply:headers:)``.
    ///
    /// - Parameters:
    ///   - message: A message that this client received.
    ///   - payload: A `String`, `[UInt8]`, `ByteBuffer` or other bytes.
    ///   - headers: The headers of the reply.
    /// - Throws: ``RouletteError/Code/noReplyTopic`` if the sender expects no reply, and the errors of
    ///   ``publish(_:to:reply:headers:)``.
    public func reply(
        to message: Message,
        _ payload: some MessagePayload,
        headers: Headers? = nil
    ) async throws(RouletteError) {
        let received = message.connection
        guard owns(received) else { throw .notReceived(by: "this client", message.cluster) }
        let table = received.role == .publisher ? publishers : subscribers
        var retries = 0
        while true {
            let connection = table.connected(insteadOf: received) ?? received
            do {
                return try await connection.client.answer(message.wire.replySubject(), with: payload, headers: headers)
            } catch {
                guard error.code == .notConnected else { throw RouletteError(error, cluster: connection.cluster) }
            }
            try await waitToRetry(on: connection, retries: &retries)
        }
    }
}

extension RouletteClient {
    /// Returns whether a connection belongs to this client. Another one may have other clusters and larger pools.
    private func owns(_ connection: PooledConnection) -> Bool {
        guard pools.indices.contains(connection.cluster.index) else { return false }
        let pool = pools[connection.cluster.index]
        let own = connection.role == .publisher ? pool.publishers : pool.subscribers
        return own.indices.contains(connection.slot) && own[connection.slot] === connection
    }
}

extension RouletteError {
    fileprivate static func notReceived(by receiver: String, _ cluster: Cluster) -> RouletteError {
        RouletteError(
            .clusterUnavailable,
            "the message was not received by \(receiver), so there is no connection for the reply",
            cluster: cluster
        )
    }
}
