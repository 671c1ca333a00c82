import RouletteNATS
import Synchronization

/// Reports the first message whose topic Roulette 1.0.5 cannot receive. Its parser counts characters where the protocol counts
/// bytes. If a topic is not ASCII, the process that owns the connection crashes, with all subscriptions of that connection.
final class ElixirTopicCheck: Sendable {
    private let isReported = Atomic(false)
    private let tell: @Sendable (RouletteEvent) -> Void

    /// - Parameter tell: Receives the event, at most once.
    init(tell: @escaping @Sendable (RouletteEvent) -> Void) {
        self.tell = tell
    }

    /// Checks the topic and the reply topic of a message.
    func publishing(to topic: UnsafeRawBufferPointer, reply: String?) {
        guard !isReported.load(ordering: .relaxed) else { return }
        if !topic.allSatisfy({ $0 < 0x80 }) { report(String(decoding: topic, as: UTF8.self)) }
        if let reply, !reply.utf8.allSatisfy({ $0 < 0x80 }) { report(reply) }
    }

    private func report(_ topic: String) {
        if !isReported.exchange(true, ordering: .relaxed) { tell(RouletteEvent(.topicBreaksElixir(topic: topic))) }
    }
}
