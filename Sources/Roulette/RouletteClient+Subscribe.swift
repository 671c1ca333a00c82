import NATS
import NATSWire

extension RouletteClient {
    /// Subscribes to a topic on the cluster that owns it, or to a pattern (`orders.*`, `orders.>`) on all clusters.
    ///
    /// Returns when the SUB is on the wire; with ``SubscribeOptions/confirmed`` when the servers know it. While a cluster
    /// is down it retries as `max_retry`, `base_backoff` and `max_backoff` say.
    ///
    /// A server's refusal ends the subscription with ``RouletteError/Code/permission`` or ``RouletteError/Code/refused``; it
    /// comes a round trip later, so it is the call that fails only with ``SubscribeOptions/confirmed``.
    ///
    /// - Throws: ``RouletteError/Code/role`` for a publisher, ``RouletteError/Code/invalidTopic``,
    ///   ``RouletteError/Code/clusterUnavailable``, ``RouletteError/Code/closed``, ``RouletteError/Code/canceled``.
    public func subscribe(
        to pattern: String,
        options: SubscribeOptions = SubscribeOptions()
    ) async throws(RouletteError) -> Subscription {
        guard configuration.role != .publisher else {
            throw RouletteError(.role, "this client has the role publisher and cannot subscribe; use the role both or subscriber")
        }
        let (subject, connections) = try subscribers(for: pattern)
        let group = SubscriptionGroup(pattern: subject, options: options, observe: observe)
        // The handle cancels what was made so far when one of the clusters fails.
        let subscription = Subscription(group: group, clusters: subject.isWildcard ? clusters : connections[0].clusters)
        for connection in connections {
            try await add(group, to: connection, options: options)
        }
        if options.confirmed {
            for connection in connections where options.requiresConnection || connection.client.isConnected {
                try await confirm(connection)
            }
            // The servers' refusals came before their PONGs.
            if let failure = group.failure { throw failure }
        }
        return subscription
    }

    /// Subscribes for the time of a closure, however it ends.
    ///
    /// - Parameters:
    ///   - pattern: a topic, or a pattern with wildcards.
    ///   - options: queue group, bounds and the like.
    ///   - body: gets the subscription and iterates over it.
    /// - Returns: what `body` returns.
    /// - Throws: what ``subscribe(to:options:)`` or `body` throws.
    public func subscribe<R>(
        to pattern: String,
        options: SubscribeOptions = SubscribeOptions(),
        _ body: (Subscription) async throws -> R
    ) async throws -> R {
        let subscription = try await subscribe(to: pattern, options: options)
        defer { subscription.cancel() }
        return try await body(subscription)
    }

    private func subscribers(for pattern: String) throws(RouletteError) -> (Subject, [PooledConnection]) {
        let subject: Subject
        do {
            subject = try Subject.pattern(pattern)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
        let lookup = ring.lookup(of: pattern)
        let owners = subject.isWildcard ? pools : [pools[lookup.index]]
        return (subject, owners.map { $0.subscriber(for: lookup.hash) })
    }

    private func add(
        _ group: SubscriptionGroup,
        to connection: PooledConnection,
        options: SubscribeOptions
    ) async throws(RouletteError) {
        let member = SubscriptionMember(group: group, connection: connection)
        let restart = options.restart ?? configuration.subscriptionRestart
        group.willAdd()
        var retries = 0
        while true {
            do {
                let sid = try await connection.client.addSubscription(
                    to: group.pattern,
                    queueGroup: options.queueGroup,
                    maxMessages: options.maxMessages,
                    endsWithConnection: restart == .temporary,
                    requiresConnection: options.requiresConnection,
                    sink: member
                )
                return group.added(member, sid: sid)
            } catch {
                guard error.code == .notConnected else { throw RouletteError(error, cluster: connection.cluster) }
            }
            try await waitToRetry(on: connection, retries: &retries)
        }
    }

    private func confirm(_ connection: PooledConnection) async throws(RouletteError) {
        do {
            try await connection.client.flush()
        } catch {
            throw RouletteError(error, cluster: connection.cluster)
        }
    }
}
