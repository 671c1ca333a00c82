import NATS
import NATSWire
import Roulette
import Settings
import TerminalUI

/// Carries effects out and reports what came of them.
struct EffectRunner {
    private let runtime: ConsoleRuntime
    /// How to end the subscriptions there are.
    private var cancellations: [Int: AsyncStream<Void>.Continuation] = [:]

    init(runtime: ConsoleRuntime) {
        self.runtime = runtime
    }

    mutating func start(_ effect: Effect, in group: inout DiscardingTaskGroup) {
        let runtime = runtime
        switch effect {
        case .subscribe(let id, let request):
            let (stream, continuation) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
            cancellations[id] = continuation
            group.addTask { await runtime.consume(id: id, request, until: stream) }
        case .unsubscribe(let id):
            cancellations.removeValue(forKey: id)?.finish()
        case .publish(let id, let request):
            group.addTask { await runtime.publish(id: id, request) }
        case .reconnect(let cluster):
            runtime.client.reconnect(cluster: cluster.map { runtime.client.clusters[$0] })
        case .loadTheme(let name):
            runtime.loadTheme(name)
        case .previewTheme(let name):
            runtime.previewTheme(name)
        case .loadNextTheme(let name):
            runtime.loadNextTheme(after: name)
        case .lookAtDemo:
            group.addTask { await runtime.demo(nil, on: "") }
        case .demo(let action, let node):
            group.addTask { await runtime.demo(action, on: node) }
        case .checkProfile(let name):
            runtime.checkProfile(name)
        case .quit, .switchProfile, .suspend, .redraw, .setMouse:
            // The loop carries these out itself, since it owns the terminal.
            break
        }
    }
}

// MARK: - Messages

extension ConsoleRuntime {
    /// Takes the messages of a subscription until it ends or is to end.
    func consume(id: Int, _ request: SubscriptionRequest, until end: AsyncStream<Void>) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await take(id: id, request) }
            group.addTask { for await _ in end {} }
            // Whichever comes first, the other has nothing left to do.
            await group.next()
            group.cancelAll()
        }
        traffic.removeSource(id)
    }

    private func take(id: Int, _ request: SubscriptionRequest) async {
        do throws(RouletteError) {
            // A cluster that is down is subscribed to as soon as it is up, and the operator sees that it is down.
            let options = SubscribeOptions(
                queueGroup: request.queueGroup,
                restart: .permanent,
                requiresConnection: false
            )
            let subscription = try await client.subscribe(to: request.pattern, options: options)
            try register(id: id, request)
            mailbox.send(.subscription(id: id, .active))
            var dropped: UInt64 = 0
            while let batch = try await subscription.nextBatch() {
                traffic.receive(batch, from: id, at: clock.now)
                if subscription.dropped != dropped {
                    dropped = subscription.dropped
                    mailbox.send(.subscription(id: id, .dropped(dropped)))
                }
            }
            mailbox.send(.subscription(id: id, .ended(nil)))
        } catch {
            if error.code != .canceled { mailbox.send(.subscription(id: id, .ended(error.description))) }
        }
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

    /// Publishes, then waits for the server's word.
    func publish(id: Int, _ request: PublishRequest) async {
        do throws(RouletteError) {
            let owner = try client.owner(of: request.topic)
            try await client.publish(request.body, to: request.topic, headers: request.headers)
            let start = clock.now
            let size = request.topic.utf8.count + request.size
            traffic.published(topic: request.topic, byteCount: size, cluster: owner.index, at: start)
            mailbox.send(.publish(id: id, .accepted))
            try await client.flush(topic: request.topic)
            mailbox.send(.publish(id: id, .confirmed(after: clock.now.uptime - start.uptime)))
        } catch {
            if error.code != .canceled { mailbox.send(.publish(id: id, .failed(error.description))) }
        }
    }
}
