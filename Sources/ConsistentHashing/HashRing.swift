/// A consistent-hash ring, which maps each topic to the node that owns it.
///
/// Every node has ``replicas`` points on a circle of 2^64 hashes. A topic belongs to the node of the first point *after*
/// the topic's own hash. Programs with equal rings (see ``fingerprint``) agree on every topic without any communication.
///
/// With ``Naming/index`` naming, the ring is bit-compatible with Roulette 1.0.5 for Elixir, which uses ex_hash_ring 3.0.
///
/// Topics are bytes. Two strings that are equal in Swift but have different UTF-8 ("é" composed and decomposed) are two
/// topics and may have different owners.
///
/// A ring is an immutable value: ``adding(_:)`` and ``removing(at:)`` return a new one. Making a ring costs one MD5 for
/// each of its points. A lookup costs one MD5, and the ring itself allocates nothing.
public struct HashRing: Sendable {
    /// The number of points on the circle for each node, the same as in Roulette 1.0.5.
    public static let replicas = 512

    /// The maximum number of nodes. A ring of this size holds two million points, about 20 MiB.
    public static let maximumNodes = 4096

    /// How the nodes are named on the circle.
    public let naming: Naming

    /// The nodes, in the caller's order. Lookups return indices into this array.
    ///
    /// With ``Naming/index`` naming, the ``Node/name`` of every node is its position.
    public let nodes: [Node]

    /// The part of the key space that each node owns, in the order of ``nodes``.
    public let shares: [Share]

    /// Eight hexadecimal digits that identify everything that routing depends on. Programs with the same fingerprint route every
    /// topic to the same node.
    ///
    /// The digits are the first four bytes, in lower case, of a SHA-256 over a list of
    /// [netstrings](https://cr.yp.to/proto/netstrings.txt), each a UTF-8 text written as `<byte count>:<bytes>,`:
    ///
    /// 1. `roulette-ring-1`, the version of this encoding
    /// 2. the naming, `index` or `name`
    /// 3. the number of points for each node, in decimal
    /// 4. for each node its name and, with `index` naming, also its address (the empty text if it has none).
    ///    With `index` naming, the nodes are in ring order. With `name` naming, they are sorted by the bytes of their
    ///    names, because the order of the list does not matter.
    ///
    /// With `index` naming, the fingerprint depends on the spelling of the addresses; ``fingerprint(identities:)`` does not.
    public let fingerprint: String

    let points: PointTable

    /// Creates a ring.
    ///
    /// - Parameters:
    ///   - naming: How nodes are named on the circle. With ``Naming/index``, positions replace the given names.
    ///   - nodes: The nodes, at least one and at most ``maximumNodes``.
    /// - Throws: ``HashRingError`` with code `noNodes` or `tooManyNodes` and, with ``Naming/name`` naming, `emptyName` or
    ///   `duplicateName`.
    public init(naming: Naming, nodes: [Node]) throws(HashRingError) {
        guard !nodes.isEmpty else { throw .noNodes() }
        guard nodes.count <= Self.maximumNodes else { throw .tooManyNodes(nodes.count) }

        let named = naming.named(nodes)
        let precedence = try naming.precedence(of: named)
        self.naming = naming
        self.nodes = named
        points = PointTable(nodes: named, naming: naming, precedence: precedence)
        shares = points.shares(nodes: named.count)
        fingerprint = Fingerprint.of(nodes: named, naming: naming, precedence: precedence)
    }

    /// Creates a ring of `count` nodes named by their positions, as Roulette 1.0.5 does for a list of `count` servers.
    ///
    /// - Throws: ``HashRingError`` with code `noNodes` or `tooManyNodes`.
    public init(count: Int) throws(HashRingError) {
        guard count > 0 else { throw .noNodes() }
        guard count <= Self.maximumNodes else { throw .tooManyNodes(count) }
        try self.init(naming: .index, nodes: (0..<count).map { Node(name: String($0)) })
    }

    /// Returns the ring with one more node at the end of ``nodes``.
    ///
    /// The new node takes its share from all others. No topic moves between two existing nodes, except the few topics next
    /// to points that two nodes share (see ``Naming/index``).
    ///
    /// - Throws: The errors of ``init(naming:nodes:)``.
    public func adding(_ node: Node) throws(HashRingError) -> HashRing {
        try HashRing(naming: self.naming, nodes: self.nodes + [node])
    }

    /// Returns the ring without the node at `index`.
    ///
    /// With ``Naming/name`` naming, only the topics of the removed node move. With ``Naming/index`` naming, the nodes after
    /// it are renumbered, so most topics move unless it was the last node.
    ///
    /// - Throws: ``HashRingError`` with code `unknownNode` if the index is out of bounds, `noNodes` if it is the only node.
    public func removing(at index: Int) throws(HashRingError) -> HashRing {
        guard self.nodes.indices.contains(index) else { throw .unknownNode(at: index, count: self.nodes.count) }
        var rest = self.nodes
        rest.remove(at: index)
        return try HashRing(naming: self.naming, nodes: rest)
    }

    /// Returns the ring without the node whose name has exactly these bytes; see ``removing(at:)``.
    ///
    /// - Throws: ``HashRingError`` with code `unknownNode` if no node has that name, `noNodes` if it is the only node.
    public func removing(named name: String) throws(HashRingError) -> HashRing {
        guard let index = nodes.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            throw .unknownNode(named: name)
        }
        return try self.removing(at: index)
    }
}

extension HashRing {
    /// Returns the fingerprint that uses the identity of each node instead of its address.
    ///
    /// With ``Naming/index`` naming, it is computed like ``fingerprint``, with `roulette-ring-2` as the version and the
    /// identities in place of the addresses, so the spelling of the addresses does not matter. With ``Naming/name`` naming,
    /// addresses are not used, and the result is ``fingerprint``.
    ///
    /// - Parameter identities: The name that each node reports for itself, in the order of ``nodes``; nil if not known yet.
    /// - Returns: The fingerprint, and whether it is provisional: computed from addresses because some identities are
    ///   missing.
    public func fingerprint(identities: [String?]) -> (text: String, isProvisional: Bool) {
        guard self.naming == .index else { return (self.fingerprint, false) }
        let known = identities.compactMap { $0 }
        guard let text = Fingerprint.of(nodes: self.nodes, naming: self.naming, identities: known) else {
            return (self.fingerprint, true)
        }
        return (text, false)
    }
}

extension HashRing: Hashable {
    /// Two rings are equal if they have the same naming and the same nodes in the same order.
    public static func == (one: HashRing, other: HashRing) -> Bool {
        one.naming == other.naming && one.nodes == other.nodes
    }

    /// Hashes the values that equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(naming)
        hasher.combine(nodes)
    }
}
