import Locking
import NATSWire
import NIOCore
import RouletteNATS

/// Publishes small messages on every publisher connection, and receives them on every subscriber connection of the same cluster.
final class Canary: Sendable {
    private struct ClusterState {
        var table: CanaryTable
        var refusal: NATSError?
        /// The connections whose subscription the server has confirmed.
        var subscribed: Set<Int> = []
        /// The subscriber connections with an unanswered question.
        var asked: Set<Int> = []
    }

    /// The subject of the messages of this client.
    let subject: Subject
    private static let retryPause = Duration.milliseconds(50)

    private let interval: Duration
    private let pools: [ClusterPool]
    private let clock: TimeSource
    private let start: ContinuousClock.Instant
    private let observe: @Sendable (RouletteEvent) -> Void
    private let states: Mutex<[ClusterState]>

    /// Returns the subject of the canary messages of a client.
    ///
    /// - Parameter instance: Distinguishes the client from others.
    static func subject(instance: UInt64) throws(RouletteError) -> Subject {
        do {
            return try Subject("\(CanaryStatus.subjectPrefix).\(String(instance, radix: 36))")
        } catch {
            throw RouletteError(.configuration, error.description, cause: error)
        }
    }

    /// - Parameter pools: The clusters. Those without connections of both roles have no canary.
    init(
        pools: [ClusterPool],
        interval: Duration,
        subject: Subject,
        clock: TimeSource,
        observe: @escaping @Sendable (RouletteEvent) -> Void
    ) {
        self.subject = subject
        self.interval = interval
        self.pools = pools
        self.clock = clock
        self.observe = observe
        start = clock.instant()
        states = Mutex(pools.map { _ in ClusterState(table: CanaryTable(interval: interval)) })
    }

    /// Returns what is known about a cluster; nil if it does not have connections of both roles.
    func status(of cluster: Int) -> CanaryStatus? {
        guard !pools[cluster].publishers.isEmpty, !pools[cluster].subscribers.isEmpty else { return nil }
        return states.withLock { $0[cluster].table.status(at: now, refusal: $0[cluster].refusal) }
    }

    /// Runs until the task is canceled or the connections are closed.
    func run() async {
        await withDiscardingTaskGroup { group in
            for pool in pools where !pool.publishers.isEmpty && !pool.subscribers.isEmpty {
                for connection in pool.subscribers.prefix(CanaryTable.maximumConnections) {
                    group.addTask { await self.receive(on: connection) }
                }
                group.addTask { await self.publish(to: pool) }
            }
        }
    }

    // MARK: Receiving

    private func receive(on connection: PooledConnection) async {
        let cluster = connection.cluster.index
        while !Task.isCancelled, !isRefused(cluster) {
            defer { states.withLock { _ = $0[cluster].subscribed.remove(connection.slot) } }
            do throws(NATSError) {
                // It ends with the connection. Other subscriptions of a lost connection continue on another one of the pool,
                // which would receive messages that this one does not.
                let subscription = try await connection.client.subscribe(
                    to: subject,
                    confirmed: true,
                    endsWithConnection: true
                )
                states.withLock { _ = $0[cluster].subscribed.insert(connection.slot) }
                var messages = subscription.makeAsyncIterator()
                while let message = try await messages.next() { received(message, on: connection) }
                // Draining ends the subscription.
                return
            } catch {
                switch error.code {
                case .closed, .canceled, .draining: return
                case .permission: refuse(cluster, error)
                default: await waitForConnection(connection)
                }
            }
        }
    }

    private func waitForConnection(_ connection: PooledConnection) async {
        do throws(NATSError) {
            try await connection.client.waitUntilConnected(timeout: interval)
        } catch {
            // The next attempt to subscribe fails, and waits again.
            try? await clock.sleep(Self.retryPause)
        }
    }

