import RouletteNATS
import Testing

@testable import Roulette

@Suite("Values print readably")
struct DescriptionTests {
    private let cluster = Cluster(index: 0, name: "alpha", address: "10.0.0.1:4222")

    @Test
    func `clusters, connections and snapshots`() throws {
        #expect("\(cluster)" == "alpha (10.0.0.1:4222)")
        #expect("\(PooledConnectionID(cluster: cluster, role: .publisher, slot: 3))" == "alpha (10.0.0.1:4222) publisher 3")
        var configuration = RouletteConfiguration(clusters: [.init(name: "alpha", host: "10.0.0.1"), .init(host: "10.0.0.2")])
        configuration.poolSize = 2
        let snapshot = try RouletteClient(configuration: configuration).snapshot()
        #expect(
            "\(snapshot)" == """
                alpha (10.0.0.1:4222): connecting, 0 of 4 connections are up
                10.0.0.2:4222: connecting, 0 of 4 connections are up
                """
        )
    }

    @Test
    func `events`() {
        let id = PooledConnectionID(cluster: cluster, role: .subscriber, slot: 1)
        let lost = RouletteEvent(id, .disconnected(cause: NATSError(.stale, "silent"), unconfirmed: 7))
        #expect("\(lost)" == "disconnected cause=silent cluster=alpha role=subscriber slot=1 unconfirmed=7")
        var report = DrainReport()
        report.unconfirmed = 2
        #expect("\(RouletteEvent(.drained(report)))" == "drained up to 2 sent messages are not confirmed")
        #expect("\(RouletteEvent(.missedEvents(3)))" == "missedEvents 3")
    }
}
