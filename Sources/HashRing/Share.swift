extension HashRing {
    /// The part of the key space that one node owns.
    public struct Share: Sendable, Hashable {
        /// How many of the 2^64 possible hashes the node owns; exact. The shares of a ring add up to 2^64.
        ///
        /// Wider than a hash, because the only node of a ring owns all 2^64 of them.
        public let keys: UInt128

        /// The same as a part of one: 0.25 for a quarter of all hashes.
        public var fraction: Double { Double(self.keys) / 0x1p64 }
    }
}

extension PointTable {
    /// Adds up, for each of `nodes` nodes, the distances from the points before its own points.
    func shares(nodes: Int) -> [HashRing.Share] {
        // The first point also owns what follows the last one; counted apart, since all of it may not fit 64 bits.
        var keys = [UInt128](repeating: 0, count: nodes)
        keys[self.owner(at: 0)] += UInt128(self.hashes[0]) + (1 << 64 - UInt128(self.hashes[self.count - 1]))
        for position in 1..<self.count {
            keys[self.owner(at: position)] += UInt128(self.hashes[position] - self.hashes[position - 1])
        }
        return keys.map(HashRing.Share.init)
    }
}
