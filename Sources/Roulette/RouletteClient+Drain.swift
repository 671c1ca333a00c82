import Logging
import NATS

extension RouletteClient {
    /// Brings everything to its end on all connections, then closes them: subscriptions end behind the last message that
    /// the servers have for them, consumers take what is there and may still publish and request, requests get their
    /// replies, and what was published is confirmed.
    ///
    /// New subscriptions fail with ``RouletteError/Code/draining`` at once, new requests and messages once all consumers are
    /// done. A
    /// consumer is done when its iteration has ended or its subscription was dropped.
    ///
    /// - Parameter timeout: for all of it; by default the configuration's `drainTimeout`. Then the client is closed all
    ///   the same.
    /// - Throws: ``RouletteError/Code/drainIncomplete`` that says what was left behind.
    public func drain(timeout: Duration? = nil) async throws(RouletteError) {
        let report = await drainAndClose(timeout: timeout ?? configuration.drainTimeout)
        guard report.isComplete else { throw RouletteError(.drainIncomplete, report.summary) }
    }

    func drainAndClose(timeout: Duration) async -> DrainReport {
        let stages = connections.map { DrainStages($0.client, timeout: timeout) }
        // One step after the other for all of them: the consumers of one connection publish on others.
        await Self.together(stages) { await $0.drainSubscriptions() }
        await Self.together(stages) { await $0.drainRequests() }
        await Self.together(stages) { await $0.drainPublishes() }
        let report = DrainStages.close(stages)
        broadcaster.send(RouletteEvent(.drained(report)))
        if !report.isComplete {
            logger.warning("not everything came to its end", metadata: ["left_behind": "\(report.summary)"])
        }
        return report
    }

    private static func together(_ stages: [DrainStages], _ step: @escaping @Sendable (DrainStages) async -> Void) async {
        await withTaskGroup { group in
            for stage in stages { group.addTask { await step(stage) } }
        }
    }
}
