import ConsistentHashing
import Testing

@Suite("Parts of the circle")
struct PartsTests {
    @Test(arguments: [1, 3, 8], [1, 7, 116, 4096])
    func `every part is owned completely, and all parts together give the ring's shares`(nodes: Int, count: Int) throws {
        let ring = try HashRing(count: nodes)
        let parts = ring.shares(inParts: count)
        #expect(parts.count == count)
        for part in parts { #expect(abs(part.reduce(0, +) - 1) < 1e-6) }
        for node in 0..<nodes {
            let share = parts.reduce(0) { $0 + $1[node] } / Double(count)
            #expect(abs(share - ring.shares[node].fraction) < 1e-9)
        }
    }

    @Test
    func `if parts are smaller than the arcs, the owner of a topic owns the part with its hash`() throws {
        let ring = try HashRing(count: 3)
        let count = 65_536
        let parts = ring.shares(inParts: count)
        for number in 0..<200 {
            let lookup = ring.lookup(of: "topic.\(number)")
            let part = parts[Int(lookup.hash >> 48)]
            #expect(part[lookup.index] > 0)
        }
    }

    @Test(arguments: [(-1, 1), (0, 1), (1 << 20, 65_536)])
    func `a number of parts out of bounds is clamped`(asked: Int, count: Int) throws {
        #expect(try HashRing(count: 2).shares(inParts: asked).count == count)
    }
}
