/// A consistent-hash ring: says which node owns a topic.
///
/// Every node has ``replicas`` points on a circle of 2^64 hashes, and a topic belongs to the node of the first point
/// *after* the topic's own hash. Programs whose rings are alike (see ``fingerprint``) agree on every topic without
/// talking to each other.
///
/// With ``Naming/index`` naming the ring is bit-compatible with Roulette 1.0.5 for Elixir, which uses ex_hash_ring 3.0.
///
/// Topics are bytes. Two strings that Swift calls equal but whose UTF-8 differs ("é" composed and decomposed) are two
/// topics, and may have different owners.
///
/// A ring is an immutable value: ``adding(_:)`` and ``removing(at:)`` answer a new one. Making a ring costs one MD5 for
/// each of its points; a lookup costs one MD5 and no allocation of the ring's own.
public struct HashRing: Sendable {
    /// Points on the circle for each node, in Roulette 1.0.5 as here.
    public static let replicas = 512

    /// The most nodes a ring can have; a ring of that size holds two million points, about 20 MiB.
    public static let maximumNodes = 4096

    /// How the nodes are named on the circle.
    public let naming: Naming

    /// The nodes, in the caller's order. The indices that lookups answer are positions in this array.
    ///
    /// With ``Naming/index`` naming every node's ``Node/name`` is its position.
    public let nodes: [Node]

    /// How much of the key space each node owns, in the order of ``nodes``.
    public let shares: [Share]

    /// Eight hexadecimal digits that stand for everything routing depends on. Two programs that show the same
    /// fingerprint route alike.
    ///
    /// These are the first four bytes, in lower case, of a SHA-256 over a list of
    /// [netstrings](https://cr.yp.to/proto/netstrings.txt), each a UTF-8 text as `<byte count>:<bytes>,`:
    ///
    /// 1. `roulette-ring-1`, the version of this encoding
    /// 2. the naming, `index` or `name`
    /// 3. the number of points for each node, in decimal
    /// 4. for every node its name and, with `index` naming, also its address (the empty text where it has none).
    ///    With `index` naming the nodes come in ring order, with `name` naming sorted by the bytes of their names,
    ///    because their order then changes nothing.
    ///
    /// With `index` naming it depends on how the addresses are spelt; ``fingerprint(identities:)`` does not.
    public let fingerprint: String

    let points: PointTable

    /// Makes a ring.
    ///
    /// - Parameters:
    ///   - naming: How nodes are named on the circle. With ``Naming/index`` the given names are replaced by positions.
    ///   - nodes: The nodes; at least one and at most ``maximumNodes``.
    /// - Throws: ``HashRingError`` with code `noNodes` or `tooManyNodes` and, for ``Naming/name`` naming, `emptyName` or
    ///   `duplicateName`.
    public init(naming: Naming, nodes: [Node]) throws(HashRingError) {
        guard !nodes.isEmpty else { throw .noNodes() }
        guard nodes.count <= Self.maximumNodes else { throw .tooManyNodes(nodes.count) }

        let named = naming.named(nodes)
        let precedence = try naming.precedence(of: named)
        self.naming = naming
        self.nodes = named
        self.points = PointTable(nodes: named, naming: naming, precedence: precedence)
        self.shares = self.points.shares(nodes: named.count)
        self.fingerprint = Fingerprint.of(nodes: named, naming: naming, precedence: precedence)
    }

    /// Makes a ring of `count` nodes named by their positions, as Roulette 1.0.5 does for a list of `count` servers.
    ///
    /// - Throws: ``HashRingError`` with code `noNodes` or `tooManyNodes`.
    public init(count: Int) throws(HashRingError) {
        guard count > 0 else { throw .noNodes() }
        guard count <= Self.maximumNodes else { throw .tooManyNodes(count) }
        try self.init(naming: .index, nodes: (0..<count).map { Node(name: String($0)) })
    }

    /// The ring with one more node, at the end of ``nodes``.
    ///
    /// The new node takes its share from all others; no topic moves between two nodes that were there before, but for
    /// the few topics next to points that two nodes share (see ``Naming/index``).
    ///
    /// - Throws: as ``init(naming:nodes:)``.
    public func adding(_ node: Node) throws(HashRingError) -> HashRing {
        try HashRing(naming: self.naming, nodes: self.nodes + [node])
    }

    /// The ring without the node at `index`.
    ///
    /// With ``Naming/name`` naming only the removed node's topics move. With ``Naming/index`` naming the nodes after it
    /// are renumbered, so unless it was the last one most topics move.
    ///
    /// - Throws: ``HashRingError`` with code `unknownNode` if there is no such position, `noNodes` if it is the only node.
    public func removing(at index: Int) throws(HashRingError) -> HashRing {
        guard self.nodes.indices.contains(index) else { throw .unknownNode(at: index, count: self.nodes.count) }
        var rest = self.nodes
        rest.remove(at: index)
        return try HashRing(naming: self.naming, nodes: rest)
    }

    /// The ring without the node of that name, byte for byte; see ``removing(at:)``.
    ///
    /// - Throws: ``HashRingError`` with code `unknownNode` if no node has that name, `noNodes` if it is the only node.
    public func removing(named name: String) throws(HashRingError) -> HashRing {
        guard let index = self.nodes.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
            throw .unknownNode(named: name)
        }
        return try self.removing(at: index)
    }
}

extension HashRing {
    /// The fingerprint once it is known what each node calls itself, however its address is spelt.
    ///
    /// With ``Naming/index`` naming it is computed like ``fingerprint``, but for `roulette-ring-2` as the version and the
    /// identities in place of the addresses. With ``Naming/name`` naming addresses play no part, and it is ``fingerprint``.
    ///
    /// - Parameter identities: What each node calls itself, in the order of ``nodes``; nil where that is not known yet.
    /// - Returns: the fingerprint, and whether it is provisional: one of addresses, because some identities are missing.
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

    /// Feeds what equality compares.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(self.naming)
        hasher.combine(self.nodes)
    }
}
