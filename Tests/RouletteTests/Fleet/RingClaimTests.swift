import ConsistentHashing
import Testing

@testable import Roulette

@Suite("What programs say about their ring")
struct RingClaimTests {
    @Test
    func `a claim is the end of a connection's name`() throws {
        let claim = RingClaim(ring: try HashRing(count: 3), index: 1)
        #expect("\(claim)" == "ring=2/3")
        #expect(RingClaim(connectionName: "orders publisher 0 \(claim)") == claim)
        let nodes = ["eu west", "us", "3"].map { HashRing.Node(name: $0) }
        let named = try HashRing(naming: .name, nodes: nodes)
        #expect("\(RingClaim(ring: named, index: 0))" == "ring=eu west/3")
        #expect(RingClaim(connectionName: "x ring=eu west/3") == RingClaim(ring: named, index: 0))
    }

    @Test(
        arguments: [
            "", "orders", "ring=1/3", "x ring=", "x ring=1", "x ring=/3", "x ring=0/3", "x ring=4/3", "x ring=1/0", "x ring=1/-3",
            "x ring=1/99999", "x ring=1/3 y", "x ring=99999999999999999999/3",
        ]
    )
    func `other names have none`(name: String) {
        #expect(RingClaim(connectionName: name) == nil)
    }
}

@Suite("The list that explains where messages were seen")
struct RingExplanationTests {
    private let topics = (0..<60).map { "orders.\($0)" }

    /// Messages of a program with this list of clusters.
    private func sightings(order: [Int]) throws -> [RingExplanation.Sighting] {
        let ring = try HashRing(count: order.count)
        return topics.map { RingExplanation.Sighting(topic: $0, cluster: order[ring.index(of: $0)]) }
    }

    @Test(arguments: [[0, 1, 2], [1, 0, 2], [2, 0, 1], [2, 1, 0]])
    func `every order of three clusters is found`(order: [Int]) throws {
        let found = try #require(RingExplanation.find(for: try sightings(order: order), clusterCount: 3))
        #expect(found.order == order)
        #expect(found.explained == 60 && found.total == 60)
        #expect(found.isOwn == (order == [0, 1, 2]))
    }

    @Test
    func `a list with one cluster fewer is found`() throws {
        let found = try #require(RingExplanation.find(for: try sightings(order: [2, 0]), clusterCount: 3))
        #expect(found.order == [2, 0])
        #expect(found.explained == 60)
    }

    @Test
    func `of two programs the one with more messages is explained`() throws {
        let mixed = try sightings(order: [1, 0, 2]) + sightings(order: [0, 1, 2]).prefix(10)
        let found = try #require(RingExplanation.find(for: mixed, clusterCount: 3))
        #expect(found.order == [1, 0, 2])
        #expect(found.total == 70)
        #expect(found.explained >= 60 && found.explained < 70)
    }

    @Test
    func `a position without messages is filled in if only one cluster is left`() throws {
        let ring = try HashRing(count: 3)
        let some = try sightings(order: [1, 0, 2]).filter { ring.index(of: $0.topic) != 2 }
        #expect(RingExplanation.find(for: some, clusterCount: 3)?.order == [1, 0, 2])
        #expect(RingExplanation.find(for: [], clusterCount: 3) == nil)
    }

    @Test
    func `64 clusters and 10,000 topics`() throws {
        let order = Array((0..<64).reversed())
        let ring = try HashRing(count: 64)
        let many = (0..<10_000).map { RingExplanation.Sighting(topic: "t.\($0)", cluster: order[ring.index(of: "t.\($0)")]) }
        #expect(RingExplanation.find(for: many, clusterCount: 64)?.order == order)
    }
}
