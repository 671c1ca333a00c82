import ConsistentHashing
package import NATSMonitoring
package import Roulette

/// A program that is connected to the deployment. All texts come from the program or the server: treat them as untrusted.
package struct FleetProgram: Sendable, Equatable, Identifiable {
    /// The connections with the same name from the same host are one program.
    package struct ID: Sendable, Hashable {
        /// The name without what this library adds for each connection; empty if the connections have no name.
        package let name: String
        /// The IP address that it connects from.
        package let host: String

        init(_ connection: ServerConnection) {
            name = ConnectionName(connection.name).program
            host = String(connection.address[..<(connection.address.lastIndex(of: ":") ?? connection.address.endIndex)])
        }
    }

    package let id: ID
    /// The language of its client library.
    package let language: String
    /// The version of its client library.
    package let version: String
    /// The number of connections to each cluster, by the index of the cluster.
    package private(set) var connections: [Int: Int] = [:]
    /// What it says about its ring on its connections to each cluster, in the order in which the claims were found.
    package private(set) var claims: [Int: [RingClaim]] = [:]
    /// Whether it publishes or subscribes, as the names of its connections say.
    package private(set) var roles: Set<ConnectionRole> = []
    package private(set) var subscriptions = 0
    /// Messages and bytes since its connections were established. "In" is what the servers received from it.
    package private(set) var traffic = ServerTraffic()
    /// Why its ring differs from the one of this program. Empty if it is the same, or unknown.
    package private(set) var contradictions: [Contradiction] = []

    /// The maximum number of different claims that are kept for one cluster.
    private static let maximumClaims = 4

    /// A reason why the ring of a program differs.
    package enum Contradiction: Sendable, Equatable {
        /// The program takes a cluster for another one.
        case claim(RingClaim, cluster: Int, expected: RingClaim)
        /// The program has connections to fewer clusters than its ring has.
        case missing(clusters: Int, of: Int)
    }

    /// Whether any connection says which ring the program has.
    package var isRingKnown: Bool { !claims.isEmpty }

    init(id: ID, _ connection: ServerConnection) {
        self.id = id
        language = connection.language
        version = connection.version
    }

    mutating func add(_ connection: ServerConnection, cluster: Int) {
        let name = ConnectionName(connection.name)
        connections[cluster, default: 0] += 1
        if let role = name.role { roles.insert(role) }
        if let claim = name.claim, claims[cluster, default: []].count < Self.maximumClaims,
            !claims[cluster, default: []].contains(claim)
        {
            claims[cluster, default: []].append(claim)
        }
        subscriptions += connection.subscriptions
        traffic.messagesIn &+= connection.traffic.messagesIn
        traffic.messagesOut &+= connection.traffic.messagesOut
        traffic.bytesIn &+= connection.traffic.bytesIn
        traffic.bytesOut &+= connection.traffic.bytesOut
    }

    /// Adds the connections of the same program to other clusters.
    mutating func add(_ other: FleetProgram) {
        connections.merge(other.connections, uniquingKeysWith: +)
        claims.merge(other.claims) { own, others in
            (own + others.filter { !own.contains($0) }).prefix(Self.maximumClaims).map(\.self)
        }
        roles.formUnion(other.roles)
        subscriptions += other.subscriptions
        traffic.messagesIn &+= other.traffic.messagesIn
        traffic.messagesOut &+= other.traffic.messagesOut
        traffic.bytesIn &+= other.traffic.bytesIn
        traffic.bytesOut &+= other.traffic.bytesOut
    }

    /// Whether the program could have published messages to a cluster that do not belong there: its ring differs or is not
    /// known, and the server received messages from it.
    package func couldMisroute(to cluster: Int) -> Bool {
        connections[cluster] != nil && traffic.messagesIn > 0 && (!isRingKnown || !contradictions.isEmpty)
    }

    /// Compares the claims with a ring.
    /// - Parameter seesAll: Whether all connections of all clusters are known.
    func compared(with ring: HashRing, seesAll: Bool) -> FleetProgram {
        var result = self
        for (cluster, claims) in claims.sorted(by: { $0.key < $1.key }) where cluster < ring.nodes.count {
            let expected = RingClaim(ring: ring, index: cluster)
            for claim in claims where claim != expected {
                result.contradictions.append(.claim(claim, cluster: cluster, expected: expected))
            }
        }
        if seesAll, let count = claims.values.joined().map(\.count).max(), connections.count < count {
            result.contradictions.append(.missing(clusters: connections.count, of: count))
        }
        return result
    }
}

/// The parts of the name of a connection: `orders publisher 3 ring=2/3`.
struct ConnectionName {
    let program: String
    let role: ConnectionRole?
    let claim: RingClaim?

    init(_ name: String) {
        claim = RingClaim(connectionName: name)
        guard let claim else {
            (program, role) = (name, nil)
            return
        }
        let words = name.dropLast(claim.description.count + 1).split(separator: " ", omittingEmptySubsequences: false)
        // Names of other programs may have a claim and no role.
        guard words.count > 2, let role = ConnectionRole(rawValue: String(words[words.count - 2])),
            Int(words[words.count - 1]) != nil
        else {
            (program, role) = (words.joined(separator: " "), nil)
            return
        }
        self.role = role
        program = words.dropLast(2).joined(separator: " ")
    }
}
