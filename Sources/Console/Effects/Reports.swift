import Roulette
import TerminalUI

// The tasks that report to the loop. They do not wait for the screen.

extension ConsoleRuntime {
    func startReporting(in group: inout DiscardingTaskGroup) {
        let events = client.events
        group.addTask { await client.run() }
        group.addTask { await reportEvents(events) }
        group.addTask { await reportTicks() }
        group.addTask { await reportTraffic() }
        group.addTask { await reportTheme() }
        systemAccounts.start(in: &group) { cluster, advisories in await report(advisories, of: cluster) }
    }

    /// Reports keys, mouse events and sizes of the terminal. The end of the terminal ends the console.
    func reportInput() async {
        for await event in terminal.events { queue.send(.input(event)) }
        queue.finish()
    }

    private func reportEvents(_ events: RouletteEvents) async {
        for await event in events {
            var row = EventRow(event)
            row.moment = clock.now
            queue.send(.happened(row))
            // Update the clusters together with the event.
            reportSnapshot()
        }
    }

    /// Forgets the servers that are gone, and reports the clusters without them.
    func dismissGone() {
        client.dismissGoneNodes()
        reportSnapshot()
    }

    private func reportSnapshot() {
        let snapshot = client.snapshot()
        let clusters = ClusterRow.rows(of: snapshot)
        traffic.set(MessageOrigins(clusters))
        queue.send(.snapshot(clusters))
        queue.send(.fingerprint(RingFingerprint(snapshot)))
    }

    /// Reports the time, the clusters and the rates once a second.
    private func reportTicks() async {
        while !Task.isCancelled {
            let now = clock.now
            let (traffic, tail) = traffic.collect(at: now, samples: true)
            queue.send(.tick(now))
            reportSnapshot()
            queue.send(.traffic(traffic, tail))
            guard (try? await clock.sleep(for: Self.tickInterval)) != nil else { return }
        }
    }

    /// Reports new messages promptly, but at most once per interval.
    private func reportTraffic() async {
        for await _ in news.stream {
            let (traffic, tail) = traffic.collect(at: clock.now, samples: false)
            queue.send(.traffic(traffic, tail))
            guard (try? await clock.sleep(for: Self.trafficInterval)) != nil else { return }
        }
    }
}
