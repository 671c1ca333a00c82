import NATS
import NATSWire
import Synchronization

/// What stands behind one subscription: one member for each connection it has to be made on, which is one for a topic and
/// one per cluster for a wildcard.
final class SubscriptionGroup: Sendable {
    private struct State {
        var members: [(connection: PooledConnection, sid: UInt64)] = []
        /// Members that can still deliver.
        var live = 0
        var remaining: Int?
        var isCanceled = false
        var failure: RouletteError?
        var interruptedAt: [Int: ContinuousClock.Instant] = [:]
    }

    let pattern: Subject
    let queue: MessageQueue<PooledConnection>
    private let state: Mutex<State>
    private let observe: @Sendable (RouletteEvent) -> Void

    init(pattern: Subject, options: SubscribeOptions, observe: @escaping @Sendable (RouletteEvent) -> Void) {
        self.pattern = pattern
        self.state = Mutex(State(remaining: options.maxMessages))
        self.observe = observe
        self.queue = MessageQueue(limits: options.buffer) {
            observe(RouletteEvent(.slowConsumer(pattern: pattern.description)))
        }
    }

    /// Why the subscription failed, once it did.
    var failure: RouletteError? { state.withLock { $0.failure } }

    // MARK: Members

    func willAdd() {
        state.withLock { $0.live += 1 }
    }

    func added(_ connection: PooledConnection, sid: UInt64) {
        let isCanceled = state.withLock { state in
            state.members.append((connection, sid))
            return state.isCanceled
        }
        if isCanceled { connection.client.removeSubscription(sid) }
    }

    func cancel() {
        let members = state.withLock { state in
            state.isCanceled = true
            defer { state.members = [] }
            return state.members
        }
        for (connection, sid) in members { connection.client.removeSubscription(sid) }
    }

    // MARK: What members report, on their event loops

    func deliver(_ messages: [WireMessage], from connection: PooledConnection) {
        var messages = messages
        let isComplete = state.withLock { state in
            guard let remaining = state.remaining else { return false }
            if messages.count > remaining { messages.removeLast(messages.count - remaining) }
            state.remaining = remaining - messages.count
            return state.remaining == 0
        }
        if !messages.isEmpty { queue.deliver(messages, from: connection) }
        if isComplete {
            queue.end(nil)
            cancel()
        }
    }

    func interrupted(on connection: PooledConnection, cause: NATSError) {
        state.withLock { $0.interruptedAt[connection.cluster.index] = .now }
        observe(RouletteEvent(.subscriptionInterrupted(pattern: pattern.description, cause: cause), on: connection))
    }

    func resumed(on connection: PooledConnection) {
        let began = state.withLock { $0.interruptedAt.removeValue(forKey: connection.cluster.index) }
        guard let began else { return }
        let window = BlindWindow(from: began, to: .now)
        observe(RouletteEvent(.subscriptionResumed(pattern: pattern.description, blind: window), on: connection))
    }

    func ended(on connection: PooledConnection, error: NATSError?) {
        if let error {
            let code: RouletteError.Code = error.code == .permission ? .permission : .subscriptionLost
            let failure = RouletteError(
                code,
                "the subscription to \(pattern) ended: \(error.message)",
                cluster: connection.cluster,
                cause: error
            )
            state.withLock { $0.failure = $0.failure ?? failure }
            queue.end(error)
            cancel()
            return
        }
        let isLast = state.withLock { state in
            state.live -= 1
            return state.live == 0
        }
        if isLast { queue.end(nil) }
    }
}

/// The part of a subscription that is made on one connection.
final class SubscriptionMember: MessageSink {
    private let group: SubscriptionGroup
    private let connection: PooledConnection

    init(group: SubscriptionGroup, connection: PooledConnection) {
        self.group = group
        self.connection = connection
    }

    func deliver(_ messages: [WireMessage]) { group.deliver(messages, from: connection) }
    func interrupted(_ cause: NATSError) { group.interrupted(on: connection, cause: cause) }
    func resumed() { group.resumed(on: connection) }
    func end(_ error: NATSError?) { group.ended(on: connection, error: error) }
    func whenConsumed(_ done: @escaping @Sendable () -> Void) { group.queue.whenConsumed(done) }
    var pending: PendingMessages { group.queue.pending }
}
