import Locking
import RouletteNATS

import struct Synchronization.Atomic

/// Finds the connection that carries a topic, for publishes, requests and subscriptions.
///
/// A cluster has as many lanes as its pool has connections, and a topic belongs to one lane. The connection with the number of
/// the lane is its home and normally carries it. While the home is down, another connection of the same cluster carries the
/// lane: the one that ``firstConnected(from:)`` finds. The lane returns to its home once all messages sent meanwhile are
/// confirmed, so that messages keep their order as long as no connection is lost.
///
/// There is one table for publishers and one for subscribers.
final class ConnectionTable: Sendable {
    /// State that changes only when connections are established or lost.
    private struct Lanes {
        /// For each lane, the connections other than its home that carried it since its last flush.
        var guests: [Int: Set<Int>] = [:]
        /// Calls that wait for a connection of a cluster.
        var waiting: [Int: [ObjectIdentifier: WaitingCall]] = [:]
    }

    private struct WaitingCall {
        let waiter: Waiter
        /// The lane whose carrier has to be connected, or nil if any connection of the cluster is enough.
        let lane: Int?
    }

    /// Owns the connections.
    private let owned: [PooledConnection]
    /// The same connections, unretained. Retaining one for each message would cost as much as encoding the message.
    private let connections: [Unmanaged<PooledConnection>]
    private let slots: Int
    private let carriers: Carriers
    private let lanes = Mutex(Lanes())

    /// - Parameters:
    ///   - connections: The connections of one role, cluster by cluster; empty if the role is not used.
    ///   - slots: The number of connections per cluster.
    init(_ connections: [PooledConnection], slots: Int) {
        self.owned = connections
        self.connections = connections.map(Unmanaged.passUnretained)
        self.slots = slots
        self.carriers = Carriers(count: connections.count)
    }

    // MARK: Finding

    /// Calls `body` with the connection that carries the messages of a topic, and its lease.
    /// - Precondition: There are connections of this role.
    @inline(__always)
    func withCarrier<R>(of destination: Destination, _ body: (PooledConnection, Lease) -> R) -> R {
        let word = carriers.word(lane(of: destination))
        let holder = word.pointee.load(ordering: .relaxed)
        return connections[holder]._withUnsafeGuaranteedRef { body($0, Lease(carrier: word, holder: holder)) }
    }

    /// Returns the connection that currently carries the messages of a topic, and its lease.
    /// - Precondition: There are connections of this role.
    func carrier(of destination: Destination) -> (PooledConnection, Lease) {
        withCarrier(of: destination) { ($0, $1) }
    }

    /// Returns the connections that carried messages of a topic since ``flushed(_:on:)``, including its home.
    func carriersSinceFlush(of destination: Destination) -> [PooledConnection] {
        let lane = lane(of: destination)
        let guests = lanes.withLock { $0.guests[lane, default: []] }
        return guests.union([lane, carriers.carrier(of: lane)]).sorted().map(connection)
    }

    /// Removes flushed connections from the guests of a topic's lane.
    func flushed(_ destination: Destination, on flushed: [PooledConnection]) {
        let lane = lane(of: destination)
        lanes.withLock { lanes in
            lanes.guests[lane]?.subtract(flushed.map(index).filter { $0 != carriers.carrier(of: lane) })
        }
    }

    /// Returns the connection, or another one of its cluster if it is down. For messages without an order.
    func connected(insteadOf connection: PooledConnection) -> PooledConnection? {
        firstConnected(from: index(of: connection)).map(self.connection)
    }

    /// Returns the first connection that is up, beginning with the given one and continuing through its pool.
    ///
    /// The search starts at a different connection for each lane, so that several connections that are down are not all
    /// replaced by the same one.
    private func firstConnected(from index: Int) -> Int? {
        let (cluster, slot) = index.quotientAndRemainder(dividingBy: slots)
        return (0..<slots).lazy
            .map { self.index(cluster: cluster, slot: (slot + $0) % self.slots) }
            .first { self.connection($0).client.acceptsMessages }
    }

    private func lane(of destination: Destination) -> Int { index(cluster: destination.cluster, slot: destination.slot) }

    private func connection(_ index: Int) -> PooledConnection { owned[index] }

    private func index(of connection: PooledConnection) -> Int {
        index(cluster: connection.cluster.index, slot: connection.slot)
    }

    private func index(of id: PooledConnectionID) -> Int { index(cluster: id.cluster.index, slot: id.slot) }

    @inline(__always)
    private func index(cluster: Int, slot: Int) -> Int { cluster * slots + slot }

    /// Returns the indices of a cluster's connections.
    private func pool(of cluster: Int) -> Range<Int> { cluster * slots..<(cluster + 1) * slots }

    private func clients(of cluster: Int) -> [NATSClient] { pool(of: cluster).map { connection($0).client } }

    // MARK: Changes of connections

    /// Finds another connection for a topic whose carrier is down. Tries its home first.
    /// - Returns: Whether a connection is up, so that another try can succeed.
    func redirect(_ destination: Destination) -> Bool {
        let lane = lane(of: destination)
        return lanes.withLock { lanes in
            let carrier = connection(carriers.carrier(of: lane))
            // Another call has already found a connection, or the carrier is up again.
            if carrier.client.acceptsMessages { return true }
            guard let substitute = firstConnected(from: lane) else { return false }
            if carrier.client.changeLeasesUnlessConnected({ carriers.set(substitute, for: lane) }), substitute != lane {
                lanes.guests[lane, default: []].insert(substitute)
            }
            return true
        }
    }

