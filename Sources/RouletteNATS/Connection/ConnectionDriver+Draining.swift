import NATSWire
import NIOCore

/// Draining: first what is received, then what is sent.
extension ConnectionDriver {
    /// Ends all subscriptions except the inbox, after the last message that the server has for them. Accepts no new
    /// subscriptions.
    ///
    /// - Parameter ended: Resolved when nothing more can be received.
    func drainSubscriptions(ended: Waiter) {
        eventLoop.assertInEventLoop()
        let entries = subscriptionsWithoutInbox
        let sids = entries.map(\.sid)
        let complete = Waiter(onResolve: { _ in
            self.eventLoop.execute {
                for sid in sids { self.subscriptions.remove(sid)?.end(nil) }
                self.countSubscriptions()
                ended.resolve()
            }
        })
        // Nothing more can be received after the PONG that follows the UNSUBs, or after the loss of the connection.
        handle(.drain(ended: complete, hasSubscriptions: !entries.isEmpty))
    }

    /// Ends one consumer after the last message that the server has for it. If no other consumer needs the SUB, it is removed
    /// first.
    func drainSubscription(_ sid: UInt64, _ sink: any MessageSink) {
        eventLoop.assertInEventLoop()
        guard let entry = subscriptions[sid], entry.beginDraining(sink) else { return }
        if entry.isDraining, !entry.isRetired {
            subscriptions.retire(entry)
            unsubscribe(entry)
        }
        let complete = Waiter(onResolve: { _ in self.eventLoop.execute { self.unsubscribe(sid, sink) } })
        // Nothing more can be received after the PONG that follows the UNSUB, or after the loss of the connection.
        handle(.endReceiving(ended: complete))
    }

    /// Accepts no more messages. Resolves the waiter when those accepted before are confirmed, or cannot be confirmed.
    func drainPublishes(confirmed: Waiter) {
        eventLoop.assertInEventLoop()
        outbound.beginDraining()
        handle(.finishPublishing(confirmed: confirmed, hasBacklog: outbound.backlog.messages > 0))
    }

    func requestFlush(_ confirmed: Waiter) {
        do {
            if try outbound.requestFlush(confirmed) { flush() }
        } catch {
            confirmed.resolve(error)
        }
    }

    /// The subscriptions that end when the client is drained. The inbox stays, because consumers may send requests meanwhile.
    var subscriptionsWithoutInbox: [SubscriptionEntry] { subscriptions.entries.filter { $0.sid != inbox } }
}
