import Testing

@testable import Roulette

@Suite("Lost connections of a cluster")
struct LossHistoryTests {
    private func history(_ losses: [(at: Double, idle: Double?)]) -> LossHistory {
        var history = LossHistory()
        for loss in losses { history.record(idle: loss.idle.map { .seconds($0) }, at: .seconds(loss.at)) }
        return history
    }

    private func explanation(_ losses: [(at: Double, idle: Double?)], at now: Double? = nil) -> String? {
        let time = now ?? losses.last?.at ?? 0
        return history(losses).idleTimeout(pingInterval: .seconds(30), at: .seconds(time))?.description
    }

    @Test
    func `losses after always the same idle time are explained by an idle timeout`() {
        let losses = [(3.0, 3.0), (3.1, 3.0), (6.2, 3.0), (6.3, 3.0), (9.4, 3.0), (9.5, 3.1), (12.5, 3.0)]
        #expect(
            explanation(losses.map { (at: $0.0, idle: $0.1) })
                == "7 of 7 lost after 3.0 s idle: the load balancer's time-out is shorter than ping_interval (30 s)"
        )
    }

    @Test
    func `the stop of a server ends idle connections only once`() {
        #expect(explanation([(12, 12), (12, 12), (12, 12), (12.1, 12)]) == nil)
        // A load balancer ends the connections of one server after another.
        #expect(explanation([(1.3, 1.3), (1.3, 1.3), (2, 1.2), (2.1, 1.3), (2.8, 1.2), (2.9, 1.4)]) == nil)
        // Another server stops later.
        #expect(explanation([(12, 12), (12, 12), (12, 12), (40, 9), (40, 9), (40, 9)]) == nil)
    }

    @Test
    func `losses for other reasons are counted, and prevail if they are more`() {
        #expect(
            explanation([(3, 3), (6, 3), (7, nil), (9, 3)])
                == "3 of 4 lost after 3.0 s idle: the load balancer's time-out is shorter than ping_interval (30 s)"
        )
        #expect(explanation([(3, 3), (4, nil), (5, nil), (6, 3), (7, nil), (9, 3)]) == nil)
    }

    @Test
    func `the explanation ends when no more connections are lost`() {
        let losses = [(at: 3.0, idle: 3.0 as Double?), (6, 3), (9, 3)]
        #expect(explanation(losses, at: 60) != nil)
        #expect(explanation(losses, at: 70) == nil)
    }

    @Test
    func `losses of the last hour are counted, within bounds`() {
        let history = history((0..<5_000).map { (at: Double($0), idle: nil) })
        #expect(history.count(at: .seconds(5_000)) == LossHistory.capacity)
        #expect(history.count(at: .seconds(8_590)) == 10 - 1)
        #expect(history.count(at: .seconds(10_000)) == 0)
    }
}
