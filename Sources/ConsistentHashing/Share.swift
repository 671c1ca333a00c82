extension HashRing {
    /// The part of the key space that one node owns.
    public struct Share: Sendable, Hashable {
        /// The exact number of the 2^64 possible hashes that the node owns. The shares of a ring add up to 2^64.
        ///
        /// Wider than a hash, because the only node of a ring owns all 2^64 of them.
        public let keys: UInt128

        /// The share as a fraction: 0.25 for a quarter of all hashes.
        public var fraction: Double { Double(keys) / 0x1p64 }
    }
}

extension PointTable {
    /// Returns, for each of `nodes` nodes, the sum of the distances between its points and the points before them.
    func shares(nodes: Int) -> [HashRing.Share] {
        // The first point also owns the range after the last one. It is counted separately because the sum may not fit 64
        // bits.
        var keys = [UInt128](repeating: 0, count: nodes)
        keys[owner(at: 0)] += UInt128(hashes[0]) + (1 << 64 - UInt128(hashes[self.count - 1]))
        for position in 1..<self.count {
            keys[owner(at: position)] += UInt128(hashes[position] - hashes[position - 1])
        }
        return keys.map(HashRing.Share.init)
    }
}
