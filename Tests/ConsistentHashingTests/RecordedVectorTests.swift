import Testing

@testable import ConsistentHashing

/// Bit-compatibility with ex_hash_ring 3.0, and therefore with Roulette 1.0.5.
@Suite struct RecordedVectorTests {
    private static let algorithm = RingVectors.recorded.algorithm

    @Test(arguments: RingVectors.recorded.rings)
    func `every recorded topic has the recorded owner`(recorded: RingVectors.Ring) throws {
        let ring = try HashRing(count: recorded.nodes)
        #expect(!recorded.vectors.isEmpty)
        for vector in recorded.vectors {
            #expect(ring.index(of: vector.topic) == vector.node, "topic \(vector.topic), tie \(vector.tie)")
        }
    }

    @Test(arguments: RingVectors.recorded.rings)
    func `shared points are kept once`(recorded: RingVectors.Ring) throws {
        #expect(try HashRing(count: recorded.nodes).points.count == recorded.distinctPoints)
    }

    @Test func `the vectors contain topics that depend on the tie rule`() {
        #expect(RingVectors.recorded.rings.flatMap(\.vectors).count(where: \.tie) == 88)
    }

    @Test func `hashes equal those of ex_hash_ring`() {
        #expect(!Self.algorithm.knownHashes.isEmpty)
        for known in Self.algorithm.knownHashes {
            #expect(String(HashRing.hash(of: known.text)) == known.hash, "\(known.text)")
        }
    }

    @Test func `the points of three nodes equal those of ex_hash_ring`() throws {
        let points = try HashRing(count: 3).points
        let all = (0..<points.count).map {
            RingVectors.Algorithm.Point(hash: String(points.hashes[$0]), node: points.owner(at: $0))
        }
        #expect(all.count == Self.algorithm.ring3.points)
        #expect(Array(all.prefix(5)) == Self.algorithm.ring3.first5)
        #expect(Array(all.suffix(5)) == Self.algorithm.ring3.last5)
    }

    @Test func `key counts are exact`() throws {
        #expect(!Self.algorithm.keyShare.isEmpty)
        for (count, shares) in Self.algorithm.keyShare {
            let ring = try HashRing(count: #require(Int(count)))
            #expect(ring.shares.map { String($0.keys) } == shares.map(\.keys))
            for (share, recorded) in zip(ring.shares, shares) {
                #expect(abs(share.fraction - recorded.share) < 0.000_000_6)
            }
        }
    }

    @Test func `successors equal those of find_nodes`() throws {
        #expect(!Self.algorithm.findNodes.isEmpty)
        for recorded in Self.algorithm.findNodes {
            let ring = try HashRing(count: recorded.nodes)
            #expect(ring.successors(of: recorded.topic, count: recorded.count) == recorded.result, "\(recorded.topic)")
        }
    }

    @Test func `owners equal those in the tests of Roulette 1.0.5`() throws {
        let ring = try HashRing(count: Self.algorithm.clusterChooserTest.nodes)
        for (topic, owner) in Self.algorithm.clusterChooserTest.expect {
            #expect(ring.index(of: topic) == owner, "\(topic)")
        }
    }

    @Test func `point texts coincide with twelve nodes or more`() throws {
        let first = Self.algorithm.firstCollidingN
        #expect(try HashRing(count: first - 1).points.count == (first - 1) * HashRing.replicas)
        #expect(try HashRing(count: first).points.count == first * HashRing.replicas - 100)
        #expect(try HashRing(count: 20).points.count == 20 * HashRing.replicas - 452)
    }
}
