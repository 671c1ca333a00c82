import ConsistentHashing
import NATSWire
import Testing

@testable import Roulette

@Suite("Routing")
struct RouterTests {
    private func router(_ count: Int) throws -> Router { Router(ring: try HashRing(count: count), slots: 5) }

    @Test
    func `every topic has the destination given by the ring, the first time and from the cache`() throws {
        let router = try router(16)
        let topics = (0..<20_000).map { "topic\($0).x" }
        for round in 0..<2 {
            for topic in topics {
                let route = try router.route(topic)
                let expected = router.ring.lookup(of: topic)
                #expect(route.cluster == expected.index, "\(topic), round \(round)")
                #expect(route.destination.slot == Int(expected.hash % 5))
            }
        }
    }

    @Test
    func `a subscription to a topic has the destination of its messages`() throws {
        let router = try router(16)
        for topic in (0..<1_000).map({ "topic\($0).x" }) {
            #expect(router.destinations(of: try Subject.pattern(topic)) == [try router.destination(of: topic)])
        }
    }

    @Test
    func `a subscription to a pattern uses every cluster, and the same connection of each pool`() throws {
        let router = try router(16)
        let destinations = router.destinations(of: try Subject.pattern("orders.*"))
        #expect(destinations.map(\.cluster) == Array(0..<16))
        #expect(Set(destinations.map(\.slot)) == [Int(HashRing.hash(of: "orders.*") % 5)])
    }

    @Test
    func `topics that are equal as Swift strings but not as bytes are different topics`() throws {
        let router = try router(64)
        let composed = "caf\u{E9}"
        let decomposed = "cafe\u{301}"
        #expect(composed == decomposed, "equal as strings")
        for _ in 0..<2 {
            for topic in [composed, decomposed] {
                let expected = router.ring.lookup(of: topic)
                let destination = Destination(cluster: expected.index, slot: Int(expected.hash % 5))
                #expect(try router.route(topic).destination == destination)
            }
        }
        #expect(try router.destination(of: composed) != router.destination(of: decomposed))
    }

    @Test(
        arguments: [
            "", " ", "a b", "a\nb", "a\r\nb", "a\tb", "a..b", ".a", "a.", "a.*", "a.>", "*", ">", "a\u{0}b", "a\u{7F}b",
        ]
    )
    func `invalid topics are rejected before anything is sent`(topic: String) throws {
        let router = try router(3)
        let error = #expect(throws: RouletteError.self) { try router.route(topic) }
        #expect(error?.code == .invalidTopic)
        #expect(error?.message.isEmpty == false)
    }

    @Test
    func `a topic always uses the same connection of its pool`() throws {
        let client = try RouletteClient(configuration: RouletteConfiguration(clusters: [.init(host: "a"), .init(host: "b")]))
        for number in 0..<500 {
            let route = try client.router.route("topic.\(number)")
            let slots = Set((0..<10).map { _ in client.publishers.carrier(of: route.destination).0.slot })
            #expect(slots == [route.destination.slot])
            #expect(client.publishers.carrier(of: route.destination).0.cluster.index == route.cluster)
        }
        let used = Set(
            try (0..<500).map { number in
                let route = try client.router.route("topic.\(number)")
                return client.publishers.carrier(of: route.destination).0.slot
            }
        )
        #expect(used == [0, 1, 2, 3, 4], "all connections of a pool are used")
    }
}
