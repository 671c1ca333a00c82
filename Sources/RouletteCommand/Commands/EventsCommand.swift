import ArgumentParser
import CommandSupport
import Console
import Roulette
import Settings
import TerminalUI
import TextCoding

/// `roulette events`: prints what happens to the deployment.
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "Print what happens to clusters, servers and connections.",
        discussion: """
            The command opens one connection of each role to each cluster, or as many as --pool says, and prints an event per
            line until ^C, or for the time of --for: connections that come up, are lost or retried; servers that join, are gone or
            are back, whether or not a connection led to them; load balancers that lead to the wrong cluster or close idle
            connections; errors of servers.

            With --json: time (UTC), kind (connected, disconnected, reconnecting, nodeGone, nodeBack, identityAlarm, …), severity
            (info, warning, error), cluster, role and slot of the connection, server (name or address), text; unknown values are
            null.

            Examples:
              roulette events
              roulette events --profile production --json --for 1h
            """
    )

    @Option(
        name: .customLong("for"),
        help: .init("End after this time; a whole number is seconds.", valueName: "time"),
        transform: DurationArgument.seconds
    )
    var duration: Duration?

    @OptionGroup(title: "Deployment")
    var connection: ConnectionOptions

    @OptionGroup(title: "Output")
    var output: OutputOptions

    func run() async throws {
        if let duration, duration <= .zero { throw CommandError.usage("--for must be longer than zero") }
        var profile = try connection.resolve().profile
        try profile.completeLogin()
        let configuration = try RouletteConfiguration.observer(profile, poolSize: connection.poolSize)
        let isJSON = output.json
        let failures = AsyncStream<any Error>.makeStream(bufferingPolicy: .bufferingOldest(1))

        try await untilStopped {
            try await RouletteClient.withClient(
                configuration,
                observingEvents: { events in
                    do {
                        // The command itself closes the connections at its end.
                        for await event in events {
                            if event.kind == .closed { return }
                            try Self.print(event, asJSON: isJSON)
                        }
                    } catch {
                        failures.continuation.yield(error)
                    }
                },
                { _ in try await Self.wait(duration, orThrowFrom: failures.stream) }
            )
        }
    }

    private static func print(_ event: RouletteEvent, asJSON isJSON: Bool) throws {
        let line = EventLine(event, at: Timestamp.now())
        if isJSON { try StandardOutput.write(line.json) } else { try StandardOutput.write(line.text) }
    }

    /// Waits for a time, or without limit.
    /// - Throws: The first failure.
    private static func wait(_ duration: Duration?, orThrowFrom failures: AsyncStream<any Error>) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { for await failure in failures { throw failure } }
            if let duration { group.addTask { try await Task.sleep(for: duration) } }
            defer { group.cancelAll() }
            _ = try await group.next()
        }
        try Task.checkCancellation()
    }
}

/// An event as a line of output.
struct EventLine {
    private let event: RouletteEvent
    private let summary: EventSummary
    private let time: Timestamp

    init(_ event: RouletteEvent, at time: Timestamp) {
        self.event = event
        summary = EventSummary(event)
        self.time = time
    }

    var text: SafeText {
        let cluster: SafeText = event.cluster.map { "  \(untrusted: $0.name)" } ?? ""
        return "\(untrusted: time.local)  \(untrusted: summary.severity)\(cluster)  \(summary.text)"
    }

    var json: JSONObject {
        [
            "time": .string(time.rfc3339),
            "kind": .string(event.kind.description),
            "severity": .string(summary.severity),
            "cluster": .string(event.cluster?.name),
            "role": .string(event.connection?.role.rawValue),
            "slot": event.connection.map { .number($0.slot) } ?? .null,
            "server": .string(event.node ?? event.server?.name),
            "text": .string(summary.text.plain),
        ]
    }
}