    private func received(_ message: NATSMessage, on connection: PooledConnection) {
        guard let number = UInt64(String(buffer: message.payload)) else { return }
        change(connection.cluster) { $0.receive(number, on: connection.slot, at: now) }
    }

    // MARK: Publishing

    private func publish(to pool: ClusterPool) async {
        let cluster = pool.cluster.index
        await withDiscardingTaskGroup { group in
            while !isRefused(cluster) {
                let subscribed = states.withLock { $0[cluster].subscribed }
                let publishers = Self.ends(pool.publishers)
                let subscribers = Self.ends(pool.subscribers).filter { subscribed.contains($0.slot) }
                change(pool.cluster) { $0.endRound(publishers: publishers, subscribers: subscribers, at: now) }
                for end in states.withLock({ $0[cluster].table.readyPublishers(at: now) }) {
                    let time = now
                    let number = states.withLock { $0[cluster].table.publish(from: end, at: time) }
                    do throws(NATSError) {
                        try pool.publishers[end.slot].client.tryPublish(String(number), to: subject)
                        group.addTask { await self.confirm(end, of: pool, at: time) }
                    } catch {
                        // The connection was lost, or its buffer is full. That says nothing about the servers.
                        states.withLock { $0[cluster].table.withdraw(number) }
                    }
                }
                let time = now
                for end in subscribers { group.addTask { await self.ask(end, of: pool, at: time) } }
                guard (try? await clock.sleep(interval)) != nil else { break }
            }
            group.cancelAll()
        }
    }

    /// Waits until the server of a publisher has confirmed its message.
    private func confirm(_ end: CanaryTable.End, of pool: ClusterPool, at time: Duration) async {
        let cluster = pool.cluster.index
        do throws(NATSError) {
            try await pool.publishers[end.slot].client.flush(of: subject)
            states.withLock { $0[cluster].table.answer(.publisher, end, asked: time) }
        } catch {
            // A loss of the connection is an event of the connection.
            if error.code == .permission { refuse(cluster, error) }
        }
    }

    /// Waits until the server of a subscriber has answered.
    private func ask(_ end: CanaryTable.End, of pool: ClusterPool, at time: Duration) async {
        let cluster = pool.cluster.index
        // One question at a time, however long the server is silent.
        guard states.withLock({ $0[cluster].asked.insert(end.slot).inserted }) else { return }
        defer { states.withLock { _ = $0[cluster].asked.remove(end.slot) } }
        // A loss of the connection is an event of the connection.
        guard (try? await pool.subscribers[end.slot].client.confirm()) != nil else { return }
        states.withLock { $0[cluster].table.answer(.subscriber, end, asked: time) }
    }

    private static func ends(_ connections: [PooledConnection]) -> [CanaryTable.End] {
        connections.prefix(CanaryTable.maximumConnections).compactMap { connection in
            let snapshot = connection.client.snapshot
            guard snapshot.isUp, let server = snapshot.server, !server.id.isEmpty else { return nil }
            return CanaryTable.End(
                slot: connection.slot,
                server: CanaryServer(id: server.id, name: server.name),
                reconnects: snapshot.reconnects
            )
        }
    }

    // MARK: Results

    private func change(_ cluster: Cluster, _ change: (inout CanaryTable) -> [CanaryTable.Change]) {
        let changes = states.withLock { change(&$0[cluster.index].table) }
        for change in changes { observe(RouletteEvent(.canary(change, cluster))) }
    }

    private func isRefused(_ cluster: Int) -> Bool { states.withLock { $0[cluster].refusal != nil } }

    /// Ends the canary of a cluster. One connection after another may report the same refusal.
    private func refuse(_ cluster: Int, _ cause: NATSError) {
        let isFirst = states.withLock { states in
            defer { states[cluster].refusal = states[cluster].refusal ?? cause }
            return states[cluster].refusal == nil
        }
        if isFirst { observe(RouletteEvent(.canaryRefused(pools[cluster].cluster, cause))) }
    }

    private var now: Duration { clock.instant() - start }
}
