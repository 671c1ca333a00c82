import Testing

@testable import Roulette

@Suite("The route cache")
struct RouteCacheTests {
    private func find(_ topic: String, in cache: borrowing RouteCache) -> Destination? {
        Array(topic.utf8).withUnsafeBytes { cache.find($0) }
    }

    private func insert(_ topic: String, _ destination: Destination, into cache: borrowing RouteCache) {
        Array(topic.utf8).withUnsafeBytes { cache.insert($0, destination) }
    }

    @Test
    func `topics of every length are found only by their exact bytes`() {
        for length in 1...RouteCache.longestTopic {
            let cache = RouteCache()
            let topic = String(repeating: "t", count: length)
            let destination = Destination(hash: 1 << 63 | UInt64(length), cluster: length, slot: 999)
            #expect(find(topic, in: cache) == nil)
            insert(topic, destination, into: cache)
            #expect(find(topic, in: cache) == destination)
            for position in 0..<length {
                var other = Array(topic.utf8)
                other[position] = UInt8(ascii: "u")
                #expect(find(String(decoding: other, as: UTF8.self), in: cache) == nil, "length \(length), byte \(position)")
            }
            #expect(find(topic + "t", in: cache) == nil)
            #expect(find(String(topic.dropLast()), in: cache) == nil)
        }
    }

    @Test
    func `the empty topic and topics that are too long are not cached`() {
        let cache = RouteCache()
        for topic in ["", String(repeating: "x", count: RouteCache.longestTopic + 1)] {
            insert(topic, Destination(hash: 1, cluster: 1, slot: 1), into: cache)
            #expect(find(topic, in: cache) == nil)
        }
    }

    @Test
    func `concurrent reads and writes never return the destination of another topic`() async {
        let owner = CacheOwner()
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var wrong = 0
                    // There are more topics than entries, so that entries are replaced all the time.
                    for number in 0..<40_000 {
                        let topic = "t\((number &* 31 &+ worker) % 8_000)"
                        let hash = topic.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
                        let right = Destination(hash: hash, cluster: topic.utf8.count, slot: Int(hash % 1_000))
                        let found = Array(topic.utf8).withUnsafeBytes { bytes in
                            let found = owner.cache.find(bytes)
                            if found == nil { owner.cache.insert(bytes, right) }
                            return found
                        }
                        if let found, found != right { wrong += 1 }
                    }
                    return wrong
                }
            }
            for await wrong in group { #expect(wrong == 0) }
        }
    }

    private final class CacheOwner: Sendable {
        let cache = RouteCache()
    }
}
