import Locking
import NATS
import struct Synchronization.Atomic

/// Finds the connection that carries a topic, for publishes, requests and subscriptions alike.
///
/// A cluster has as many lanes as its pool has connections, and a topic belongs to one lane. The connection with the number of
/// the lane is its home and normally carries it. While the home is down, another connection of the same cluster carries the
/// lane: always the one that ``firstConnected(from:)`` finds. The lane returns to its home once everything sent meanwhile is
/// confirmed, so that messages keep their order as long as no connection is lost.
///
/// One table holds the publishers, another one the subscribers.
final class ConnectionTable: Sendable {
    /// What changes only when connections come and go.
    private struct Lanes {
        /// Connections besides its home that carried a lane since its last flush.
        var guests: [Int: Set<Int>] = [:]
        /// Calls that wait for a connection of a cluster.
        var waiting: [Int: [ObjectIdentifier: WaitingCall]] = [:]
    }

    private struct WaitingCall {
        let waiter: Waiter
        /// The lane whose carrier has to be connected, or nil if any connection of the cluster will do.
        let lane: Int?
    }

    /// Keeps the connections alive.
    private let owned: [PooledConnection]
    /// The same, cluster by cluster. Retaining one for each message would cost as much as encoding the message.
    private let connections: [Unmanaged<PooledConnection>]
    private let slots: Int
    private let carriers: Carriers
    private let lanes = Mutex(Lanes())

    /// - Parameters:
    ///   - connections: Of one role, cluster by cluster; none when the role is not used.
    ///   - slots: How many each cluster has.
    init(_ connections: [PooledConnection], slots: Int) {
        self.owned = connections
        self.connections = connections.map(Unmanaged.passUnretained)
        self.slots = slots
        self.carriers = Carriers(count: connections.count)
    }

    // MARK: Finding

    /// Lends the connection that carries the messages of a topic, and the claim to it.
    /// - Precondition: there are connections of this role.
    @inline(__always)
    func withCarrier<R>(of destination: Destination, _ body: (PooledConnection, Lease) -> R) -> R {
        let word = carriers.word(lane(of: destination))
        let holder = word.pointee.load(ordering: .relaxed)
        return connections[holder]._withUnsafeGuaranteedRef { body($0, Lease(carrier: word, holder: holder)) }
    }

    /// The connection that carries the messages of a topic at this moment.
    /// - Precondition: there are connections of this role.
    func carrier(of destination: Destination) -> (PooledConnection, Lease) {
        withCarrier(of: destination) { ($0, $1) }
    }

    /// The connections that carried messages of a topic since ``flushed(_:on:)``, its home among them.
    func carriersSinceFlush(of destination: Destination) -> [PooledConnection] {
        let lane = lane(of: destination)
        let guests = lanes.withLock { $0.guests[lane, default: []] }
        return guests.union([lane, carriers.carrier(of: lane)]).sorted().map(connection)
    }

    /// Forgets the guests of a topic's lane that were flushed.
    func flushed(_ destination: Destination, on flushed: [PooledConnection]) {
        let lane = lane(of: destination)
        lanes.withLock { lanes in
            lanes.guests[lane]?.subtract(flushed.map(index).filter { $0 != carriers.carrier(of: lane) })
        }
    }

    /// A connection, or another one of its cluster while it is down. For messages that have no order to keep.
    func connected(insteadOf connection: PooledConnection) -> PooledConnection? {
        firstConnected(from: index(of: connection)).map(self.connection)
    }

    /// The connection that takes the place of another one: the first that is connected, beginning with the given one and going
    /// round its pool.
    ///
    /// The connections after one that is down follow each other, so that several that are down do not all burden the same one.
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

    /// The indices of a cluster's connections.
    private func pool(of cluster: Int) -> Range<Int> { cluster * slots..<(cluster + 1) * slots }

    private func clients(of cluster: Int) -> [NATSClient] { pool(of: cluster).map { connection($0).client } }

    // MARK: Connections that come and go

    /// Finds another connection for a topic whose carrier is down, its home first.
    /// - Returns: whether there is one, so that trying again makes sense.
    func redirect(_ destination: Destination) -> Bool {
        let lane = lane(of: destination)
        return lanes.withLock { lanes in
            let carrier = connection(carriers.carrier(of: lane))
            // Another call was faster, or the connection is back.
            if carrier.client.acceptsMessages { return true }
            guard let substitute = firstConnected(from: lane) else { return false }
            if carrier.client.changeLeasesUnlessConnected({ carriers.set(substitute, for: lane) }), substitute != lane {
                lanes.guests[lane, default: []].insert(substitute)
            }
            return true
        }
    }

    /// Handles an event of a connection before listeners receive it.
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

    /// The home of a lane is up again. It sends nothing before the messages sent meanwhile are confirmed.
    private func bringHome(lane: Int) {
        lanes.withLock { _ in
            let carrier = carriers.carrier(of: lane)
            guard carrier != lane else { return }
            connection(carrier).client.handOver(to: connection(lane).client) { carriers.set(lane, for: lane) }
        }
    }

    // MARK: Subscriptions

    /// How long a connection is down before its subscriptions move to another one. Most are back by then, and subscriptions
    /// stay spread over the pool.
    private static let relocationDelay: Duration = .milliseconds(100)

    /// Moves the subscriptions of connections that are down for some time after a connection of their cluster came or went.
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

    /// New subscriptions go where those to the same topic are, and share their SUB.
    private func carry(lanesOf origin: Int, by target: Int) {
        lanes.withLock { _ in
            for lane in pool(of: origin / slots) where carriers.carrier(of: lane) == origin { carriers.set(target, for: lane) }
        }
        resumeWaiting(for: target / slots, connected: target)
    }

    // MARK: Waiting

    /// Waits until a connection of a cluster is up, but not longer than `timeout`, and not for a closed client.
    ///
    /// - Parameter destination: Only the connection that carries this topic will do: a subscription is not moved by a try.
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
        // One that came up before the waiter was in the list.
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

    /// - Parameter connection: The one that came up, or nil when all are closed.
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

/// For each lane the number of the connection that carries it. Read with every message and without a lock.
private struct Carriers: ~Copyable {
    private let words: UnsafeMutablePointer<Atomic<Int>>
    private let count: Int

    /// Every lane is at home.
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

    /// For publishers to be called under the lock of the buffer that carried the lane before.
    func set(_ carrier: Int, for lane: Int) { words[lane].store(carrier, ordering: .relaxed) }
}

// The words are atomic numbers.
extension Carriers: @unchecked Sendable {}
