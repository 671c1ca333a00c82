import ConsistentHashing
import Foundation
import NATSMonitoring
import Roulette
import Testing

@testable import Operations

@Suite("The programs of a deployment")
struct FleetTests {
    /// A list of connections, each given by its name and its host.
    private func listing(_ cluster: Int, _ connections: [(name: String, host: String)], total: Int? = nil) throws -> Fleet.Listing
    {
        let rows = connections.enumerated().map { index, connection in
            #"{"cid":\#(index + 1),"ip":"\#(connection.host)","port":4000,"name":"\#(connection.name)","lang":"swift","#
                + #""version":"1.0","subscriptions":2,"in_msgs":10,"out_msgs":20}"#
        }
        let json =
            #"{"server_id":"S\#(cluster)","total":\#(total ?? connections.count),"connections":[\#(rows.joined(separator: ","))]}"#
        return Fleet.Listing(cluster: cluster, list: try ConnectionList(json: Array(json.utf8), limit: 1_024))
    }

    private func names(_ program: String, ring position: Int, of count: Int = 3) -> [(name: String, host: String)] {
        [
            ("\(program) publisher 0 ring=\(position)/\(count)", "10.0.0.1"),
            ("\(program) subscriber 0 ring=\(position)/\(count)", "10.0.0.1"),
        ]
    }

    private let ring: HashRing

    init() throws {
        ring = try HashRing(count: 3)
    }

    @Test
    func `the connections of a program to all clusters are one program`() throws {
        let fleet = Fleet(try (0..<3).map { try listing($0, names("orders", ring: $0 + 1)) }, ring: ring)
        #expect(fleet.programs.map(\.id.name) == ["orders"])
        let program = try #require(fleet.programs.first)
        #expect(program.connections == [0: 2, 1: 2, 2: 2])
        #expect(program.roles == [.publisher, .subscriber])
        #expect(program.subscriptions == 12 && program.traffic.messagesIn == 60)
        #expect(program.isRingKnown && program.contradictions.isEmpty)
        #expect(!fleet.isIncomplete && fleet.listedClusters == [0, 1, 2])
    }

    @Test
    func `another order is a contradiction on each cluster that it concerns`() throws {
        let order = [2, 1, 3]
        let fleet = Fleet(try (0..<3).map { try listing($0, names("billing", ring: order[$0])) }, ring: ring)
        let found = try #require(fleet.programs.first).contradictions
        #expect(
            found == [
                .claim(
                    RingClaim(position: .number(2), count: 3),
                    cluster: 0,
                    expected: RingClaim(position: .number(1), count: 3)
                ),
                .claim(
                    RingClaim(position: .number(1), count: 3),
                    cluster: 1,
                    expected: RingClaim(position: .number(2), count: 3)
                ),
            ]
        )
    }

    @Test
    func `a program with one cluster fewer contradicts on every cluster, one that lost a cluster on none`() throws {
        let fewer = Fleet(
            [try listing(0, names("a", ring: 1, of: 2)), try listing(1, names("a", ring: 2, of: 2)), try listing(2, [])],
            ring: ring
        )
        #expect(fewer.programs.first?.contradictions.count == 2)
        let lost = Fleet(
            [try listing(0, names("a", ring: 1)), try listing(1, names("a", ring: 2)), try listing(2, [])],
            ring: ring
        )
        #expect(lost.programs.first?.contradictions == [.missing(clusters: 2, of: 3)])
    }

    @Test
    func `a program is not called missing on a cluster that was not listed in full`() throws {
        let cut = Fleet(
            [try listing(0, names("a", ring: 1)), try listing(1, names("a", ring: 2)), try listing(2, [], total: 5)],
            ring: ring
        )
        #expect(cut.isIncomplete)
        #expect(cut.programs.first?.contradictions == [])
        let unlisted = Fleet([try listing(0, names("a", ring: 1))], ring: ring)
        #expect(unlisted.programs.first?.contradictions == [])
    }

    @Test
    func `programs of other libraries are listed, and their ring is unknown`() throws {
        let fleet = Fleet(
            [try listing(0, [("", "10.0.0.7"), ("elixir", "10.0.0.8"), ("x ring=9/3", "10.0.0.9")] + names("orders", ring: 2))],
            ring: ring
        )
        #expect(
            fleet.programs.map { "\($0.id.name)@\($0.id.host)" } == [
                "orders@10.0.0.1", "@10.0.0.7", "elixir@10.0.0.8", "x ring=9/3@10.0.0.9",
            ]
        )
        #expect(fleet.programs.map(\.isRingKnown) == [true, false, false, false])
    }

    @Test
    func `instances on two hosts are two programs`() throws {
        let fleet = Fleet(
            [try listing(0, [("a publisher 0 ring=1/3", "10.0.0.1"), ("a publisher 0 ring=1/3", "::1")])],
            ring: ring
        )
        #expect(fleet.programs.map(\.id.host) == ["10.0.0.1", "[::1]"])
    }
}
