import Synchronization

/// Ports of this machine for listeners of tests, below those that the kernel hands out by itself.
///
/// Each is given out once. A member of a cluster, or a client, goes on dialing a listener that is gone; whoever got the same
/// port would take it for one of its own peers.
package enum TestPorts {
    private static let range = 20_000..<32_000
    /// Where the next search begins. Each process begins elsewhere, since several may run at once.
    private static let position = Atomic<Int>(Int.random(in: 0..<range.count))

    /// The next port. Another program may listen there: then take another.
    package static func next() -> Int {
        Self.range.lowerBound + Self.position.add(1, ordering: .relaxed).oldValue % Self.range.count
    }
}
