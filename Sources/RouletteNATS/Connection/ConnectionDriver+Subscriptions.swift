import NATSWire
import NIOCore

/// Subscribing and unsubscribing. While the connection moves to another server, SUBs and UNSUBs are sent to both.
extension ConnectionDriver {
    /// Adds a consumer, to an existing SUB or with a new one.
    ///
    /// - Parameters:
    ///   - whileDraining: Whether the subscription may be added while the others are being drained.
    ///   - onWire: Resolved when the SUB is written; at once if the SUB exists already, or without a connection.
    func subscribe(
        _ subject: Subject,
        queueGroup: QueueGroup?,
        maxMessages: Int?,
        endsWithConnection: Bool,
        sink: any MessageSink,
        whileDraining: Bool = false,
        onWire: Waiter
    ) throws(NATSError) -> SubscriptionEntry {
        eventLoop.assertInEventLoop()
        if isClosed { throw .clientClosed }
        if machine.isDraining, !whileDraining { throw .clientDraining }
        let isConnected = activeConnection != nil
        if queueGroup == nil, let entry = subscriptions.shared(subject) {
            entry.add(sink, maxMessages: maxMessages, endsWithConnection: endsWithConnection, isConnected: isConnected)
            onWire.resolve()
            return entry
        }
        let entry = try subscriptions.insert(subject, queueGroup: queueGroup)
        entry.add(sink, maxMessages: maxMessages, endsWithConnection: endsWithConnection, isConnected: isConnected)
        countSubscriptions()
        for connection in subscribedConnections {
            connection.writeSubscribe(entry)
            scheduleFlush(of: connection)
        }
        if let connection = subscribedConnections.last {
            connection.controlWriting.notify(onWire, behind: connection.control)
        } else {
            onWire.resolve()
        }
        return entry
    }

    /// Removes a consumer. The SUB is removed with its last consumer.
    func unsubscribe(_ sid: UInt64, _ sink: any MessageSink) {
        eventLoop.assertInEventLoop()
        guard let entry = subscriptions[sid], entry.remove(sink) else { return }
        removeIfUnused(entry)
        sink.end(nil)
    }

    func removeIfUnused(_ entry: SubscriptionEntry) {
        guard !entry.hasConsumers, subscriptions.remove(entry.sid) != nil else { return }
        countSubscriptions()
        if !entry.isRetired { unsubscribe(entry) }
    }

    /// Sends UNSUB to the servers that have the subscription.
    func unsubscribe(_ entry: SubscriptionEntry) {
        for connection in subscribedConnections { sendUnsubscribes(of: [entry], on: connection) }
    }

    /// The connections whose server has the subscriptions: one, or two during a move.
    var subscribedConnections: [ServerConnection] {
        guard let connection = activeConnection else { return [] }
        if machine.migration.isSubscribed, let nextConnection { return [connection, nextConnection] }
        return [connection]
    }

    // MARK: Lost connections

    /// Sends every subscription, with its queue group and its remaining number of messages.
    func sendSubscriptions(to connection: ServerConnection) {
        connection.writeSubscribes(subscriptions.entries.filter { !$0.isRetired })
        scheduleFlush(of: connection)
    }

    func sendUnsubscribes(of entries: [SubscriptionEntry], on connection: ServerConnection) {
        for entry in entries { FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &connection.control) }
        scheduleFlush(of: connection)
    }

    /// Informs the subscriptions of a lost connection. Messages published since the last byte from the server may be missed.
    func interruptSubscriptions(_ cause: NATSError, on connection: ServerConnection) {
        for entry in subscriptions.entries {
            entry.interrupt(cause, silence: silence(of: connection))
            if !entry.hasConsumers { subscriptions.remove(entry.sid) }
        }
        countSubscriptions()
    }

    /// Informs the subscriptions that another server took over and does not deliver all messages yet. No subscription ends
    /// because of that.
    func reportGap(_ cause: NATSError, on connection: ServerConnection) {
        for entry in subscriptions.entries { entry.reportGap(cause, silence: silence(of: connection)) }
    }

    /// Returns the time since the last byte was received.
    func silence(of connection: ServerConnection) -> Duration { Duration(clock.now() - connection.lastReceived) }

    // MARK: Refusals

    /// Handles an operation that the server refused without closing the connection. If it was a SUB, its consumers end.
    func refused(_ error: ServerError, _ violation: PermissionViolation?, on connection: ServerConnection) {
        let refusal = NATSError(error.error.code, error.error.message, cause: violation)
        if let entry = refusedSubscription(error, violation, on: connection) {
            entry.end(refusal)
            removeIfUnused(entry)
        }
        countRefusedMessage(error, violation)
        observer(.serverError(refusal))
    }

    private func countRefusedMessage(_ error: ServerError, _ violation: PermissionViolation?) {
        guard case .message(let subject) = machine.accounts.refusal(by: error, violation) else { return }
        status.update { $0.refusals.record(error, subject: subject, violation: subject == nil ? nil : violation) }
    }

    private func refusedSubscription(
        _ error: ServerError,
        _ violation: PermissionViolation?,
        on connection: ServerConnection
    ) -> SubscriptionEntry? {
        if error.kind == .subscribeRefused { return connection.unconfirmedSubscription.flatMap { subscriptions[$0] } }
        guard let violation,
            case .subscription(let queue, let sid) = violation.operation
        else { return nil }
        if let sid { return subscriptions[sid] }
        return subscriptions.oldest(subject: violation.subject, queueGroup: queue)
    }
}
