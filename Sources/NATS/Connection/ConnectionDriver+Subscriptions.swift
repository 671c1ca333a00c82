import NATSWire
import NIOCore

/// The subscriptions that the server has, and what happens to them. While the connection moves to another server, SUBs and
/// UNSUBs go to both.
extension ConnectionDriver {
    /// Adds a consumer: to the SUB there is, or with one of its own.
    ///
    /// - Parameters:
    ///   - whileDraining: whether it may still be added when the others are being ended.
    ///   - onWire: resolved when the SUB is written; at once when it was before, or without a connection.
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

    /// Takes a consumer away. The last one takes the SUB along.
    func unsubscribe(_ sid: UInt64, _ sink: any MessageSink) {
        eventLoop.assertInEventLoop()
        guard let entry = subscriptions[sid], entry.remove(sink) else { return }
        removeIfUnused(entry)
        sink.end(nil)
    }

    func removeIfUnused(_ entry: SubscriptionEntry) {
        guard !entry.hasConsumers, subscriptions.remove(entry.sid) != nil else { return }
        countSubscriptions()
        for connection in subscribedConnections {
            FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &connection.control)
            scheduleFlush(of: connection)
        }
    }

    /// Where the server knows the subscriptions: one connection, and two during a move.
    var subscribedConnections: [ServerConnection] {
        guard let connection = activeConnection else { return [] }
        if machine.migration.isSubscribed, let nextConnection { return [connection, nextConnection] }
        return [connection]
    }

    // MARK: Lost connections

    /// Sends every subscription, with its queue group and what is left of its number of messages.
    func sendSubscriptions(to connection: ServerConnection) {
        connection.writeSubscribes(subscriptions.entries)
        scheduleFlush(of: connection)
    }

    func sendUnsubscribes(of entries: [SubscriptionEntry], on connection: ServerConnection) {
        for entry in entries { FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &connection.control) }
        scheduleFlush(of: connection)
    }

    /// The connection is gone. What was published since the last byte of its server may be missed.
    func interruptSubscriptions(_ cause: NATSError, on connection: ServerConnection) {
        for entry in subscriptions.entries {
            entry.interrupt(cause, silence: silence(of: connection))
            if !entry.hasConsumers { subscriptions.remove(entry.sid) }
        }
        countSubscriptions()
    }

    /// Another server took over and does not deliver everything at once. No subscription ends for that.
    func reportGap(_ cause: NATSError, on connection: ServerConnection) {
        for entry in subscriptions.entries { entry.reportGap(cause, silence: silence(of: connection)) }
    }

    /// The time since a byte came.
    func silence(of connection: ServerConnection) -> Duration { Duration(clock.now() - connection.lastReceived) }

    // MARK: Refusals

    /// The server refused one operation and serves the connection on: when that was a SUB, its consumers are over.
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
