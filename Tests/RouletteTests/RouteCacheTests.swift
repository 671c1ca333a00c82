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
            let destination = Destination(cluster: length, slot: 999)
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
            insert(topic, Destination(cluster: 1, slot: 1), into: cache)
            #expect(find(topic, in: cache) == nil)
        }
    }

    @Test(arguments: [1_000, 10_000, 100_000])
    func `nearly all topics are found again, however many there are`(count: Int) {
        let table = RouteTable(topicLength: 48, largest: 1 << 18)
        let destinations = (0..<count).map { Destination(cluster: $0 % 64, slot: $0 % 5) }
        var missing = 0
        // The table grows in the first rounds.
        for _ in 0..<10 {
            missing = 0
            for (number, destination) in destinations.enumerated() {
                Array("orders.\(number)".utf8).withUnsafeBytes { topic in
                    if let found = table.find(topic) {
                        #expect(found == destination)
                    } else {
                        missing += 1
                        table.insert(topic, destination)
                    }
                }
            }
        }
        #expect(missing <= count / 20, "\(missing) of \(count)")
        #expect(table.capacity <= 8 * count, "at most 512 bytes for each topic")
    }

    @Test
    func `the table does not grow beyond its limit, and keeps most topics of a full set`() {
        let table = RouteTable(topicLength: 48, largest: 1 << 12)
        for number in 0..<100_000 {
            Array("new.\(number)".utf8).withUnsafeBytes { table.insert($0, Destination(cluster: 1, slot: 1)) }
        }
        #expect(table.capacity == 1 << 12)
        let kept = (0..<100_000).count { number in
            Array("new.\(number)".utf8).withUnsafeBytes { table.find($0) != nil }
        }
        #expect((4_000...4_096).contains(kept))
    }

    @Test
    func `concurrent reads and writes never return the destination of another topic`() async {
        let owner = TableOwner()
        await withTaskGroup(of: Int.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    var wrong = 0
                    // There are more topics than entries, so that entries are replaced all the time.
                    for number in 0..<40_000 {
                        let topic = "t\((number &* 31 &+ worker) % 8_000)"
                        let hash = topic.utf8.reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) }
                        let right = Destination(cluster: topic.utf8.count, slot: Int(hash % 1_000))
                        let found = Array(topic.utf8).withUnsafeBytes { bytes in
                            let found = owner.table.find(bytes)
                            if found == nil { owner.table.insert(bytes, right) }
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

    private final class TableOwner: Sendable {
        let table = RouteTable(topicLength: 48, largest: 1 << 11)
    }
}
