import RouletteNATS
import Testing

@testable import Roulette

@Suite("The servers of a cluster, by what INFO says")
struct NodeTableTests {
    private static let addresses = ["10.0.0.1:4222", "10.0.0.2:4222", "10.0.0.3:4222"]

    /// The state of a connection to the server with a number from 1. A generation above 1 is a server that was restarted.
    private func connection(
        to number: Int,
        generation: Int = 1,
        address: String? = nil,
        announcing announced: [Int] = [1, 2, 3],
        isFresh: Bool = true
    ) -> NodeTable.Observation {
        NodeTable.Observation(
            server: ServerIdentity(
                id: "ID\(number)-\(generation)",
                name: "alpha-\(number)",
                version: "2.12.0",
                cluster: "alpha",
                maxPayload: 1 << 20,
                address: address ?? Self.addresses[number - 1],
                announced: announced.map { Self.addresses[$0 - 1] }
            ),
            isFresh: isFresh
        )
    }

    private func states(_ table: NodeTable, at now: Int = 100) -> [String] {
        table.nodes(at: .seconds(now)).all.map { "\($0.label) \($0.state) \($0.connections)" }
    }

    @Test
    func `servers that hold no connection are known by their address`() {
        var table = NodeTable()
        #expect(table.update([connection(to: 1), connection(to: 1), connection(to: 2)], at: .seconds(0)) == [])
        #expect(states(table) == ["10.0.0.3:4222 present 0", "alpha-1 present 2", "alpha-2 present 1"])
        #expect(table.nodes(at: .seconds(0)).unmatchedAddresses == [])
    }

