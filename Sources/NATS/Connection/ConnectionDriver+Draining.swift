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
        isDraining = true
        abandonMove(isClosing: false)
        // The move may have held publishes back.
        flush()
        let entries = subscriptions.entries.filter { $0.sid != inbox }
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
        guard let connection = activeConnection, !entries.isEmpty else {
            complete.resolve()
            return sinks
        }
        for entry in entries { FrameEncoder.unsubscribe(sid: entry.sid, max: nil, into: &connection.control) }
        // Behind its PONG no message of theirs can follow. A lost connection has the same effect.
        connection.writePing(now: clock.now(), handedOver: handedOver, flushes: [complete])
        scheduleFlush(of: connection)
        return sinks
    }

    /// Accepts no more messages, and resolves when those accepted before are confirmed, or cannot be.
    func drainPublishes(confirmed: Waiter) {
        eventLoop.assertInEventLoop()
        outbound.beginDraining()
        let hasNothingToSend = outbound.backlog.messages == 0 && status.update { $0.handedOver == $0.settled }
        if hasNothingToSend { return confirmed.resolve() }
        do {
            if try outbound.requestFlush(confirmed) { flush() }
        } catch {
            confirmed.resolve(error)
        }
    }
}
