import NATS
import NATSWire

extension RouletteClient {
    /// Subscribes to a topic on the cluster that owns it, or to a pattern (`orders.*`, `orders.>`) on all clusters.
    ///
    /// Returns when the SUB is on the wire; with ``SubscribeOptions/confirmed`` when the servers know it. While a cluster
    /// is down it retries as `max_retry`, `base_backoff` and `max_backoff` say, also when a connection is lost during the
    /// call. Without ``SubscribeOptions/requiresConnection`` no cluster that is down or lost holds up or ends the others.
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
        let subject = try Self.subject(of: pattern)
        let destinations = router.destinations(of: subject)
        let group = SubscriptionGroup(pattern: subject, options: options, observe: observe)
        let clusters = subject.isWildcard ? clusters : subscribers.carrier(of: destinations[0]).0.clusters
        // The handle cancels what was made so far when one of the clusters fails.
        let subscription = Subscription(group: group, clusters: clusters)
        for destination in destinations {
            try await add(group, to: destination, options: options)
        }
        if options.confirmed {
            for destination in destinations { try await confirm(group, at: destination, options: options) }
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

    private static func subject(of pattern: String) throws(RouletteError) -> Subject {
        do {
            return try Subject.pattern(pattern)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
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
            // A new one for each try: what becomes of an earlier one means nothing.
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
            // Lost while the SUB was written. Without a connection it is made all the same, for the next one.
            if options.requiresConnection {
                try await waitToRetry(on: connection, retries: &retries, carrying: destination)
            }
        }
    }

    /// Waits until the server knows the subscription. One that survives its connection is sent again on the next one, which
    /// is then asked.
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
            // A `.temporary` one ended with the connection.
            if let failure = group.failure { throw failure }
            guard options.requiresConnection else { return }
            try await waitToRetry(on: connection, retries: &retries, carrying: destination)
        }
    }
}

extension NATSError {
    /// Whether a connection was lost or is not there, rather than the call being refused or given up.
    fileprivate var isLossOfConnection: Bool {
        switch code {
        case .closed, .draining, .canceled, .invalidSubject, .configuration, .permission: false
        default: true
        }
    }
}
