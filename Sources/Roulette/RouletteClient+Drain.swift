import Logging
import NATS

extension RouletteClient {
    /// Completes the pending work on all connections, then closes them.
    ///
    /// Subscriptions end after the last message that the servers have for them. Consumers process the remaining messages
    /// and may still publish and send requests. Requests wait for their replies, and published messages are confirmed.
    ///
    /// New subscriptions fail immediately with ``RouletteError/Code/draining``; new requests and messages fail once all
    /// consumers are done. A consumer is done when its iteration has ended or its subscription was released.
    ///
    /// - Parameter timeout: The limit for the whole drain; by default the configuration's `drainTimeout`. After it, the client
    ///   is closed in any case.
    /// - Throws: ``RouletteError/Code/drainIncomplete``, with the work that was not completed.
    public func drain(timeout: Duration? = nil) async throws(RouletteError) {
        let report = await drainAndClose(timeout: timeout ?? configuration.drainTimeout)
        guard report.isComplete else { throw RouletteError(.drainIncomplete, report.summary) }
    }

    func drainAndClose(timeout: Duration) async -> DrainReport {
        let stages = connections.map { DrainStages($0.client, timeout: timeout) }
        // Each step completes on all connections before the next, because consumers of one connection publish on others.
        await Self.together(stages) { await $0.drainSubscriptions() }
        await Self.together(stages) { await $0.drainRequests() }
        await Self.together(stages) { await $0.drainPublishes() }
        let report = DrainStages.close(stages)
        broadcaster.send(RouletteEvent(.drained(report)))
        if !report.isComplete {
            logger.warning("drain is incomplete", metadata: ["left_behind": "\(report.summary)"])
        }
        return report
    }

    private static func together(_ stages: [DrainStages], _ step: @escaping @Sendable (DrainStages) async -> Void) async {
        await withTaskGroup { group in
            for stage in stages { group.addTask { await step(stage) } }
        }
    }
}
