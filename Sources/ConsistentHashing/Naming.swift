extension HashRing {
    /// How nodes are named on the circle, which determines the positions of their points.
    public enum Naming: String, Sendable, Hashable, CaseIterable {
        /// By position: "0", "1", …, as in Roulette 1.0.5. Every program must list the nodes in the same order.
        ///
        /// The text of a point is the position followed directly by the replica number. With 12 or more nodes some points
        /// therefore coincide ("1" + "10" and "11" + "0"); the node with the highest position owns such a point.
        case index

        /// By the name of the node. The order of the list does not matter, and adding or removing a node moves only its
        /// share.
        ///
        /// The text of a point is the name, a colon and the replica number. If two points coincide, the node whose name
        /// sorts first by its bytes owns the point.
        case name
    }
}

extension HashRing.Naming {
    /// Returns the nodes with their names on the circle.
    func named(_ nodes: [HashRing.Node]) -> [HashRing.Node] {
        switch self {
        case .index: nodes.enumerated().map { HashRing.Node(name: String($0.offset), address: $0.element.address) }
        case .name: nodes
        }
    }

    /// The text between the name of a node and the replica number in the text of a point.
    var separator: String {
        switch self {
        case .index: ""
        case .name: ":"
        }
    }

    /// Returns the positions of the nodes in the order in which they win shared points.
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
