import NATSWire

/// A subscription that is being moved from a lost connection to another one.
struct RelocatedSubscription: Sendable {
    let subject: Subject
    let queueGroup: QueueGroup?
    let consumers: [SubscriptionEntry.Consumer]
}

extension NATSClient {
    /// Moves the subscriptions of a lost connection to another connection of the same cluster. No message is delivered twice,
    /// because the server of the lost connection has removed the subscriptions. The inbox of requests stays.
    ///
    /// - Parameters:
    ///   - other: The client to move them to.
    ///   - willMove: Called before the move. If this client is now connected or closed, or has no subscriptions, nothing is moved
    ///     and the closure is not called.
    ///   - moved: Passes a new ID to a sink. Returns whether the sink still needs messages.
    ///   - orphaned: Called if the other connection was lost meanwhile. The subscriptions then wait there.
    package func relocateSubscriptions(
        to other: NATSClient,
        willMove: @escaping @Sendable () -> Void,
        moved: @escaping @Sendable (any MessageSink, UInt64) -> Bool,
        orphaned: @escaping @Sendable () -> Void
    ) {
        driver.eventLoop.execute { [driver, other = other.driver] in
            guard driver.activeConnection == nil, !driver.isClosed, !driver.machine.isDraining else { return }
            let subscriptions = driver.takeSubscriptions()
            guard !subscriptions.isEmpty else { return }
            willMove()
            other.eventLoop.execute {
                other.adopt(subscriptions, moved: moved)
                if other.activeConnection == nil, !other.isClosed { orphaned() }
            }
        }
    }
}

extension ConnectionDriver {
    fileprivate func takeSubscriptions() -> [RelocatedSubscription] {
        let entries = subscriptionsWithoutInbox
        for entry in entries { subscriptions.remove(entry.sid) }
        countSubscriptions()
        return entries.map {
            RelocatedSubscription(subject: $0.subject, queueGroup: $0.queueGroup, consumers: $0.takeConsumers())
        }
    }

    /// Adopts the subscriptions of another connection. Their consumers are informed by the PONG after the SUBs.
    fileprivate func adopt(_ relocated: [RelocatedSubscription], moved: (any MessageSink, UInt64) -> Bool) {
        eventLoop.assertInEventLoop()
        var added: [SubscriptionEntry] = []
        for subscription in relocated {
            if isClosed || machine.isDraining {
                for consumer in subscription.consumers { consumer.sink.end(nil) }
            } else if let entry = adopt(subscription, moved: moved) {
                added.append(entry)
            }
        }
        countSubscriptions()
        for connection in subscribedConnections { connection.writeSubscribes(added) }
        handle(.subscriptionsAdopted)
    }

    /// - Returns: The new subscription to send to the server; nil if there is none.
    private func adopt(
        _ relocated: RelocatedSubscription,
        moved: (any MessageSink, UInt64) -> Bool
    ) -> SubscriptionEntry? {
        let shared = relocated.queueGroup == nil ? subscriptions.shared(relocated.subject) : nil
        let entry: SubscriptionEntry
        if let shared {
            entry = shared
        } else {
            do throws(NATSError) {
                entry = try subscriptions.insert(relocated.subject, queueGroup: relocated.queueGroup)
            } catch {
                for consumer in relocated.consumers { consumer.sink.end(error) }
                return nil
            }
        }
        for consumer in relocated.consumers {
            if moved(consumer.sink, entry.sid) { entry.adopt(consumer) } else { consumer.sink.end(nil) }
        }
        if shared != nil { return nil }
        if entry.hasConsumers { return entry }
        // All consumers have ended meanwhile.
        subscriptions.remove(entry.sid)
        return nil
    }
}
