import RouletteNATS
import Testing

@testable import Roulette

@Suite("Moving connections to servers that came back", .timeLimit(.minutes(1)))
struct RebalanceTests {
    private static let cluster = Cluster(index: 0, name: "c", address: "balancer:4222")

    /// Connections to the servers with these ids, in the order of the pool.
    private func spread(
        _ ids: [String],
        of announced: Set<String> = ["a", "b", "c"],
        unconfirmed: Set<Int> = [],
        reconnects: Int = 0,
        isComplete: Bool = true
    ) -> PoolSpread {
        let connections = ids.enumerated().map { slot, id in
            PoolSpread.Connection(
                id: PooledConnectionID(cluster: Self.cluster, role: .publisher, slot: slot),
                serverID: id,
                isConfirmed: !unconfirmed.contains(slot)
            )
        }
        return PoolSpread(
            servers: announced.count,
            announced: announced,
            connections: connections,
            reconnects: reconnects,
            isComplete: isComplete
        )
    }

    @Test(arguments: [
        (["a", "a", "a", "a", "a"], [4, 3, 2]), (["a", "a", "b", "b", "c"], []), (["a", "a", "a", "b", "c"], [2]),
        (["a", "b", "b", "b", "a", "a"], [5, 3]), (["a", "a"], [1]), (["a"], []), ([], []),
    ])
    func `the surplus is what a server has beyond its even share, the last connections first`(ids: [String], surplus: [Int]) {
        #expect(spread(ids).surplus.map(\.id.slot) == surplus)
    }

    @Test
    func `without other servers there is no surplus`() {
        #expect(spread(["a", "a", "a"], of: ["a"]).surplus.isEmpty)
        #expect(spread(["a", "a", "a"], of: []).surplus.isEmpty)
    }

    @Test(arguments: [(addresses: 4, surplus: 0), (addresses: 2, surplus: 1)])
    func `servers with several addresses each are not counted`(addresses: Int, surplus: Int) {
        let connections = ["x", "x", "x", "y"].enumerated().map { slot, id in
            var state = ConnectionSnapshot(state: .connected)
            state.server = ServerIdentity(id: id, name: id, version: "2.12.8", cluster: "c")
            return ClusterSnapshot.Connection(role: .publisher, slot: slot, connection: state, serverCluster: Self.cluster)
        }
        let nodes = ClusterNodes(
            all: ["x", "y"].map { id in
                let server = ServerIdentity(id: id, name: id, version: "2.12.8", cluster: "c")
                return ClusterNode(address: nil, server: server, connections: id == "x" ? 3 : 1)
            },
            unmatchedAddresses: (0..<addresses).map { "10.0.0.\($0):4222" }
        )
        let cluster = ClusterSnapshot(cluster: Self.cluster, connections: connections, nodes: nodes)
        #expect(cluster.surplusConnections == surplus)
    }

    @Test
    func `some seconds after a server came back, one connection a minute moves until the spread is even`() {
        var schedule = RebalanceSchedule()
        let uneven = spread(["a", "a", "b", "b", "b"])
        #expect(schedule.next([uneven], at: .zero) == nil, "the first spread is that of the load balancer")
        #expect(schedule.next([uneven], at: .seconds(20)) == nil)
        #expect(schedule.next([spread(["a", "a", "b", "b", "b"], of: ["a", "b"])], at: .seconds(21)) == nil)
        #expect(schedule.next([uneven], at: .seconds(22)) == nil)
        #expect(schedule.next([uneven], at: .seconds(31)) == nil, "the server may have no routes yet")
        #expect(schedule.next([uneven], at: .seconds(32))?.slot == 4)
        #expect(schedule.next([uneven], at: .seconds(91)) == nil)
        #expect(schedule.next([uneven], at: .seconds(92))?.slot == 4)
        #expect(schedule.next([spread(["a", "a", "b", "b", "c"])], at: .seconds(160)) == nil)
        #expect(schedule.next([uneven], at: .seconds(260)) == nil, "the spread was even since the server came back")
    }

    /// A schedule that has seen a server come back at 0 s in each of several clusters.
    private func settled(_ before: PoolSpread, _ after: PoolSpread, clusters: Int = 1) -> RebalanceSchedule {
        var schedule = RebalanceSchedule()
        _ = schedule.next(Array(repeating: before, count: clusters), at: .zero)
        _ = schedule.next(Array(repeating: after, count: clusters), at: .zero)
        return schedule
    }

    @Test
    func `a connection with unconfirmed messages, and a cluster with lost connections, wait`() {
        var schedule = settled(spread(["a", "a", "a"], of: ["a"]), spread(["a", "a", "a"]))
        #expect(schedule.next([spread(["a", "a", "a"], unconfirmed: [0, 1, 2])], at: .seconds(11)) == nil)
        #expect(schedule.next([spread(["a", "a", "a"], isComplete: false)], at: .seconds(12)) == nil)
        #expect(schedule.next([spread(["a", "a", "a"], unconfirmed: [2])], at: .seconds(13))?.slot == 1)
    }

    @Test
    func `moves that change nothing end, and another return of a server starts them again`() {
        let uneven = spread(["a", "a"])
        var schedule = settled(spread(["a", "a"], of: ["a"]), uneven)
        let moves = (1...20).compactMap { schedule.next([uneven], at: .seconds($0 * 60)) }
        #expect(moves.count == RebalanceSchedule.movesPerConnection * 2)
        _ = schedule.next([spread(["a", "a"], of: ["a", "b"])], at: .seconds(2_000))
        _ = schedule.next([uneven], at: .seconds(2_001))
        #expect(schedule.next([uneven], at: .seconds(2_011)) != nil)
    }

    @Test
    func `a restart that no announcement tells of is noticed by its reconnects, and own moves are not`() {
        var schedule = RebalanceSchedule()
        _ = schedule.next([spread(["a", "a", "b", "b", "c"])], at: .zero)
        var moves = 0
        for minute in 0...40 {
            let spread = spread(["a", "a", "b", "b", "b"], reconnects: 1 + moves)
            if schedule.next([spread], at: .seconds(minute * 60 + 1)) != nil { moves += 1 }
        }
        #expect(moves == RebalanceSchedule.movesPerConnection * 5, "each own move is one reconnect more")
    }

    @Test
    func `clusters are independent, and a client moves one connection at a time`() {
        let (even, uneven) = (spread(["a", "b", "c"]), spread(["a", "a", "a"]))
        var schedule = settled(spread(["a", "a", "a"], of: ["a"]), uneven, clusters: 2)
        #expect(schedule.next([uneven, uneven], at: .seconds(11))?.slot == 2)
        #expect(schedule.next([uneven, uneven], at: .seconds(12)) == nil)
        #expect(schedule.next([even, uneven], at: .seconds(72)) != nil)
    }

    @Test
    func `while no connection is up, nothing is known`() {
        var schedule = RebalanceSchedule()
        _ = schedule.next([spread(["a", "a"])], at: .zero)
        _ = schedule.next([spread([], of: [])], at: .seconds(1))
        #expect(schedule.next([spread(["a", "a"])], at: .seconds(2)) == nil, "the same servers as before")
    }
}
