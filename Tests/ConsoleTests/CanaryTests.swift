import Settings
import TerminalUI
import Testing

@testable import Console
@testable import Roulette

@Suite("Canary messages on the screen")
struct CanaryViewTests {
    private static let one = CanaryServer(id: "A", name: "alpha-1")
    private static let two = CanaryServer(id: "B", name: "alpha-2")

    private func status(failing: Duration?) -> CanaryStatus {
        var table = CanaryTable(interval: .seconds(5))
        let publishers = [CanaryTable.End(slot: 0, server: Self.one), CanaryTable.End(slot: 1, server: Self.two)]
        var now = Duration.zero
        var isFailing = false
        func round(_ table: inout CanaryTable) {
            now += .seconds(5)
            _ = table.endRound(publishers: publishers, subscribers: publishers, at: now)
            for end in table.readyPublishers(at: now) {
                let number = table.publish(from: end, at: now)
                for slot in 0...1 where slot == end.slot || !isFailing {
                    _ = table.receive(number, on: slot, at: now + .milliseconds(2))
                }
            }
            for end in publishers {
                table.answer(.publisher, end, asked: now)
                table.answer(.subscriber, end, asked: now)
            }
        }
        for _ in 0..<2 { round(&table) }
        if failing != nil {
            isFailing = true
            for _ in 0..<2 { round(&table) }
        }
        return table.status(at: now + (failing ?? .zero) - (failing == nil ? .zero : .seconds(5)), refusal: nil)
    }

    private func lines(_ canary: CanaryStatus?, width: Int) -> [String] {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        for index in model.data.clusters.indices { model.data.clusters[index].canary = index == 0 ? canary : nil }
        return CanaryMatrix.lines(model.data, width: width).map { $0.spans.map(\.text.plain).joined() }
    }

    @Test
    func `the matrix has a row for each publishing server and a column for each receiving server`() throws {
        let lines = lines(status(failing: nil), width: 80)
        let row = try #require(lines.first { $0.hasPrefix("  alpha-1") })
        #expect(
            row.split(separator: " ", omittingEmptySubsequences: true).map(String.init) == ["alpha-1", "2.0", "ms", "2.0", "ms"]
        )
        #expect(lines.contains { $0.contains("end to end p50") })
    }

    @Test
    func `a pair that loses messages is named, with the time`() {
        let lines = lines(status(failing: .seconds(12)), width: 80)
        #expect(lines.contains { $0.hasPrefix("  alpha-1") && $0.contains("lost 12 s") })
        #expect(lines.contains { $0.hasPrefix("  alpha-2") && $0.contains("lost 12 s") })
    }

    @Test
    func `without space for a matrix, the routes are a list`() {
        #expect(lines(status(failing: .seconds(12)), width: 24).contains { $0.hasPrefix("  alpha-1 to alpha-2") })
    }

    @Test
    func `without a canary, the advice names the key`() {
        #expect(lines(nil, width: 80).contains { $0.contains("canary = \"5s\"") })
    }

    @Test
    func `the Overview marks a cluster that loses messages, and says where`() throws {
        var model = Fixtures.busyModel(Size(width: 120, height: 36), view: .overview)
        model.data.clusters[0].canary = status(failing: .seconds(12))
        let row = model.data.clusters[0]
        #expect(row.stateForms.first == "loses messages" && row.role == .severityError)
        #expect(row.undelivered == "published on alpha-1, not received on alpha-2 for 12 s and 1 more pair")
    }
}
