extension HashRing {
    /// How nodes are named on the circle, which decides where their points lie.
    public enum Naming: String, Sendable, Hashable, CaseIterable {
        /// By position: "0", "1", … as Roulette 1.0.5 does.
        ///
        /// Every program must list the nodes in the same order. Point text is the position followed directly by the
        /// replica number, so from 12 nodes on some points coincide ("1" + "10" and "11" + "0"); the node with the
        /// highest position then owns the point.
        case index

        /// By the node's own name, so that the order of the list changes nothing and a node that is added or removed
        /// moves only its share. Point text is the name, a colon and the replica number. If two points coincide, the
        /// name that sorts first by its bytes owns the point.
        case name
    }
}

extension HashRing.Naming {
    /// The nodes under the names they have on the circle.
    func named(_ nodes: [HashRing.Node]) -> [HashRing.Node] {
        switch self {
        case .index: nodes.enumerated().map { HashRing.Node(name: String($0.offset), address: $0.element.address) }
        case .name: nodes
        }
    }

    /// What stands between a node's name and the replica number in a point's text.
    var separator: String {
        switch self {
        case .index: ""
        case .name: ":"
        }
    }

    /// The positions of the nodes, the one that wins a shared point first.
    ///
    /// - Throws: ``HashRingError`` with code `emptyName` or `duplicateName`.
    func precedence(of nodes: [HashRing.Node]) throws(HashRingError) -> [Int] {
        switch self {
        case .index:
            return Array(nodes.indices.reversed())
        case .name:
            if let unnamed = nodes.firstIndex(where: { $0.name.utf8.isEmpty }) { throw .emptyName(at: unnamed) }
            let sorted = nodes.indices.sorted { nodes[$0].name.utf8.lexicographicallyPrecedes(nodes[$1].name.utf8) }
            for (one, next) in zip(sorted, sorted.dropFirst())
            where nodes[one].name.utf8.elementsEqual(nodes[next].name.utf8) {
                throw .duplicateName(nodes[one].name, at: min(one, next), and: max(one, next))
            }
            return sorted
        }
    }
}
