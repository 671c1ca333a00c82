import Synchronization

/// Ports of this machine for listeners of tests, below the range that the kernel assigns.
///
/// Each port is returned once. Members of a cluster and clients keep connecting to a closed listener; if another listener
/// had the same port, they would treat it as their peer.
package enum TestPorts {
    private static let range = 20_000..<32_000
    /// The start of the next search. It is random, because several processes may run at the same time.
    private static let position = Atomic<Int>(Int.random(in: 0..<range.count))

    /// Returns the next port. If another program uses it, call this function again.
    package static func next() -> Int {
        Self.range.lowerBound + Self.position.add(1, ordering: .relaxed).oldValue % Self.range.count
    }
}
