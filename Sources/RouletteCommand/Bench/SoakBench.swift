import CommandSupport
import Foundation
import Roulette
import RouletteNATS
import Synchronization
import TerminalUI
import TextCoding

/// Runs at full load for a long time, to see whether rates and memory stay stable.
struct SoakBench: Sendable {
    let payload: BenchPayload
    let topics: BenchTopics
    let duration: Duration
    let interval: Duration

    /// One line of the report.
    struct Sample: Sendable {
        var seconds: Double
        var published: Int
        var received: Int
        var dropped: UInt64
        /// The number of reconnects.
        var reconnects: Int
        /// Messages received per second since the previous sample.
        var messagesPerSecond: Double
        var residentBytes: Int?

        func print(as output: OutputOptions) throws {
            guard !output.json else {
                return try StandardOutput.write([
                    "seconds": .decimal(seconds, digits: 1),
                    "published": .number(published),
                    "received": .number(received),
                    "dropped": .number(dropped),
                    "reconnects": .number(reconnects),
                    "msgs_per_s": .decimal(messagesPerSecond, digits: 0),
                    "rss_bytes": residentBytes.map(JSONValue.number) ?? .null,
                ])
            }
            let memory = residentBytes.map { String(format: "%.1f MiB", Double($0) / 1_048_576) } ?? "unknown"
            let text = String(format: "%.0f s: %.0f messages/s received, ", seconds, messagesPerSecond)
            let counts = "\(published) published, \(dropped) dropped, \(reconnects) reconnects, "
            try StandardOutput.write(
                SafeText(untrusted: text + counts + "resident \(memory)")
            )
        }
    }

    func run(_ client: RouletteClient, report: @escaping @Sendable (Sample) throws -> Void) async throws {
        let counts = Counts()
        let subscription = try await client.subscribeConfirmed(
            to: topics.pattern,
            options: SubscribeOptions(restart: .permanent)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await publish(client, counts: counts) }
            group.addTask {
                while let batch = try await subscription.nextBatch() {
                    counts.received.add(batch.count, ordering: .relaxed)
                }
            }
            group.addTask { try await sample(counts, of: subscription, client, report: report) }
            // The reporter ends first, unless there is an error.
            try await group.next()
            group.cancelAll()
        }
    }

    /// The number of messages so far.
    private final class Counts: Sendable {
        let published = Atomic(0)
        let received = Atomic(0)
    }

    private func publish(_ client: RouletteClient, counts: Counts) async throws {
        let bytes = payload.bytes
        let publishers = try topics.names.map { try client.publisher(for: $0) }
        while !Task.isCancelled {
            // Messages are counted in batches, since counting each one would be measured too.
            for index in 0..<1_000 { try await publishers[index % publishers.count].publish(bytes) }
            counts.published.add(1_000, ordering: .relaxed)
        }
    }

    private func sample(
        _ counts: Counts,
        of subscription: Subscription,
        _ client: RouletteClient,
        report: (Sample) throws -> Void
    ) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var last = (time: start, received: 0)
        var due = start
        while due < start + duration {
            due = min(due + interval, start + duration)
            try await clock.sleep(until: due)
            let (now, received) = (clock.now, counts.received.load(ordering: .relaxed))
            let refused = client.snapshot().clusters.reduce(0) { $0 + $1.total(\.refused) }
            if refused > 0 {
                // The subscription ended with an error, which describes the cause.
                try await client.flush()
                throw CommandError.failed("the server refused \(refused) messages")
            }
            try report(
                Sample(
                    seconds: (now - start) / .seconds(1),
                    published: counts.published.load(ordering: .relaxed),
                    received: received,
                    dropped: subscription.dropped,
                    reconnects: client.snapshot().clusters.reduce(0) { $0 + $1.total(\.reconnects) },
                    messagesPerSecond: Double(received - last.received) / ((now - last.time) / .seconds(1)),
                    residentBytes: ResidentMemory.bytes
                )
            )
            last = (now, received)
        }
    }
}
