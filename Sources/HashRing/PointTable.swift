/// The points of a ring in the order of their hashes, no two alike, and an index to find one by its hash.
struct PointTable: Sendable {
    /// Ascending, without duplicates, never empty.
    let hashes: [UInt64]

    /// The node of each point, parallel to `hashes`. 16 bits hold ``HashRing/maximumNodes``.
    private let owners: [UInt16]

    /// For each value of the hash's highest bits, the first point that is not below it.
    ///
    /// MD5 spreads points evenly and there are at least as many values as points, so a search that starts here ends
    /// after one or two steps, where bisecting would take fifteen, most of them mispredicted.
    private let starts: [UInt32]

    /// How far to shift a hash for its place in `starts`.
    private let shift: UInt64

    /// Computes, sorts and thins out all points.
    ///
    /// - Parameters:
    ///   - nodes: The nodes under their names on the circle, at least one.
    ///   - naming: Gives the text between a name and the replica number.
    ///   - precedence: The positions of `nodes`, the one that wins a shared point first.
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
        (self.starts, self.shift) = Self.starts(of: hashes)
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

    var count: Int { self.hashes.count }

    func owner(at position: Int) -> Int { Int(self.owners[position]) }

    /// The first point whose hash is strictly greater; past the end, the first of all (as ex_hash_ring 3.0 finds it).
    func position(after hash: UInt64) -> Int {
        var position = Int(self.starts[Int(hash >> self.shift)])
        while position < self.hashes.count, self.hashes[position] <= hash { position += 1 }
        return position == self.hashes.count ? 0 : position
    }

    /// The next point on the circle.
    func position(following position: Int) -> Int {
        position + 1 == self.hashes.count ? 0 : position + 1
    }
}
