import Roulette
import TerminalUI

/// Subscribes to topics, reports events of the subscriptions, and prints their messages.
struct TopicListener: Sendable {
    let client: RouletteClient
    let queue: String?
    let topics: [String]

    /// Prints until the printer reaches its limit or the task is canceled.
    ///
    /// Clusters that are down do not delay the others. If none of a topic's clusters can be reached during the retries of the
    /// profile, it throws.
    func run(_ printer: MessagePrinter) async throws {
        let events = client.events
        await FirstContact.wait(for: client)
        try await withThrowingTaskGroup(of: Ended.self) { group in
            group.addTask {
                for await event in events { SubscriptionNotices.note(event) }
                return .notices
            }
            var pending: Set<Cluster> = []
            for topic in topics {
                let subscription = try await subscribe(to: topic)
                pending.formUnion(subscription.pendingClusters)
                group.addTask {
                    while let batch = try await subscription.nextBatch() {
                        guard try await printer.print(batch) else { break }
                    }
                    return .messages
                }
            }
            notePending(pending)
            if StandardError.isTerminal {
                let except = pending.isEmpty ? "" : ", except on \(pending.count) of \(client.clusters.count) clusters"
                StandardError.note("subscribed to \(topics.joined(separator: ", "))\(except)")
            }
            defer { group.cancelAll() }
            while let ended = try await group.next(), ended != .messages {}
        }
    }

    private enum Ended: Sendable {
        case notices
        case messages
    }

    private func subscribe(to topic: String) async throws -> Subscription {
        var options = SubscribeOptions(queueGroup: queue, restart: .permanent, confirmed: true)
        // If a cluster is up, the subscription to a pattern does not wait for the others.
        let isPattern = topic.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: ">") }
        options.requiresConnection = !isPattern || !isAnyUp
        do {
            return try await client.subscribeConfirmed(to: topic, options: options)
        } catch let error as RouletteError where error.code == .clusterUnavailable && isPattern && isAnyUp {
            // A cluster came up during the retries.
            options.requiresConnection = false
            return try await client.subscribeConfirmed(to: topic, options: options)
        }
    }

    private var isAnyUp: Bool { client.snapshot().clusters.contains(where: \.isUp) }

    private func notePending(_ pending: Set<Cluster>) {
        for cluster in client.snapshot().clusters where pending.contains(cluster.cluster) {
            let progress = cluster.connections.lazy.compactMap(\.connection.progress).first
            let reason = cluster.lastError?.message ?? progress ?? "no connection yet"
            StandardError.note(
                "cluster \(cluster.cluster.label): \(reason); its messages arrive when it is up"
            )
        }
    }
}

extension ClusterSnapshot {
    fileprivate var isUp: Bool { connections.contains { $0.connection.isUp } }
}

/// Reports events of subscriptions on standard error.
private enum SubscriptionNotices {
    static func note(_ event: RouletteEvent) {
        let place = event.connection.map { "cluster \($0.cluster.label): " } ?? ""
        switch event.detail {
        case .subscriptionInterrupted(let pattern, let cause):
            StandardError.note("\(place)\(pattern) is interrupted and misses messages: \(cause.message)")
        case .subscriptionResumed(let pattern, let missed):
            let length = SafeText.duration(missed.duration).plain
            StandardError.note("\(place)\(pattern) is complete again; messages published during \(length) were missed")
        case .slowConsumer(let pattern):
            StandardError.note("\(pattern): messages are being dropped, because the output is too slow")
        case .slowConsumerRecovered(let pattern, let dropped):
            StandardError.note("\(pattern): \(dropped) messages were dropped; the output keeps up again")
        case .connection(.serverError(let error)):
            StandardError.note("\(place)\(error.message)")
        case .missedEvents(let count):
            StandardError.note("\(count) notices like these were skipped")
        // `Session` reports identity alarms and unreadable topics for every command.
        case .connection, .drained, .topicBreaksElixir, .node, .identityAlarm, .identityAlarmEnded, .idleTimeout, .canary,
            .canaryRefused:
            break
        }
    }
}
