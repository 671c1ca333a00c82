import ArgumentParser
import CommandSupport
import Locking
import NATSWire
import Roulette
import Settings

/// `roulette pub`: publishes to the cluster that owns the topic, and waits until the server has confirmed the messages.
struct PublishCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pub",
        abstract: "Publish a message, and wait until it is confirmed.",
        discussion: """
            The command ends when the server that owns the topic has confirmed all messages. While the cluster is down, it
            retries as configured in the profile. With --json: topic, cluster, accepted, confirmed, refused (counts of messages),
            error (null if all are confirmed).

            Examples:
              roulette pub orders.eu.created '{"id": 1}'
              roulette pub orders.eu.created -H 'Trace-Id: 7f3a' - < order.json
              roulette pub sensors.hall1.temperature 21.5 --count 100 --interval 250ms
            """
    )

    @Argument(help: "The topic, without wildcards.")
    var topic: String

    @Argument(help: "The message; - reads it from standard input. Empty if left out.")
    var body: String?

    @Option(name: [.customShort("H"), .customLong("header")], help: .init("A header. May be repeated.", valueName: "name:value"))
    var headers: [String] = []

    @Option(name: .long, help: "How many times to send the message.")
    var count = 1

    @Option(
        name: .long,
        help: .init("The time between two messages: 250ms, 5s.", valueName: "duration"),
        transform: DurationArgument.milliseconds
    )
    var interval: Duration?

    @Option(name: .long, help: .init("Messages per second.", valueName: "number"))
    var rate: Double?

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() async throws {
        guard count >= 1 else { throw CommandError.usage("--count is \(count), use 1 or more") }
        let pacing = try Pacing(interval: interval, rate: rate)
        let headers = try HeaderArgument.headers(headers)
        var profile = try connection.resolve().profile
        guard profile.allowPublish else {
            throw CommandError.usage("profile \(profile.name) is read-only; set allow_publish = true in it to publish")
        }
        try profile.completeLogin()
        let configuration = try RouletteConfiguration.command(profile, role: .publisher)
        let payload = try BodyArgument.read(body)

        try await Session.withClient(configuration) { client in
            let cluster = try client.owner(of: topic)
            let progress = Progress()
            let work = Work(client: client, topic: topic, payload: payload, headers: headers, count: count, pacing: pacing)
            do {
                try await untilStopped { try await work.publish(progress) }
            } catch var stop as StoppedBySignalError {
                // Wait a short time for the confirmation of the messages that were accepted before the stop.
                try? await within(Self.lastConfirmation, orThrow: .failed("no confirmation")) { try await work.confirm(progress) }
                try report(progress, cluster: cluster)
                stop.note = stopNote(progress)
                throw stop
            } catch {
                try report(progress, cluster: cluster, error: error)
                throw error
            }
            try report(progress, cluster: cluster)
        }
    }

    /// How long a stopped command waits for the confirmation of the messages it has sent.
    private static let lastConfirmation: Duration = .seconds(1)

    private func stopNote(_ progress: Progress) -> String {
        let open = progress.accepted - progress.confirmed
        let doubt = open > 0 ? "; \(open) of them are not confirmed and may not have arrived" : ""
        return "stopped after \(progress.accepted) of \(count) messages\(doubt)"
    }

    private func report(_ progress: Progress, cluster: Cluster, error: (any Error)? = nil) throws {
        guard output.json else {
            guard StandardOutput.isTerminal, progress.confirmed > 0 else { return }
            return try StandardOutput.write(
                "\(progress.confirmed) to \(untrusted: topic), confirmed by \(untrusted: cluster.name)"
            )
        }
        try StandardOutput.write([
            "topic": .string(topic),
            "cluster": .string(cluster.name),
            "accepted": .number(progress.accepted),
            "confirmed": .number(progress.confirmed),
            "refused": .number(progress.refused),
            "error": .string(error.flatMap { CommandError($0)?.description }),
        ])
    }

    /// The progress of publishing.
    private final class Progress: Sendable {
        private let counts = Mutex((accepted: 0, confirmed: 0, refused: 0))

        var accepted: Int { counts.withLock(\.accepted) }
        var confirmed: Int { counts.withLock(\.confirmed) }
        var refused: Int { counts.withLock(\.refused) }

        func addAccepted() { counts.withLock { $0.accepted += 1 } }
        func setConfirmed(_ count: Int) { counts.withLock { $0.confirmed = count } }

        /// Sets the counts after the server has refused or lost some of the messages.
        func setConfirmed(_ count: Int, refused: UInt64, lost: UInt64) {
            counts.withLock { counts in
                counts.refused = Int(clamping: refused)
                counts.confirmed = max(counts.confirmed, count - counts.refused - Int(clamping: lost))
            }
        }
    }

    /// The messages to publish.
    private struct Work: Sendable {
        /// The time between two confirmations when publishing takes longer.
        private static let confirmationInterval: Duration = .seconds(1)

        let client: RouletteClient
        let topic: String
        let payload: [UInt8]
        let headers: Headers?
        let count: Int
        let pacing: Pacing

        func publish(_ progress: Progress) async throws {
            let clock = ContinuousClock()
            let start = clock.now
            var confirmed = start
            for number in 0..<count {
                try await pacing.wait(for: number, since: start, clock: clock)
                try await client.publishInTime(payload, to: topic, headers: headers)
                progress.addAccepted()
                if clock.now - confirmed >= Self.confirmationInterval {
                    try await confirm(progress)
                    confirmed = clock.now
                }
            }
            try await confirm(progress)
        }

        func confirm(_ progress: Progress) async throws {
            let accepted = progress.accepted
            do {
                // This client publishes nothing else, so this confirms exactly these messages.
                try await client.confirm()
            } catch let error as RouletteError where error.code == .permission || error.code == .refused {
                let clusters = client.snapshot().clusters
                progress.setConfirmed(
                    accepted,
                    refused: clusters.reduce(0) { $0 + $1.total(\.refused) },
                    lost: clusters.reduce(0) { $0 + $1.total(\.lost) }
                )
                throw error
            }
            progress.setConfirmed(accepted)
        }
    }
}