    /// Handles an event of a connection, before any other observer receives it.
    func observe(_ event: NATSEvent, on id: PooledConnectionID) {
        switch event {
        case .connected:
            if id.role == .publisher { bringHome(lane: index(of: id)) }
            resumeWaiting(for: id.cluster.index, connected: index(of: id))
            relocateLater(id)
        case .disconnected:
            relocateLater(id)
        case .closed:
            if clients(of: id.cluster.index).allSatisfy(\.isClosed) { resumeWaiting(for: id.cluster.index, connected: nil) }
        case .reconnecting, .serverError, .credentialsInPlaintext, .lameDuck, .moved, .moveFailed, .internalError:
            break
        }
    }

    /// Returns a lane to its home, which is up again. The home sends nothing until the messages that were sent on the other
    /// connection are confirmed.
    private func bringHome(lane: Int) {
        lanes.withLock { _ in
            let carrier = carriers.carrier(of: lane)
            guard carrier != lane else { return }
            connection(carrier).client.handOver(to: connection(lane).client) { carriers.set(lane, for: lane) }
        }
    }

    // MARK: Subscriptions

    /// The time that a connection is down before its subscriptions move to another one. Most connections return within this
    /// time, so that the subscriptions stay distributed over the pool.
    private static let relocationDelay: Duration = .milliseconds(100)

    /// Moves, after a delay, the subscriptions of the connections that are down then. Called when a connection of the cluster
    /// is established or lost.
    private func relocateLater(_ id: PooledConnectionID) {
        guard id.role == .subscriber, slots > 1 else { return }
        let cluster = id.cluster.index
        _ = connection(index(of: id)).client.schedule(in: Self.relocationDelay) { [weak self] in
            self?.relocate(in: cluster)
        }
    }

    private func relocate(in cluster: Int) {
        for origin in pool(of: cluster) where connection(origin).client.hasLostOrFailed {
            // A connection that is up is its own substitute.
            guard let target = firstConnected(from: origin), target != origin else { continue }
            relocate(from: origin, to: target)
        }
    }

    private func relocate(from origin: Int, to target: Int) {
        let destination = connection(target)
        connection(origin).client.relocateSubscriptions(
            to: destination.client,
            willMove: { [weak self] in self?.carry(lanesOf: origin, by: target) },
            moved: { sink, sid in (sink as? SubscriptionMember)?.moved(to: destination, sid: sid) ?? false },
            orphaned: { [weak self] in
                self?.relocateLater(
                    PooledConnectionID(cluster: destination.cluster, role: destination.role, slot: destination.slot)
                )
            }
        )
    }

    /// Assigns the lanes of a connection to another one, so that new subscriptions use the same connection as existing ones to
    /// the same topic and share their SUB.
    private func carry(lanesOf origin: Int, by target: Int) {
        lanes.withLock { _ in
            for lane in pool(of: origin / slots) where carriers.carrier(of: lane) == origin { carriers.set(target, for: lane) }
        }
        resumeWaiting(for: target / slots, connected: target)
    }

    // MARK: Waiting

    /// Waits until a connection of a cluster is up, all its connections are closed, or `timeout` has passed.
    ///
    /// - Parameter destination: If given, only the connection that carries this topic ends the wait. Subscribing, unlike
    ///   publishing, does not switch to another connection.
    func waitUntilConnected(
        cluster: Int,
        carrying destination: Destination? = nil,
        timeout: Duration
    ) async throws(NATSError) {
        let waiter = Waiter()
        let id = ObjectIdentifier(waiter)
        let lane = destination.map { self.lane(of: $0) }
        lanes.withLock { $0.waiting[cluster, default: [:]][id] = WaitingCall(waiter: waiter, lane: lane) }
        defer { lanes.withLock { $0.waiting[cluster]?[id] = nil } }
        let pool = clients(of: cluster)
        // A connection may have come up before the waiter was in the list.
        let isConnected =
            if let lane {
                connection(carriers.carrier(of: lane)).client.acceptsMessages
            } else {
                pool.contains(where: \.acceptsMessages)
            }
        if isConnected || pool.allSatisfy(\.isClosed) { return }
        let timer = pool[0].schedule(in: timeout) { waiter.resolve() }
        defer { timer.cancel() }
        try await waiter.wait()
    }

    /// - Parameter connection: The connection that is up, or nil if all are closed.
    private func resumeWaiting(for cluster: Int, connected connection: Int?) {
        let waiters = lanes.withLock { lanes in
            let calls = (lanes.waiting[cluster] ?? [:]).filter { _, call in
                guard let connection, let lane = call.lane else { return true }
                return carriers.carrier(of: lane) == connection
            }
            for id in calls.keys { lanes.waiting[cluster]?[id] = nil }
            return calls.values.map(\.waiter)
        }
        for waiter in waiters { waiter.resolve() }
    }
}

/// The index of the connection that carries each lane. Read for every message, without a lock.
private struct Carriers: ~Copyable {
    private let words: UnsafeMutablePointer<Atomic<Int>>
    private let count: Int

    /// Assigns each lane to its home.
    init(count: Int) {
        self.count = count
        words = .allocate(capacity: count)
        for lane in 0..<count { (words + lane).initialize(to: Atomic(lane)) }
    }

    deinit {
        words.deinitialize(count: count)
        words.deallocate()
    }

    @inline(__always)
    func word(_ lane: Int) -> UnsafePointer<Atomic<Int>> { UnsafePointer(words + lane) }

    func carrier(of lane: Int) -> Int { words[lane].load(ordering: .relaxed) }

    /// Changes the carrier of a lane. For publishers, the caller holds the lock of the buffer that carried the lane before.
    func set(_ carrier: Int, for lane: Int) { words[lane].store(carrier, ordering: .relaxed) }
}

// Sendable because the words are atomic.
extension Carriers: @unchecked Sendable {}
