import ConsistentHashing
import NATSWire
import RouletteNATS

/// The connection slot where the messages of a topic are published and received. ``Router`` creates it, and
/// ``ConnectionTable`` finds the connection for it.
struct Destination: Sendable, Hashable {
    /// The index of the cluster that owns the topic.
    let cluster: Int
    /// The number of the connection in the pools of that cluster. It is always the same for a topic, so that its messages keep
    /// their order.
    let slot: Int
}

/// A valid topic for publishing, and its destination.
struct Route: Sendable {
    let subject: Subject
    let destination: Destination

    /// The index of the cluster that owns the topic.
    var cluster: Int { destination.cluster }
}

/// Finds the destination of a topic and caches it, because validation and hashing cost several times as much as a lookup.
final class Router: Sendable {
    let ring: HashRing
    private let slots: Int
    private let cache = RouteCache()

    /// - Parameter slots: The number of connections in each pool, 1 to 1000.
    init(ring: HashRing, slots: Int) {
        self.ring = ring
        self.slots = slots
    }

    /// Validates a topic for publishing and returns its route.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    func route(_ topic: String) throws(RouletteError) -> Route {
        let subject = try Subject.topic(topic)
        return Route(
            subject: subject,
            destination: try subject.withBytes { bytes throws(RouletteError) in try destination(of: bytes) }
        )
    }

    /// Returns the destination of a topic.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    func destination(of topic: String) throws(RouletteError) -> Destination {
        try topic.withUTF8Bytes { bytes in
            Result { () throws(RouletteError) in try destination(of: bytes) }
        }.get()
    }

    /// Returns the destination of a topic. If it returns, the bytes are a valid subject for publishing.
    /// - Throws: ``RouletteError/Code/invalidTopic``.
    func destination(of topic: UnsafeRawBufferPointer) throws(RouletteError) -> Destination {
        if let known = cache.find(topic) { return known }
        return try findOwner(of: topic)
    }

    @inline(never)
    private func findOwner(of topic: UnsafeRawBufferPointer) throws(RouletteError) -> Destination {
        do {
            try Subject.validate(publishable: topic)
        } catch {
            throw RouletteError(.invalidTopic, "\(error)", cause: error)
        }
        let lookup = ring.lookup(ofBytes: topic)
        let destination = destination(hash: lookup.hash, cluster: lookup.index)
        cache.insert(topic, destination)
        return destination
    }

    /// Returns the destinations of a subscription: the cluster that owns a topic, or every cluster for a pattern with wildcards.
    func destinations(of pattern: Subject) -> [Destination] {
        let lookup = pattern.withBytes { ring.lookup(ofBytes: $0) }
        guard pattern.isWildcard else { return [destination(hash: lookup.hash, cluster: lookup.index)] }
        return ring.nodes.indices.map { destination(hash: lookup.hash, cluster: $0) }
    }

    private func destination(hash: UInt64, cluster: Int) -> Destination {
        Destination(cluster: cluster, slot: TopicSlot.index(hash: hash, slots: slots))
    }
}

/// The connection of each pool that carries a topic while it is up.
package enum TopicSlot {
    /// - Parameters:
    ///   - hash: The hash of the topic.
    ///   - slots: The number of connections in the pool, at least 1.
    package static func index(hash: UInt64, slots: Int) -> Int { Int(hash % UInt64(slots)) }
}

extension String {
    /// Calls `body` with the UTF-8 bytes. They are copied only for strings bridged from Objective-C.
    @inline(__always)
    func withUTF8Bytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        if let result = utf8.withContiguousStorageIfAvailable({ body(UnsafeRawBufferPointer($0)) }) { return result }
        return Array(utf8).withUnsafeBytes(body)
    }
}
