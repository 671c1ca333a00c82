import Locking
import NATSWire
import RouletteNATS

/// The implementation of a ``Subscription``. It has one member for a topic, and one per cluster for a pattern with wildcards.
final class SubscriptionGroup: Sendable {
    private struct State {
        var members: [SubscriptionMember] = []
        /// Members that can still deliver.
        var live = 0
        var remaining: Int?
        var isCanceled = false
        /// Waits for the graceful shutdown of the consumer's service, once the consumer runs in one.
        var watcher: Task<Void, Never>?
        var failure: Failure?
        var missedIntervals = MissedIntervals()
        /// Clusters that have been down since the call to subscribe.
        var awaited: [Cluster] = []
        /// Waiters for `awaited` to become empty.
        var waiting: [Waiter] = []

        /// Removes and returns the waiters if every cluster has the subscription, or if it has ended.
        mutating func takeWaiting(ended: Bool = false) -> [Waiter] {
            guard awaited.isEmpty || ended else { return [] }
            defer { waiting = [] }
            return waiting
        }
    }

    /// Indirect, so that a subscription without an error needs no space for one.
    private indirect enum Failure {
        case error(RouletteError)
    }

    let pattern: Subject
    let queue: MessageQueue<PooledConnection>
    private let state: Mutex<State>
    private let observe: @Sendable (RouletteEvent) -> Void

    init(
        pattern: Subject,
        options: SubscribeOptions,
        consumers: Consumers,
        observe: @escaping @Sendable (RouletteEvent) -> Void
    ) {
        self.pattern = pattern
        self.state = Mutex(State(remaining: options.maxMessages))
        self.observe = observe
        self.queue = MessageQueue(limits: options.buffer, of: pattern, among: consumers) { episode in
            observe(RouletteEvent(pattern: pattern, episode))
        }
    }

    /// The error that ended the subscription, if there is one.
    var failure: RouletteError? {
        guard case .error(let error) = state.withLock({ $0.failure }) else { return nil }
        return error
    }

    /// Clusters that have been down since the call to subscribe.
    var awaited: [Cluster] { state.withLock { $0.awaited } }

    /// Waits until every cluster has the subscription, or it has ended.
    func whenMade() async throws(NATSError) {
        let waiter = Waiter()
        let isMade = state.withLock { state in
            if state.awaited.isEmpty || state.live == 0 || state.isCanceled { return true }
            state.waiting.append(waiter)
            return false
        }
        if !isMade { try await waiter.wait() }
    }

    /// The intervals in which messages were missed.
    var missedIntervals: MissedIntervals { state.withLock { $0.missedIntervals } }

    // MARK: Members

    func willAdd() {
        state.withLock { $0.live += 1 }
    }

    func added(_ member: SubscriptionMember, sid: UInt64) {
        let isCanceled = state.withLock { state in
            if !state.isCanceled { state.members.append(member) }
            return state.isCanceled
        }
        member.joined(sid)
        if isCanceled { member.remove() }
    }

    func cancel() {
        let (members, waiting, watcher) = state.withLock { state in
            state.isCanceled = true
            defer {
                state.members = []
                state.watcher = nil
            }
            return (state.members, state.takeWaiting(ended: true), state.watcher)
        }
        watcher?.cancel()
        for waiter in waiting { waiter.resolve() }
        for member in members { member.remove() }
    }

    /// Ends the subscription after the last message that the servers have for it.
    func drain() {
        let (members, waiting) = state.withLock { state in
            state.isCanceled = true
            return (state.members, state.takeWaiting(ended: true))
        }
        for waiter in waiting { waiter.resolve() }
        for member in members { member.drain() }
    }

    /// Drains the subscription when the service of the current task is asked to shut down.
    func drainOnShutdown() {
        guard ServiceContext.current != nil else { return }
        state.withLock { state in
            guard state.watcher == nil, !state.isCanceled else { return }
            // Canceled with the subscription.
            state.watcher = Task { [weak self] in
                do {
                    try await ServiceContext.waitForShutdown()
                    self?.drain()
                } catch {}
            }
        }
    }

    // MARK: Callbacks of members, on their event loops

    func deliver(_ messages: [WireMessage], from connection: PooledConnection) {
        var messages = messages
        let isComplete = state.withLock { state in
            guard let remaining = state.remaining else { return false }
            if messages.count > remaining { messages.removeLast(messages.count - remaining) }
            state.remaining = remaining - messages.count
            return state.remaining == 0
        }
        if !messages.isEmpty {
            let dropped = queue.deliver(messages, from: connection)
            if dropped > 0 { tooSlow(dropped, on: connection) }
        }
        if isComplete {
            queue.end(nil)
            cancel()
        }
    }

    private func tooSlow(_ dropped: Int, on connection: PooledConnection) {
        connection.client.countDropped(dropped)
        // Overflow policy `.fail`: unsubscribe.
        if queue.failure != nil { cancel() }
    }

    func awaitsConnection(_ connection: PooledConnection) {
        state.withLock { state in
            if !state.awaited.contains(connection.cluster) { state.awaited.append(connection.cluster) }
        }
    }

    /// - Parameter silence: The time since the last byte from the server.
    func interrupted(on connection: PooledConnection, cause: NATSError, silence: Duration) {
        let lastHeard = connection.client.clock.instant() - silence
        state.withLock { $0.missedIntervals.begin(on: connection.cluster, at: lastHeard) }
        observe(RouletteEvent(.subscriptionInterrupted(pattern: pattern.description, cause: cause), on: connection))
    }

    func resumed(on connection: PooledConnection) {
        let now = connection.client.clock.instant()
        let (window, waiting) = state.withLock { state in
            state.awaited.removeAll { $0 == connection.cluster }
            return (state.missedIntervals.end(on: connection.cluster, at: now), state.takeWaiting())
        }
        for waiter in waiting { waiter.resolve() }
        guard let window else { return }
        observe(RouletteEvent(.subscriptionResumed(pattern: pattern.description, missed: window), on: connection))
    }

    func ended(on connection: PooledConnection, error: NATSError?) {
        if let error {
            let failure = RouletteError(error, endOf: pattern, on: connection.cluster)
            state.withLock { $0.failure = $0.failure ?? .error(failure) }
            queue.end(error)
            cancel()
            return
        }
        let (isLast, waiting) = state.withLock { state in
            state.live -= 1
            state.awaited.removeAll { $0 == connection.cluster }
            return (state.live == 0, state.takeWaiting(ended: state.live == 0))
        }
        for waiter in waiting { waiter.resolve() }
        if isLast { queue.end(nil) }
    }
}

extension RouletteEvent {
    fileprivate init(pattern: Subject, _ episode: SlowConsumerEpisode) {
        let pattern = pattern.description
        switch episode {
        case .began: self.init(.slowConsumer(pattern: pattern))
        case .ended(let dropped): self.init(.slowConsumerRecovered(pattern: pattern, dropped: dropped))
        }
    }
}

extension RouletteError {
    fileprivate init(_ error: NATSError, endOf pattern: Subject, on cluster: Cluster) {
        let code: Code =
            switch error.code {
            case .permission: .permission
            case .serverError: .refused
            default: .subscriptionLost
            }
        self.init(code, "the subscription to \(pattern) ended: \(error.message)", cluster: cluster, cause: error)
    }
}
