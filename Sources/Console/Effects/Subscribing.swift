import NATSWire
import Roulette
import RouletteNATS

extension ConsoleRuntime {
    /// Receives the messages of a subscription until it ends or the stream `end` ends.
    func consume(id: Int, _ request: SubscriptionRequest, until end: AsyncStream<Void>) async {
        await withStopSignal(end) { await receive(id: id, request) }
        traffic.removeSource(id)
    }

    private func receive(id: Int, _ request: SubscriptionRequest) async {
        do throws(RouletteError) {
            // If a cluster is down, the subscription starts there as soon as it is up. The console shows that it is down.
            let options = SubscribeOptions(
                queueGroup: request.queueGroup,
                restart: .permanent,
                buffer: MemoryCeiling.buffer,
                requiresConnection: false
            )
            let subscription = try await client.subscribe(to: request.pattern, options: options)
            try register(id: id, request)
            async let _: Void = announce(subscription, as: id)
            var dropped: UInt64 = 0
            while let batch = try await subscription.nextBatch() {
                traffic.receive(batch, from: id, at: clock.now)
                if subscription.dropped != dropped {
                    dropped = subscription.dropped
                    queue.send(.subscription(id: id, .dropped(dropped)))
                }
            }
            queue.send(.subscription(id: id, .ended(nil)))
        } catch {
            if error.code != .canceled { queue.send(.subscription(id: id, .ended(error.description))) }
        }
    }

    /// Reports the clusters where the subscription is pending, and reports when it is active everywhere.
    private func announce(_ subscription: Subscription, as id: Int) async {
        let pending = subscription.pendingClusters
        if !pending.isEmpty {
            queue.send(.subscription(id: id, .waiting(pending.map(\.index))))
            guard (try? await subscription.whenMade()) != nil else { return }
        }
        queue.send(.subscription(id: id, .active))
    }

    private func register(id: Int, _ request: SubscriptionRequest) throws(RouletteError) {
        do {
            let source = TrafficSources.Source(
                id: id,
                pattern: try Subject.pattern(request.pattern),
                purpose: request.purpose,
                isQueueMember: request.queueGroup != nil
            )
            traffic.add(source)
        } catch {
            throw RouletteError(.invalidTopic, error.message, cause: error)
        }
    }
}
