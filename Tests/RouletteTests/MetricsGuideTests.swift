import TestSupport
import Testing

@testable import Roulette

@Suite("The guide to the metrics")
struct MetricsGuideTests {
    private static var guide: String {
        func table(_ kind: String, _ metrics: [(name: String, description: String)]) -> String {
            let rows = metrics.map { "| `\($0.name)` | \($0.description) |" }
            return (["| \(kind) | Value |", "|---|---|"] + rows).joined(separator: "\n")
        }
        return """
            # Metrics

            The values that each connection reports to swift-metrics.

            ## Overview

            The client reports them at the interval of ``RouletteConfiguration/metricsInterval``, with the labels `cluster` (its
            name), `role` (`publisher` or `subscriber`) and `slot`.

            \(table("Counter", MetricsReporter.counters.map { ($0.name, $0.description) }))

            \(table("Meter", MetricsReporter.meters.map { ($0.name, $0.description) }))

            A percentile without a round trip in its window is reported as not a number.

            """
    }

    @Test func `lists every metric of the code with its description`() throws {
        let differences = try GeneratedFile("Sources/Roulette/Roulette.docc/Metrics.md").differences(from: Self.guide)
        #expect(differences.isEmpty, "run UPDATE_DOCUMENTATION=1 swift test")
    }

    @Test func `no two metrics have the same name`() {
        let names = MetricsReporter.counters.map(\.name) + MetricsReporter.meters.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
