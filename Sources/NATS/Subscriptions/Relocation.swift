import NATSWire

/// A subscription on its way from a connection that is down to another one.
struct RelocatedSubscription: Sendable {
    let subject: Subject
    let queueGroup: QueueGroup?
    let consumers: [SubscriptionEntry.Consumer]
}

extension NATSClient {
    /// Moves the subscriptions of a connection that is down to another connection of the same cluster. Nothing comes twice:
    /// the server of the lost connection has forgotten them. The inbox of requests stays.
    ///
    /// - Parameters:
    ///   - other: where to.
    ///   - willMove: called before, unless this client is connected or closed by now; then nothing happens.
    ///   - moved: tells a sink its new id; answers whether it still wants its messages.
    ///   - orphaned: called when the other connection was lost meanwhile. The subscriptions wait there.
    package func relocateSubscriptions(
        to other: NATSClient,
        willMove: @escaping @Sendable () -> Void,
        moved: @escaping @Sendable (any MessageSink, UInt64) -> Bool,
        orphaned: @escaping @Sendable () -> Void
    ) {
        driver.eventLoop.execute { [driver, other = other.driver] in
            guard driver.activeLink == nil, !driver.isClosed, !driver.isDraining else { return }
            willMove()
            let subscriptions = driver.takeSubscriptions()
            guard !subscriptions.isEmpty else { return }
            other.eventLoop.execute {
                other.adopt(subscriptions, moved: moved)
                if other.activeLink == nil, !other.isClosed { orphaned() }
            }
        }
    }
}

extension ConnectionDriver {
    fileprivate func takeSubscriptions() -> [RelocatedSubscription] {
        let entries = subscriptions.entries.filter { $0.sid != inbox }
        for entry in entries { subscriptions.remove(entry.sid) }
        countSubscriptions()
        return entries.map {
            RelocatedSubscription(subject: $0.subject, queueGroup: $0.queueGroup, consumers: $0.takeConsumers())
        }
    }

    /// Takes subscriptions of another connection over. Their consumers are told by the PONG behind the SUBs.
    fileprivate func adopt(_ relocated: [RelocatedSubscription], moved: (any MessageSink, UInt64) -> Bool) {
        eventLoop.assertInEventLoop()
        for subscription in relocated {
            if isClosed || isDraining {
                for consumer in subscription.consumers { consumer.sink.end(nil) }
            } else {
                adopt(subscription, moved: moved)
            }
        }
        countSubscriptions()
        guard let link = activeLink else { return }
        link.writePing(now: eventLoop.now, handedOver: handedOver, resumesSubscriptions: true)
        scheduleFlush(of: link)
    }

    private func adopt(_ relocated: RelocatedSubscription, moved: (any MessageSink, UInt64) -> Bool) {
        let shared = relocated.queueGroup == nil ? subscriptions.shared(relocated.subject) : nil
        let entry: SubscriptionEntry
        if let shared {
            entry = shared
        } else {
            do throws(NATSError) {
                entry = try subscriptions.insert(relocated.subject, queueGroup: relocated.queueGroup)
            } catch {
                for consumer in relocated.consumers { consumer.sink.end(error) }
                return
            }
        }
        for consumer in relocated.consumers {
            if moved(consumer.sink, entry.sid) { entry.adopt(consumer) } else { consumer.sink.end(nil) }
        }
        if shared != nil { return }
        // All of them may have ended meanwhile.
        if entry.hasConsumers {
            for link in subscribedLinks { link.writeSubscribe(entry) }
        } else {
            subscriptions.remove(entry.sid)
        }
    }
}
