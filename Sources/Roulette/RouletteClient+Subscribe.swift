import NATSWire
import RouletteNATS

extension RouletteClient {
    /// Subscribes to a topic on the cluster that owns it, or to a pattern (`orders.*`, `orders.>`) on all clusters.
    ///
    /// Returns when the SUB has been sent; with ``SubscribeOptions/confirmed``, when the servers have confirmed it. While a
    /// cluster is down, or if a connection is lost during the call, the call retries according to `max_retry`, `base_backoff`
    /// and `max_backoff`. Without ``SubscribeOptions/requiresConnection``, a cluster that is down or lost neither delays nor ends
    /// the subscription on the other clusters.
    ///
    /// If a server refuses the subscription, the sequence ends with ``RouletteError/Code/permission`` or
    /// ``RouletteError/Code/refused``. The refusal arrives one round trip later, so the call itself fails only with
    /// ``SubscribeOptions/confirmed``.
    ///
    /// - Throws: ``RouletteError/Code/role`` for a publisher, ``RouletteError/Code/invalidTopic``,
    ///   ``RouletteError/Code/configuration`` if a limit in the options is below 1,
    ///   ``RouletteError/Code/clusterUnavailable``, ``RouletteError/Code/closed``, ``RouletteError/Code/canceled``.
    public func subscribe(
        to pattern: String,
        options: SubscribeOptions = SubscribeOptions()
    ) async throws(RouletteError) -> Subscription {
        guard configuration.role != .publisher else {
            throw RouletteError(.role, "this client has the role publisher and cannot subscribe; use the role both or subscriber")
        }
        try options.validate()
        let subject = try Subject.topicPattern(pattern)
        let destinations = router.destinations(of: subject)
        let group = SubscriptionGroup(pattern: subject, options: options, consumers: consumers, observe: observe)
        let clusters = subject.isWildcard ? clusters : subscribers.carrier(of: destinations[0]).0.clusters
        // If one of the clusters fails, releasing the handle cancels the subscription on the others.
        let subscription = Subscription(group: group, clusters: clusters, shutdown: shutdown)
        for destination in destinations {
            try await add(group, to: destination, options: options)
        }
        if options.confirmed {
            for destination in destinations { try await confirm(group, at: destination, options: options) }
            // A refusal arrives before the PONG.
            if let failure = group.failure { throw failure }
        }
        return subscription
    }

    /// Subscribes, runs a closure, and ends the subscription when the closure returns or throws.
    ///
    /// When the subscription is drained, the consumer is not done before the closure returns, so that tasks which the closure
    /// starts and waits for can complete their work. They may publish until then.
    ///
    /// - Parameters:
    ///   - pattern: A topic, or a pattern with wildcards.
    ///   - options: The options of the subscription, for instance the queue group.
    ///   - body: Receives the subscription and iterates over it.
    /// - Returns: The result of `body`.
    /// - Throws: The errors of ``subscribe(to:options:)`` and `body`.
    public func subscribe<R>(
        to pattern: String,
        options: SubscribeOptions = SubscribeOptions(),
        _ body: (Subscription) async throws -> R
    ) async throws -> R {
        let subscription = try await subscribe(to: pattern, options: options)
        defer { subscription.cancel() }
        subscription.beginClosure()
        let result: R
        do {
            result = try await consumers.run { try await body(subscription) }
        } catch {
            subscription.endClosure()
            throw error
        }
        subscription.endClosure()
        await subscription.waitForTurn()
        return result
    }

    private func add(
        _ group: SubscriptionGroup,
        to destination: Destination,
        options: SubscribeOptions
    ) async throws(RouletteError) {
        let restart = options.restart ?? configuration.subscriptionRestart
        group.willAdd()
        var retries = 0
        while true {
            let (connection, _) = subscribers.carrier(of: destination)
            // Each try uses a new member, so that late callbacks for an earlier one are ignored.
            let member = SubscriptionMember(group: group, connection: connection)
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
                member.abandon()
                guard error.isLossOfConnection else { throw RouletteError(error, cluster: connection.cluster) }
            }
            // The connection was lost while the SUB was written. Without `requiresConnection`, `addSubscription` succeeds even
            // without a connection, and the next connection sends the SUB.
            if options.requiresConnection {
                try await waitToRetry(on: connection, retries: &retries, carrying: destination)
            }
        }
    }

    /// Waits until the server has confirmed the subscription. A permanent subscription is sent again on the next connection,
    /// which then has to confirm it.
    private func confirm(
        _ group: SubscriptionGroup,
        at destination: Destination,
        options: SubscribeOptions
    ) async throws(RouletteError) {
        var retries = 0
        while true {
            let (connection, _) = subscribers.carrier(of: destination)
            guard options.requiresConnection || connection.client.isConnected else { return }
            do {
                return try await connection.client.flush()
            } catch {
                guard error.isLossOfConnection else { throw RouletteError(error, cluster: connection.cluster) }
            }
            // A `.temporary` subscription ended with the connection.
            if let failure = group.failure { throw failure }
            guard options.requiresConnection else { return }
            try await waitToRetry(on: connection, retries: &retries, carrying: destination)
        }
    }
}

extension NATSError {
    /// Whether the call failed because a connection is down or was lost, and not because it was refused or cancelled.
    fileprivate var isLossOfConnection: Bool {
        switch code {
        case .closed, .draining, .canceled, .invalidSubject, .configuration, .permission: false
        default: true
        }
    }
}
