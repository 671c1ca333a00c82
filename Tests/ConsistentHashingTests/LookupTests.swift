import Crypto
import Testing

@testable import ConsistentHashing

@Suite struct LookupTests {
    /// The rule as documented, applied to every point: slow, and independent of the table under test.
    private func ownerBySearchingAll(_ topic: [UInt8], nodes: Int) -> Int {
        let hash = Self.md5UpperHalf(topic)
        var next: (hash: UInt64, node: Int)?
        var first: (hash: UInt64, node: Int)?
        for node in 0..<nodes {
            for replica in 0..<HashRing.replicas {
                let point = Self.md5UpperHalf(Array("\(node)\(replica)".utf8))
                // "<=" because the highest node wins among equal points.
                if point > hash, next.map({ point <= $0.hash }) ?? true { next = (point, node) }
                if first.map({ point <= $0.hash }) ?? true { first = (point, node) }
            }
        }
        return (next ?? first)?.node ?? -1
    }

    private static func md5UpperHalf(_ bytes: [UInt8]) -> UInt64 {
        Array(Insecure.MD5.hash(data: bytes))[8...].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    @Test func `lookups agree with a search of all points`() throws {
        for nodes in [1, 2, 7, 13] {
            let ring = try HashRing(count: nodes)
            // Half of these texts are also texts of points.
            for topic in ["", "110", "00", "1210", "0511", "a", "orders.eu.1", "été", "🎲", String(repeating: "x", count: 99)] {
                #expect(ring.index(of: topic) == ownerBySearchingAll(Array(topic.utf8), nodes: nodes), "\(topic)")
            }
        }
    }

    @Test func `every hash finds the first point that is strictly greater`() throws {
        let points = try HashRing(count: 5).points
        for position in 0..<points.count {
            let hash = points.hashes[position]
            let next = position + 1 == points.count ? 0 : position + 1
            #expect(points.position(after: hash) == next)
            #expect(points.position(after: hash - 1) == position)
        }
        #expect(points.position(after: 0) == 0)
        #expect(points.position(after: .max) == 0)
    }

    @Test func `a topic equal to a point's text belongs to the next point`() throws {
        let ring = try HashRing(count: 3)
        let lookup = ring.lookup(of: "110")
        let position = try #require(ring.points.hashes.firstIndex(of: lookup.hash))
        #expect(lookup.hash == 4_512_553_854_264_690_378)
        #expect(lookup.point == ring.points.hashes[position + 1])
        #expect(lookup.index == ring.points.owner(at: position + 1))
    }

    @Test func `text and bytes have the same owner`() throws {
        let ring = try HashRing(count: 16)
        for topic in ["", "a", "orders.eu.12345", "日本語", String(repeating: "long topic ", count: 30)] {
            let bytes = Array(topic.utf8)
            let owner = ring.index(of: topic)
            let padded = "<\(topic)>"
            #expect(ring.index(of: padded.dropFirst().dropLast()) == owner)
            #expect(ring.index(ofBytes: bytes.span) == owner)
            #expect(bytes.withUnsafeBytes { ring.index(ofBytes: $0) } == owner)
            #expect(ring.lookup(ofBytes: bytes.span) == ring.lookup(of: topic))
            #expect(ring.lookup(of: topic).index == owner)
            #expect(ring.successors(ofBytes: bytes.span, count: 16) == ring.successors(of: topic, count: 16))
            #expect(ring.successors(of: topic, count: 1) == [owner])
        }
    }

    @Test func `strings that are equal in Swift but differ in bytes are different topics`() {
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed)
        #expect(HashRing.hash(of: composed) != HashRing.hash(of: decomposed))
    }

    @Test func `bytes that are not UTF-8 are a valid topic`() throws {
        let bytes: [UInt8] = [0xFF, 0x00, 0xC3]
        #expect(try HashRing(count: 3).index(ofBytes: bytes.span) == ownerBySearchingAll(bytes, nodes: 3))
    }

    @Test func `both hash implementations agree at every length around one block`() {
        for length in 0...130 {
            let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 151 &+ length) }
            let expected = Self.md5UpperHalf(bytes)
            #expect(bytes.withUnsafeBytes(PointHash.of) == expected, "\(length) bytes")
            #expect(bytes.withUnsafeBytes(PointHash.ofAnyLength) == expected, "\(length) bytes")
        }
    }

    @Test func `successors are all different and no more than requested`() throws {
        let ring = try HashRing(count: 16)
        #expect(ring.successors(of: "topic", count: 0) == [])
        #expect(ring.successors(of: "topic", count: -1) == [])
        #expect(ring.successors(of: "topic", count: 4) == Array(ring.successors(of: "topic", count: 16).prefix(4)))
        #expect(ring.successors(of: "topic", count: .max).sorted() == Array(0..<16))
    }
}
