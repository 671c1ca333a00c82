/// The servers of a cluster that do not answer, although other servers answer and know them.
///
/// A frozen process looks like this: its load balancer avoids it, and its cluster takes minutes to notice. A server that its
/// cluster no longer knows is gone, not silent. A server that the question did not reach, because a route is missing, is not
/// silent either. Nor is a server in lame-duck mode, which does not answer and keeps its routes until it ends: its cluster no longer
/// announces it.
package struct SilentServers: Sendable {
    /// A server that does not answer.
    package struct Server: Sendable, Hashable, Identifiable {
        package let id: String
        /// Its name, or its id if the name is not known.
        package let name: String
        /// When its last answer arrived; nil if it has never answered.
        package let answeredAt: Duration?
    }

    /// The servers, sorted by name.
    package private(set) var servers: [Server] = []
    /// Whether a server has missed a question, and the next answers decide whether it is silent.
    package private(set) var isInDoubt = false
    /// The number of consecutive rounds without an answer of servers that never answered, by id.
    private var unreadRounds: [String: Int] = [:]

    package init() {}

    /// Whether the servers that do not answer are in lame-duck mode, by the numbers of announced and of answering servers. Servers
    /// with `no_advertise` answer without being announced, so beside one of these a frozen server is not noticed.
    /// - Parameter announced: nil if it is not known.
    package static func everyAnnouncedServerAnswers(announced: Int?, answering: Int) -> Bool {
        announced.map { $0 <= answering } ?? false
    }

    /// Takes in the answers of a round.
    ///
    /// - Parameters:
    ///   - readings: The answers so far.
    ///   - reading: The servers of the cluster by these answers.
    ///   - asksAll: Whether every server was asked, so that one that has never answered is noticed: over the system account.
    ///   - present: The ids of the servers that the cluster announces. It also knows those that it has routes to.
    ///   - connected: The ids of the servers that answer the PINGs of a connection.
    ///   - announced: The number of servers that the cluster announces to its clients; nil if that is not known.
    package mutating func update(
        _ readings: NodeReadings,
        _ reading: ClusterReading,
        asksAll: Bool,
        present: Set<String> = [],
        connected: Set<String>,
        announced: Int? = nil
    ) {
        let answering = connected.union(reading.nodes.filter { $0.missedRounds == 0 }.map(\.id))
        if Self.everyAnnouncedServerAnswers(announced: announced, answering: answering.count) {
            self = SilentServers()
            return
        }
        let routed = Set(reading.nodes.filter(\.hasCurrentRoutes).flatMap { $0.routes?.peers ?? [] })
        // Without an answer of any server, the source is the problem.
        let members = reading.nodes.contains { $0.missedRounds == 0 } ? routed.union(present) : []
        // A server that was found silent stays so if the other servers give up their routes to it, one after the other.
        let silentBefore = Set(servers.map(\.id))
        func isReached(_ id: String) -> Bool {
            silentBefore.contains(id) || readings.relay(withoutRouteTo: id) == nil
        }
        // Behind a balanced URL, a round may miss a server by chance. A URL may fail although its server is well.
        let known = reading.nodes.filter { node in
            guard members.contains(node.id) else { return false }
            if node.source == .systemAccount { return isReached(node.id) }
            return readings.reach(of: node.source) != .severalServers && !connected.contains(node.id)
        }
        let unread = reading.unread.filter { members.contains($0.id) && !connected.contains($0.id) && isReached($0.id) }
        let rounds = unread.map { ($0.id, (unreadRounds[$0.id] ?? 0) + (asksAll ? 1 : 0)) }
        unreadRounds = Dictionary(rounds, uniquingKeysWith: { $1 })
        let silent =
            known.filter(\.isSilent).map { Server(id: $0.id, name: $0.name, answeredAt: $0.statusAt) }
            + unread.filter { unreadRounds[$0.id, default: 0] >= NodeReading.silence }
            .map { Server(id: $0.id, name: $0.name, answeredAt: nil) }
        servers = silent.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        isInDoubt = known.contains { $0.missedRounds == 1 } || unreadRounds.values.contains(1)
    }
}
