import CommandSupport
import Foundation
import SeededRandomness
import Testing

@testable import RouletteDemo

@Suite("The traffic of a demo")
struct WorkloadTests {
    @Test(arguments: [(0, 1), (100_001, 1), (1, -1), (1, 1_000_001)])
    func `numbers out of bounds are a usage error`(topics: Int, rate: Int) {
        let error = #expect(throws: CommandError.self) { try TrafficPlan(topics: topics, rate: rate) }
        #expect(error?.kind == .usage)
    }

    @Test func `the rate varies by up to a half around its average`() throws {
        let plan = try TrafficPlan(topics: 1, rate: 1000)
        let rates = (0..<5170).map { plan.rate(after: .milliseconds($0 * 100)) }
        #expect(rates.allSatisfy { (500...1500).contains($0) })
        #expect((rates.max() ?? 0) > 1400)
        #expect((rates.min() ?? 0) < 600)
        #expect(abs(rates.reduce(0, +) / Double(rates.count) - 1000) < 1)
    }

    @Test func `topics are distinct, and a shorter list is the beginning of a longer one`() {
        let topics = TopicCatalog(count: 2000).topics
        #expect(Set(topics.map(\.name)).count == 2000)
        #expect(TopicCatalog(count: 30).topics == Array(topics.prefix(30)))
        #expect(topics.first?.name == "orders.eu.created")
        #expect(topics.allSatisfy { (3...4).contains($0.name.split(separator: ".").count) })
    }

    @Test func `the first number of the distribution is the most common, and all numbers occur`() {
        let distribution = ZipfDistribution(count: 10, exponent: 1)
        var random = SplitMix64(seed: 7)
        var counts = [Int](repeating: 0, count: 10)
        for _ in 0..<20_000 { counts[distribution.sample(using: &random)] += 1 }
        #expect(counts.allSatisfy { $0 > 0 })
        // 1/k over the tenth harmonic number 2.929.
        #expect((6500...7200).contains(counts[0]))
        #expect((3200...3700).contains(counts[1]))
        #expect(ZipfDistribution(count: 1).sample(using: &random) == 0)
    }

    @Test func `the same seed gives the same messages`() throws {
        var (first, second, other) = (PayloadGenerator(seed: 1), PayloadGenerator(seed: 1), PayloadGenerator(seed: 2))
        let topics = TopicCatalog(count: 20).topics
        let bodies = topics.map { first.next(for: $0).body }
        #expect(topics.map { second.next(for: $0).body } == bodies)
        #expect(topics.map { other.next(for: $0).body } != bodies)
    }

    @Test(arguments: TopicCatalog(count: 200).topics)
    func `a message has the content of its topic`(topic: TopicCatalog.Topic) throws {
        var payloads = PayloadGenerator(seed: 3)
        let message = payloads.next(for: topic)
        let json = try? JSONSerialization.jsonObject(with: Data(message.body))
        switch topic.content {
        case .record, .reading: #expect(json is [String: Any])
        case .document: #expect(json is [String: Any] && message.body.count >= 16 << 10)
        case .text: #expect(String(validating: message.body, as: UTF8.self) != nil && json == nil)
        case .binary: #expect(String(validating: message.body, as: UTF8.self) == nil)
        }
        #expect((message.headers != nil) == (topic.content == .record))
    }

    @Test func `the stock of an article does not change, and a request without an article is refused`() {
        let stock = String(decoding: ShopServices.stock(of: "A-1001").bytes, as: UTF8.self)
        #expect(stock.hasPrefix(#"{"article":"A-1001","in_stock":"#))
        #expect(ShopServices.stock(of: "A-1001") == ShopServices.stock(of: "A-1001"))
        #expect(ShopServices.stock(of: "A-1001") != ShopServices.stock(of: "A-1002"))
        for article in ["", String(repeating: "a", count: 33)] {
            #expect(ShopServices.stock(of: article).fields.map(\.key) == ["error"])
        }
    }

    @Test func `counts of several clusters add up`() {
        let counts = TrafficCounts(clusters: 2)
        counts.add(.init(published: 2, failed: 1), cluster: 0)
        counts.add(.init(published: 3, received: 4), cluster: 1)
        counts.add(.init(published: 1), cluster: 1)
        #expect(counts.all == [.init(published: 2, failed: 1), .init(published: 4, received: 4)])
        var total = TrafficCounts.Counts()
        for cluster in counts.all { total.add(cluster) }
        #expect(total == .init(published: 6, failed: 1, received: 4))
    }
}
