import RouletteNATS

/// The servers of one cluster: remembers which were there, and notices which are gone.
///
/// Its input is the INFO of all connections to the cluster. A server sends INFO again within a second when another server
/// joins or leaves, so an address that no connection announces any more belongs to a server that is gone.
package struct NodeTable {
    /// The state of one connection.
    struct Observation {
        /// The server at its other end.
        var server: ServerIdentity
        /// Whether something was received within the last ping interval. A frozen server announces what was true before.
        var isFresh: Bool
    }

    /// A change that is worth an event.
    package enum Change: Equatable, Sendable {
        case joined(label: String)
        case gone(label: String)
        case back(label: String, after: Duration)
    }

    /// The maximum number of addresses, and of servers, that are remembered. The peer chooses them.
    static let capacity = 256

    private struct Address {
        var since: Duration
        var isGone = false
        /// The server that listens there, if known. A server that is restarted has a new id.
        var serverID: String?
    }

    private struct Server {
        var identity: ServerIdentity
        var since: Duration
        var connections = 0

        mutating func disconnect(at now: Duration) {
            guard connections > 0 else { return }
            connections = 0
            since = now
        }
    }

    private var addresses: [String: Address] = [:]
    private var servers: [String: Server] = [:]
    /// The time since when no connection is up; nil while one is.
    private var blindSince: Duration?

    /// Takes in the state of all connections that are up.
    ///
    /// - Parameter now: The time on a clock of the caller.
    /// - Returns: What changed since the last time.
    mutating func update(_ observations: [Observation], at now: Duration) -> [Change] {
        // Without a connection, nothing is known about the servers.
        guard !observations.isEmpty else {
            for id in servers.keys { servers[id]?.disconnect(at: now) }
            blindSince = blindSince ?? now
            return []
        }
        blindSince = nil
        var changes: [Change] = []
        updateServers(observations, at: now)
        let fresh = observations.filter(\.isFresh)
        let announced = Set(fresh.flatMap(\.server.announced).prefix(Self.capacity))
        guard !announced.isEmpty else {
            // Nothing says that these servers form a cluster, so nothing is known about one without a connection.
            servers = servers.filter { $0.value.connections > 0 }
            return []
        }
        let isFirst = addresses.isEmpty
        var added: [String] = []
        for address in announced.sorted() {
            guard let known = addresses[address] else {
                guard makeRoom() else { break }
                addresses[address] = Address(since: now)
                added.append(address)
                continue
            }
            guard known.isGone else { continue }
            // It may be the same process, after a partition. If it was restarted, the next connection to it tells.
            addresses[address]?.isGone = false
            addresses[address]?.since = now
            changes.append(.back(label: label(of: address, known), after: now - known.since))
        }
        match(fresh)
        if !isFirst {
            changes += added.map { label(of: $0, addresses[$0]) }.sorted().map { .joined(label: $0) }
        }
        for (address, known) in addresses.sorted(by: { $0.key < $1.key }) where !known.isGone && !announced.contains(address) {
            addresses[address]?.isGone = true
            addresses[address]?.since = now
            changes.append(.gone(label: label(of: address, known)))
        }
        forgetReplaced()
        return changes
    }

    /// Forgets the servers that are gone.
    mutating func dismissGone() {
        for (address, known) in addresses where known.isGone {
            addresses[address] = nil
            if let id = known.serverID, servers[id]?.connections == 0 { servers[id] = nil }
        }
    }

    /// The servers at this moment.
    func nodes(at now: Duration) -> ClusterNodes {
        var nodes: [ClusterNode] = []
        var unmatched: [String] = []
        let matched = Set(addresses.values.compactMap(\.serverID))
        let loners = servers.filter { !matched.contains($0.key) }
        for (address, known) in addresses {
            if known.serverID == nil, !known.isGone, !loners.isEmpty {
                unmatched.append(address)
                continue
            }
            let server = known.serverID.flatMap { servers[$0] }
            nodes.append(
                ClusterNode(
                    address: address,
                    server: server?.identity,
                    state: known.isGone ? .gone : blindSince == nil ? .present : .unseen,
                    stateDuration: now - (known.isGone ? known.since : blindSince ?? known.since),
                    connections: server?.connections ?? 0
                )
            )
        }
        nodes += loners.values.map { server in
            ClusterNode(
                address: nil,
                server: server.identity,
                state: server.connections > 0 ? .present : .unseen,
                stateDuration: now - server.since,
                connections: server.connections
            )
        }
        nodes.sort { ($0.label, $0.address ?? "") < ($1.label, $1.address ?? "") }
        return ClusterNodes(all: nodes, unmatchedAddresses: unmatched.sorted())
    }

    // MARK: Parts

    private mutating func updateServers(_ observations: [Observation], at now: Duration) {
        let counts = Dictionary(observations.map { ($0.server.id, 1) }, uniquingKeysWith: +)
        for observation in observations {
            let id = observation.server.id
            if servers[id] == nil {
                guard servers.count < Self.capacity else { continue }
                servers[id] = Server(identity: observation.server, since: now)
            }
            servers[id]?.identity = observation.server
        }
        for (id, server) in servers {
            let count = counts[id, default: 0]
            if count == 0 {
                servers[id]?.disconnect(at: now)
            } else {
                if server.connections == 0 { servers[id]?.since = now }
                servers[id]?.connections = count
            }
        }
    }

    /// Matches servers with addresses.
    private mutating func match(_ observations: [Observation]) {
        for observation in observations {
            guard let address = observation.server.address, addresses[address] != nil else { continue }
            addresses[address]?.serverID = observation.server.id
        }
    }

    /// Forgets servers and addresses that a server with the same name or at the same address has replaced: one that was
    /// restarted, perhaps on another machine. A server without a name has a new one after a restart.
    private mutating func forgetReplaced() {
        let connected = servers.values.filter { $0.connections > 0 }
        let names = Set(connected.map(\.identity.name))
        let matched = Set(connected.compactMap(\.identity.address)).intersection(addresses.keys)
        for (id, server) in servers where server.connections == 0 {
            guard names.contains(server.identity.name) || server.identity.address.map(matched.contains) ?? false else { continue }
            servers[id] = nil
            for (address, known) in addresses where known.serverID == id {
                if known.isGone { addresses[address] = nil } else { addresses[address]?.serverID = nil }
            }
        }
    }

    /// Makes room for one more address, at the expense of the one that is gone for longest.
    private mutating func makeRoom() -> Bool {
        guard addresses.count >= Self.capacity else { return true }
        guard let oldest = addresses.filter(\.value.isGone).min(by: { $0.value.since < $1.value.since }) else { return false }
        addresses[oldest.key] = nil
        return true
    }

    private func label(of address: String, _ known: Address?) -> String {
        known?.serverID.flatMap { servers[$0]?.identity.name } ?? address
    }
}