    @Test
    func `a server that announces no address and was restarted is listed once`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1, announcing: [])], at: .seconds(0))
        #expect(states(table) == ["alpha-1 present 1"])
        _ = table.update([], at: .seconds(5))
        #expect(states(table) == ["alpha-1 unseen 0"])
        _ = table.update([connection(to: 1, generation: 2, announcing: [])], at: .seconds(9))
        #expect(states(table) == ["alpha-1 present 1"])
    }

    @Test
    func `a server without a name that was restarted is listed once`() {
        func connection(_ id: String, announcing announced: [String]) -> NodeTable.Observation {
            NodeTable.Observation(
                server: ServerIdentity(
                    id: id,
                    name: id,
                    version: "2.12.0",
                    cluster: nil,
                    maxPayload: 1 << 20,
                    address: Self.addresses[0],
                    announced: announced
                ),
                isFresh: true
            )
        }
        for announced in [[], Self.addresses] {
            var table = NodeTable()
            _ = table.update([connection("A", announcing: announced)], at: .seconds(0))
            let count = table.nodes(at: .seconds(1)).total
            _ = table.update([], at: .seconds(5))
            _ = table.update([connection("B", announcing: announced)], at: .seconds(9))
            #expect(table.nodes(at: .seconds(9)).total == count && states(table).contains("B present 1"), "\(states(table))")
        }
    }

    @Test
    func `a server without a connection that is no longer announced is gone, and comes back`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        let rest = [1, 2]
        #expect(
            table.update([connection(to: 1, announcing: rest), connection(to: 2, announcing: rest)], at: .seconds(8))
                == [.gone(label: "10.0.0.3:4222")]
        )
        #expect(table.nodes(at: .seconds(20)).gone == 1)
        #expect(table.nodes(at: .seconds(20)).all[0].stateDuration == .seconds(12))
        #expect(table.update([connection(to: 1, announcing: rest)], at: .seconds(9)) == [])
        #expect(table.update([connection(to: 1)], at: .seconds(30)) == [.back(label: "10.0.0.3:4222", after: .seconds(22))])
    }

    @Test
    func `a server that is announced again, without a connection to it, is back under its name and joins nothing`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        #expect(table.update([connection(to: 1, announcing: [1, 3])], at: .seconds(4)) == [.gone(label: "alpha-2")])
        #expect(table.update([connection(to: 1)], at: .seconds(9)) == [.back(label: "alpha-2", after: .seconds(5))])
        #expect(states(table) == ["10.0.0.3:4222 present 0", "alpha-1 present 1", "alpha-2 present 0"])
        #expect(table.nodes(at: .seconds(9)).unmatchedAddresses == [])
        // The next connection to it shows that it was restarted.
        #expect(table.update([connection(to: 1), connection(to: 2, generation: 2)], at: .seconds(12)) == [])
        #expect(states(table) == ["10.0.0.3:4222 present 0", "alpha-1 present 1", "alpha-2 present 1"])
    }

    @Test
    func `a server is gone only when none of the others announces it`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        #expect(table.update([connection(to: 1, announcing: [1, 2]), connection(to: 2)], at: .seconds(1)) == [])
        #expect(table.nodes(at: .seconds(1)).gone == 0)
    }

    @Test
    func `a frozen server does not keep others present`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        let changes = table.update([connection(to: 1, announcing: [1, 2]), connection(to: 2, isFresh: false)], at: .seconds(1))
        #expect(changes == [.gone(label: "10.0.0.3:4222")])
    }

    @Test
    func `without any connection no server is seen, and none is gone`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        #expect(table.update([], at: .seconds(1)) == [])
        #expect(states(table) == ["10.0.0.3:4222 unseen 0", "alpha-1 unseen 0", "alpha-2 unseen 0"])
        #expect(table.nodes(at: .seconds(9)).all[0].stateDuration == .seconds(8))
        #expect(table.update([connection(to: 1)], at: .seconds(9)) == [])
        #expect(states(table) == ["10.0.0.3:4222 present 0", "alpha-1 present 1", "alpha-2 present 0"])
    }

    @Test
    func `a server that joins is reported, the first ones are not`() {
        var table = NodeTable()
        #expect(table.update([connection(to: 1, announcing: [1])], at: .seconds(0)) == [])
        #expect(table.update([connection(to: 1, announcing: [1, 2])], at: .seconds(1)) == [.joined(label: "10.0.0.2:4222")])
    }

    @Test
    func `a restarted server has a new id and is the same node`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        #expect(table.update([connection(to: 1, announcing: [1, 3])], at: .seconds(1)) == [.gone(label: "alpha-2")])
        #expect(states(table) == ["10.0.0.3:4222 present 0", "alpha-1 present 1", "alpha-2 gone 0"])
        let changes = table.update([connection(to: 1), connection(to: 2, generation: 2)], at: .seconds(5))
        #expect(changes == [.back(label: "alpha-2", after: .seconds(4))])
        #expect(states(table) == ["10.0.0.3:4222 present 0", "alpha-1 present 1", "alpha-2 present 1"])
    }

    @Test
    func `a server that moved to another address replaces the one that is gone`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1, announcing: [1, 2]), connection(to: 2, announcing: [1, 2])], at: .seconds(0))
        _ = table.update([connection(to: 1, announcing: [1])], at: .seconds(1))
        #expect(table.nodes(at: .seconds(2)).gone == 1)
        let moved = connection(to: 2, generation: 2, address: Self.addresses[2], announcing: [1, 3])
        _ = table.update([connection(to: 1, announcing: [1, 3]), moved], at: .seconds(3))
        #expect(states(table) == ["alpha-1 present 1", "alpha-2 present 1"])
    }

    @Test
    func `servers that listen on all interfaces cannot be matched with addresses`() {
        var table = NodeTable()
        _ = table.update(
            [connection(to: 1, address: "0.0.0.0:4222"), connection(to: 2, address: "0.0.0.0:4222")],
            at: .seconds(0)
        )
        #expect(states(table) == ["alpha-1 present 1", "alpha-2 present 1"])
        #expect(table.nodes(at: .seconds(0)).unmatchedAddresses == Self.addresses)
        _ = table.update([connection(to: 1, address: "0.0.0.0:4222")], at: .seconds(1))
        #expect(states(table) == ["alpha-1 present 1", "alpha-2 unseen 0"])
    }

    @Test
    func `servers that are gone can be dismissed`() {
        var table = NodeTable()
        _ = table.update([connection(to: 1), connection(to: 2)], at: .seconds(0))
        _ = table.update([connection(to: 1, announcing: [1])], at: .seconds(1))
        #expect(table.nodes(at: .seconds(1)).gone == 2)
        table.dismissGone()
        #expect(states(table) == ["alpha-1 present 1"])
    }

    @Test
    func `a server cannot make the table grow without bound`() {
        var table = NodeTable()
        for round in 0..<100 {
            let server = ServerIdentity(
                id: "ID\(round)",
                name: "n\(round)",
                version: "",
                cluster: nil,
                maxPayload: 1,
                announced: (0..<1_000).map { "10.\(round).\($0 / 256).\($0 % 256):4222" }
            )
            let observation = NodeTable.Observation(server: server, isFresh: true)
            _ = table.update([observation], at: .seconds(round))
        }
        let nodes = table.nodes(at: .seconds(100))
        #expect(nodes.all.count <= 2 * NodeTable.capacity)
        #expect(nodes.unmatchedAddresses.count <= NodeTable.capacity)
    }
}
