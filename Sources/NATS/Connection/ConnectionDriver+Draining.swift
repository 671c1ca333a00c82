import NATSWire
import NIOCore

/// Draining: first what is received, then what is sent.
extension ConnectionDriver {
    /// Ends all subscriptions except the inbox, after the last message that the server has for them. Accepts no new
    /// subscriptions.
    ///
    /// - Parameters:
    ///   - ended: Resolved when nothing more can be received.
    ///   - consumed: Resolved when the consumers have processed everything that was received.
    /// - Returns: The sinks of the subscriptions.
    func drainSubscriptions(ended: Waiter, consumed: Waiter) -> [any MessageSink] {
        eventLoop.assertInEventLoop()
        let entries = subscriptionsWithoutInbox
        let sinks = entries.flatMap(\.sinks)
        let sids = entries.map(\.sid)
        let complete = Waiter(onResolve: { _ in
            self.eventLoop.execute {
                for sid in sids { self.subscriptions.remove(sid)?.end(nil) }
                self.countSubscriptions()
                let countdown = Countdown(sinks.count, then: consumed)
                for sink in sinks { sink.whenConsumed { countdown.arrive() } }
                ended.resolve()
            }
        })
        // Nothing more can be received after the PONG that follows the UNSUBs, or after the loss of the connection.
        handle(.drain(ended: complete, hasSubscriptions: !entries.isEmpty))
        return sinks
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
