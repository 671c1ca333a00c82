import Locking
import NATSWire
import NIOCore
public import Roulette
import RouletteNATS
import SeededRandomness

/// A cluster of a ``TestDeployment``. Its methods cause faults and undo them.
///
/// When a method returns, the clients have noticed what they can notice at once: a lost connection, for example, but not a frozen
/// server.
public final class TestCluster: Sendable {
    /// The cluster as the clients know it.
    public let cluster: Cluster
    let servers: MemoryCluster
    private let eventLoop: any EventLoop
    private let subscribing: Subscribing

    init(_ cluster: Cluster, eventLoop: any EventLoop, randomness: SplitMix64, record: Record) {
        self.cluster = cluster
        self.eventLoop = eventLoop
        let subscribing = Subscribing()
        self.subscribing = subscribing
        servers = MemoryCluster(
            name: cluster.name,
            eventLoop: eventLoop,
            randomness: randomness,
            onPublish: { frame in
                // A server accepts everything that a message can have.
                if let message = try? Message(frame, cluster: cluster) { record.append(message) }
            },
            onSubscribe: { subscribing.changed() }
        )
    }

    /// The name of the cluster.
    public var name: String { cluster.name }

    private func onLoop<Result: Sendable>(_ body: @escaping @Sendable (MemoryCluster) -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [servers] in continuation.resume(returning: body(servers)) }
        }
    }

    // MARK: Faults

    /// Stops all servers: their connections are lost, and new ones are refused.
    public func stop() async { await onLoop { $0.stop() } }

    /// Starts the servers after ``stop()``, or lets them go on after ``freeze()``.
    public func start() async { await onLoop { $0.start() } }

    /// Makes the servers silent: they read nothing and send nothing, and their connections stay open. The clients notice it after
    /// some ping intervals.
    public func freeze() async { await onLoop { $0.freeze() } }

    /// Closes connections. The clients connect again.
    ///
    /// - Parameters:
    ///   - role: If given, only the connections of this role.
    ///   - slot: If given, only the connections with this number in their pool.
    ///   - error: The text of an error that the server sends before, for example `Slow Consumer`.
    public func closeConnections(role: ConnectionRole? = nil, slot: Int? = nil, error: String? = nil) async {
        await onLoop { servers in
            servers.close(
                { session in
                    guard let place = session.client.flatMap({ PoolPlace(connectionName: $0.name) }) else {
                        return role == nil && slot == nil
                    }
                    return (role ?? place.role) == place.role && (slot ?? place.slot) == place.slot
                },
                error: error
            )
        }
    }

    /// Announces that the current server will stop. Clients move to another one without a loss; the server closes the connections
    /// that are left after ten seconds.
    public func enterLameDuckMode() async { await onLoop { $0.enterLameDuckMode() } }

    /// Refuses new connections with an authorization error.
    public func refuseLogins() async { await onLoop { $0.refusesLogins = true } }

    /// Refuses messages to the topics of a pattern.
    ///
    /// - Throws: `RouletteError/Code/invalidTopic`.
    public func denyPublishing(to pattern: String) async throws(RouletteError) {
        let subject = try Subject.topicPattern(pattern)
        await onLoop { $0.deny(publish: subject) }
    }

    /// Refuses new subscriptions to a pattern, and to the topics and patterns that it contains.
    ///
    /// - Throws: `RouletteError/Code/invalidTopic`.
    public func denySubscribing(to pattern: String) async throws(RouletteError) {
        let subject = try Subject.topicPattern(pattern)
        await onLoop { $0.deny(subscribe: subject) }
    }

    /// Undoes ``refuseLogins()``, ``denyPublishing(to:)`` and ``denySubscribing(to:)``.
    public func allowEverything() async { await onLoop { $0.allowEverything() } }

    // MARK: Seeing

    /// The number of open connections.
    public var connectionCount: Int {
        get async { await onLoop { $0.sessions.count } }
    }

    /// Returns the number of subscriptions on this cluster that a topic reaches, or that have this pattern. Each member of a queue
    /// group counts. Subscriptions of one client to the same pattern share one on the server.
    ///
    /// - Throws: `RouletteError/Code/invalidTopic`.
    public func subscriberCount(of pattern: String) async throws(RouletteError) -> Int {
        let subject = try Subject.topicPattern(pattern)
        return await onLoop { $0.subscribers(of: subject) }
    }

    func publish(_ frame: MessageFrame) async -> Int { await onLoop { $0.publish(frame, from: nil) } }

    func waitForSubscribers(of pattern: String, count: Int) async throws {
        while true {
            // Before the number is read, so that no change is missed.
            let change = subscribing.next()
            if try await subscriberCount(of: pattern) >= count { return }
            do {
                try await change.wait()
            } catch {
                throw CancellationError()
            }
        }
    }
}

/// Wakes the tasks that wait for subscriptions.
private final class Subscribing: Sendable {
    private let waiters = Mutex<[Waiter]>([])

    /// Returns what is resolved when the next subscription is made.
    func next() -> Waiter {
        let waiter = Waiter()
        waiters.withLock { $0.append(waiter) }
        return waiter
    }

    func changed() {
        let waiting = waiters.withLock { waiters in
            defer { waiters = [] }
            return waiters
        }
        for waiter in waiting { waiter.resolve() }
    }
}

/// The place of a connection in the pools of its client, which its name contains.
private struct PoolPlace {
    let role: ConnectionRole
    let slot: Int

    init?(connectionName name: String) {
        // For example `roulette publisher 0 ring=1/3`.
        let words = name.split(separator: " ")
        guard let index = words.lastIndex(where: { ConnectionRole(rawValue: String($0)) != nil }), index + 1 < words.count,
            let role = ConnectionRole(rawValue: String(words[index])), let slot = Int(words[index + 1])
        else { return nil }
        self.role = role
        self.slot = slot
    }
}

extension Message {
    /// A message as a server received it.
    fileprivate init(_ frame: MessageFrame, cluster: Cluster) throws(RouletteError) {
        try self.init(
            subject: frame.subject,
            payload: frame.payload,
            reply: frame.reply,
            headers: frame.headers,
            cluster: cluster,
            coder: nil
        )
    }
}
