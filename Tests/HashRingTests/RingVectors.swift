import Foundation
import Testing

/// What ex_hash_ring 3.0 answered, recorded from running it.
struct RingVectors: Decodable {
    struct Algorithm: Decodable {
        struct KnownHash: Decodable { let text: String, hash: String }
        struct Point: Decodable, Equatable { let hash: String, node: Int }
        struct Ring3: Decodable { let points: Int, first5: [Point], last5: [Point] }
        struct KeyShare: Decodable { let node: Int, keys: String, share: Double }
        struct FindNodes: Decodable { let nodes: Int, topic: String, count: Int, result: [Int] }
        struct ClusterChooser: Decodable { let nodes: Int, expect: [String: Int] }

        let knownHashes: [KnownHash]
        let ring3: Ring3
        let keyShare: [String: [KeyShare]]
        let findNodes: [FindNodes]
        /// The owners that Roulette 1.0.5's own test suite expects.
        let clusterChooserTest: ClusterChooser
        let firstCollidingN: Int
    }

    struct Ring: Decodable, CustomTestStringConvertible {
        /// `tie` marks a topic whose owner depends on who wins a point that two nodes share.
        struct Vector: Decodable { let topic: String, node: Int, tie: Bool }

        let nodes: Int, distinctPoints: Int, ties: Int
        let vectors: [Vector]

        var testDescription: String { "\(self.nodes) nodes" }
    }

    let algorithm: Algorithm
    let rings: [Ring]

    static let recorded: RingVectors = {
        do {
            guard let url = Bundle.module.url(forResource: "ring_vectors", withExtension: "json") else {
                throw CocoaError(.fileNoSuchFile)
            }
            return try JSONDecoder().decode(RingVectors.self, from: Data(contentsOf: url))
        } catch {
            // Without the vectors no test here means anything.
            fatalError("cannot read ring_vectors.json: \(error)")
        }
    }()
}
