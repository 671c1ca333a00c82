import NATSWire
import NIOCore

/// Coming to an end without losing anything: first what comes in, then what goes out.
extension ConnectionDriver {
    /// Ends all subscriptions but the inbox behind the last message that the server has for them, and takes no new ones.
    ///
    /// - Parameters:
    ///   - ended: resolved when nothing more can come in.
    ///   - consumed: resolved when the consumers have taken everything that came in.
    /// - Returns: where what comes in goes.
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
        // The PONG behind the UNSUBs, or the loss of the connection, says that nothing more can come in.
        handle(.drain(ended: complete, hasSubscriptions: !entries.isEmpty))
        return sinks
    }

    /// Accepts no more messages, and resolves when those accepted before are confirmed, or cannot be.
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

    /// The subscriptions that end when the client is drained. Requests that consumers make meanwhile need the inbox.
    var subscriptionsWithoutInbox: [SubscriptionEntry] { subscriptions.entries.filter { $0.sid != inbox } }
}
