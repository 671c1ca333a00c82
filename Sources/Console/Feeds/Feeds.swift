import Roulette
import TerminalUI

// The tasks that tell the loop what happens. None of them waits for the screen.

extension ConsoleRuntime {
    func addFeeds(to group: inout DiscardingTaskGroup) {
        let events = client.events
        group.addTask { await client.run() }
        group.addTask { await feedEvents(events) }
        group.addTask { await feedTicks() }
        group.addTask { await feedTraffic() }
        group.addTask { await feedTheme() }
    }

    /// Keys, mouse, sizes. When the terminal is gone there is nothing left to do.
    func feedInput() async {
        for await event in terminal.events { mailbox.send(.input(event)) }
        mailbox.finish()
    }

    private func feedEvents(_ events: RouletteEvents) async {
        for await event in events {
            mailbox.send(.happened(EventRow(event)))
            // What an event says, the clusters show at once.
            feedSnapshot()
        }
    }

    private func feedSnapshot() {
        let snapshot = client.snapshot()
        mailbox.send(.snapshot(ClusterRow.rows(of: snapshot)))
        mailbox.send(.fingerprint(RingFingerprint(snapshot)))
    }

    /// Once a second: the time, the clusters, the rates.
    private func feedTicks() async {
        while !Task.isCancelled {
            let now = clock.now
            let (traffic, tail) = traffic.take(at: now, samples: true)
            mailbox.send(.tick(now))
            feedSnapshot()
            mailbox.send(.traffic(traffic, tail))
            guard (try? await clock.sleep(for: Self.tickInterval)) != nil else { return }
        }
    }

    /// Soon after messages came, and not more often than somebody can read.
    private func feedTraffic() async {
        for await _ in news.stream {
            let (traffic, tail) = traffic.take(at: clock.now, samples: false)
            mailbox.send(.traffic(traffic, tail))
            guard (try? await clock.sleep(for: Self.trafficInterval)) != nil else { return }
        }
    }
}
