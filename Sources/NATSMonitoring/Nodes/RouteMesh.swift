/// The routes between the servers of a cluster. In a complete mesh every server has a route to every other.
package struct RouteMesh: Sendable, Hashable {
    /// Two servers without a route.
    package struct Gap: Sendable, Hashable {
        /// The names of the servers, in order.
        package let one: String
        package let other: String

        package init(one: String, other: String) {
            (self.one, self.other) = (one, other)
        }
    }

    /// The number of servers whose routes are known.
    package let listed: Int
    /// The number of routes that these servers have, at most one to each other server.
    package let present: Int
    /// The number of routes that these servers would have in a complete mesh.
    package let expected: Int
    /// The pairs that lack a route in at least one direction.
    package let gaps: [Gap]

    /// - Parameters:
    ///   - nodes: The servers that have answered.
    ///   - unread: The servers that have not answered.
    ///   - present: The servers that are known to be up for another reason than a route: name by id.
    init(nodes: [NodeReading], unread: [ClusterReading.Unread], present: [String: String]) {
        // A server that stopped answering, and that no other server has a route to, is not part of the mesh.
        let routed = Set(nodes.filter(\.hasCurrentRoutes).flatMap { $0.routes?.peers ?? [] })
        let members =
            nodes.filter { !$0.isSilent || routed.contains($0.id) || present[$0.id] != nil }.map { ($0.id, $0.name) }
            + unread.map { ($0.id, $0.name) }
        let peers = Dictionary(
            nodes.filter(\.hasCurrentRoutes).map { ($0.id, $0.routes?.peers ?? []) },
            uniquingKeysWith: { one, _ in one }
        )
        listed = peers.count
        var (count, gaps) = (0, [Gap]())
        for (index, one) in members.enumerated() {
            for other in members.dropFirst(index + 1) {
                let there = peers[one.0].map { $0.contains(other.0) }
                let back = peers[other.0].map { $0.contains(one.0) }
                count += (there == true ? 1 : 0) + (back == true ? 1 : 0)
                if there == false || back == false {
                    gaps.append(Gap(one: min(one.1, other.1), other: max(one.1, other.1)))
                }
            }
        }
        self.present = count
        expected = peers.count * max(0, members.count - 1)
        self.gaps = gaps.sorted { ($0.one, $0.other) < ($1.one, $1.other) }
    }
}
