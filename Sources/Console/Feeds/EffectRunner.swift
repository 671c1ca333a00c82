import NATS
import NATSWire
import Roulette
import Settings
import TerminalUI

/// Carries effects out and reports what came of them.
struct EffectRunner {
    private let runtime: ConsoleRuntime
    private let stops = StopSignals()

    init(runtime: ConsoleRuntime) {
        self.runtime = runtime
    }

    func start(_ effect: Effect, in group: inout DiscardingTaskGroup) {
        let (runtime, stops) = (runtime, stops)
        switch effect {
        case .subscribe(let id, let request):
            let stop = stops.make(id)
            group.addTask {
                await runtime.consume(id: id, request, until: stop)
                stops.stop(id)
            }
        case .unsubscribe(let id), .stopPublish(let id):
            stops.stop(id)
        case .publish(let id, let request):
            let stop = stops.make(id)
            group.addTask {
                await runtime.publish(id: id, request, until: stop)
                stops.stop(id)
            }
        case .measureRate(let request):
            group.addTask { await runtime.measureRate(for: request) }
        case .edit(let text):
            group.addTask { await runtime.edit(text) }
        case .save(let entries):
            group.addTask { await runtime.save(entries) }
        case .remember(let entry):
            group.addTask { await runtime.remember(entry) }
        case .askServer(let cluster, let query):
            group.addTask { await runtime.askServer(cluster, connections: query) }
        case .askSubscriptions(let cluster):
            group.addTask { await runtime.askSubscriptions(cluster) }
        case .reconnect(let target):
            runtime.reconnect(target)
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
        case .quit, .switchProfile, .suspend, .redraw, .setMouse, .copy, .copyScreen:
            // The loop carries these out itself, since it owns the terminal.
            break
        }
    }
}

// MARK: - Messages

extension ConsoleRuntime {
    /// Takes the messages of a subscription until it ends or is to end.
    func consume(id: Int, _ request: SubscriptionRequest, until end: AsyncStream<Void>) async {
        await untilStopped(end) { await take(id: id, request) }
        traffic.removeSource(id)
    }

    private func take(id: Int, _ request: SubscriptionRequest) async {
        do throws(RouletteError) {
            // A cluster that is down is subscribed to as soon as it is up, and the operator sees that it is down.
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
                    mailbox.send(.subscription(id: id, .dropped(dropped)))
                }
            }
            mailbox.send(.subscription(id: id, .ended(nil)))
        } catch {
            if error.code != .canceled { mailbox.send(.subscription(id: id, .ended(error.description))) }
        }
    }

    /// Tells where the subscription is not made yet, and when it is.
    private func announce(_ subscription: Subscription, as id: Int) async {
        let pending = subscription.pendingClusters
        if !pending.isEmpty {
            mailbox.send(.subscription(id: id, .waiting(pending.map(\.index))))
            guard (try? await subscription.whenMade()) != nil else { return }
        }
        mailbox.send(.subscription(id: id, .active))
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

// MARK: - Connections

extension ConsoleRuntime {
    func reconnect(_ target: ReconnectTarget) {
        switch target {
        case .connection(let id):
            client.reconnect(cluster: client.clusters[id.cluster], role: id.role, slot: id.slot)
        case .cluster(let cluster): client.reconnect(cluster: client.clusters[cluster])
        case .all: client.reconnect()
        }
    }
}

// MARK: - Editor

extension ConsoleRuntime {
    /// Lends the terminal to the operator's editor.
    func edit(_ text: [UInt8]) async {
        do throws(EditorFailure) {
            mailbox.send(.edited(.saved(try await terminal.edit(text))))
        } catch {
            mailbox.send(.edited(.failed(error.message)))
        }
    }
}
