/// The points of a ring, sorted by hash and without duplicates, with an index to find a point by its hash.
struct PointTable: Sendable {
    /// Ascending, without duplicates, never empty.
    let hashes: [UInt64]

    /// The node of each point, parallel to `hashes`. 16 bits are enough for ``HashRing/maximumNodes``.
    private let owners: [UInt16]

    /// For each value of the highest bits of a hash, the first point that is not below it.
    ///
    /// MD5 spreads points evenly and there are at least as many values as points, so a search from here ends after one or
    /// two steps. A binary search would take about fifteen steps, most of them mispredicted.
    private let starts: [UInt32]

    /// The number of bits to shift a hash right to get its index in `starts`.
    private let shift: UInt64

    /// Computes all points, sorts them and removes duplicates.
    ///
    /// - Parameters:
    ///   - nodes: The nodes with their names on the circle, at least one.
    ///   - naming: Determines the text between a name and the replica number.
    ///   - precedence: The positions of `nodes` in the order in which they win shared points.
    init(nodes: [HashRing.Node], naming: HashRing.Naming, precedence: [Int]) {
        var all: [(hash: UInt64, rank: Int)] = []
        all.reserveCapacity(nodes.count * HashRing.replicas)
        for (rank, node) in precedence.enumerated() {
            var text = Array((nodes[node].name + naming.separator).utf8)
            let prefix = text.count
            for replica in 0..<HashRing.replicas {
                text.removeSubrange(prefix...)
                text.append(contentsOf: String(replica).utf8)
                all.append((text.withUnsafeBytes(PointHash.of), rank))
            }
        }
        all.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.rank < $1.rank }

        var hashes: [UInt64] = []
        var owners: [UInt16] = []
        hashes.reserveCapacity(all.count)
        owners.reserveCapacity(all.count)
        for (hash, rank) in all where hash != hashes.last {
            hashes.append(hash)
            owners.append(UInt16(precedence[rank]))
        }
        self.hashes = hashes
        self.owners = owners
        (starts, shift) = Self.starts(of: hashes)
    }

    private static func starts(of hashes: [UInt64]) -> (starts: [UInt32], shift: UInt64) {
        let bits = max(1, UInt64.bitWidth - (hashes.count - 1).leadingZeroBitCount)
        let shift = UInt64(UInt64.bitWidth - bits)
        var starts: [UInt32] = []
        starts.reserveCapacity(1 << bits)
        for (position, hash) in hashes.enumerated() {
            while starts.count <= hash >> shift { starts.append(UInt32(position)) }
        }
        while starts.count < 1 << bits { starts.append(UInt32(hashes.count)) }
        return (starts, shift)
    }

    var count: Int { hashes.count }

    func owner(at position: Int) -> Int { Int(owners[position]) }

    /// Returns the first point whose hash is strictly greater than `hash`, or the first point of all if there is none, like
    /// ex_hash_ring 3.0.
    func position(after hash: UInt64) -> Int {
        var position = Int(starts[Int(hash >> shift)])
        while position < hashes.count, hashes[position] <= hash { position += 1 }
        return position == hashes.count ? 0 : position
    }

    /// Returns the next point on the circle.
    func position(following position: Int) -> Int {
        position + 1 == hashes.count ? 0 : position + 1
    }
}
