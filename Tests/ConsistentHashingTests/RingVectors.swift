import Foundation
import Testing

/// The recorded output of ex_hash_ring 3.0.
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
        /// The owners that Roulette 1.0.5's test suite expects.
        let clusterChooserTest: ClusterChooser
        let firstCollidingN: Int
    }

    struct Ring: Decodable, CustomTestStringConvertible {
        /// `tie` marks a topic whose owner depends on which node wins a shared point.
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
            // No test in this target is meaningful without the vectors.
            fatalError("cannot read ring_vectors.json: \(error)")
        }
    }()
}
