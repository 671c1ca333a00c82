import Logging
import TestSupport
import Testing

@testable import Roulette
@testable import RouletteNATS

@Suite("Log messages")
struct EventLoggerTests {
    private static let lines = ["cluster": "alpha", "role": "publisher", "slot": "2"]
    private let connection = PooledConnectionID(
        cluster: Cluster(index: 0, name: "alpha", address: "127.0.0.1:4222"),
        role: .publisher,
        slot: 2
    )

    /// Returns the log entry of an event, at the log level trace.
    private func entry(_ event: NATSEvent) -> RecordedLog.Entry? {
        let log = RecordedLog()
        EventLogger(log.logger).write(RouletteEvent(connection, event))
        return log.entries.value.first
    }

    @Test
    func `without errors, messages have the level debug`() throws {
        let server = ServerIdentity(id: "id", name: "na\u{1B}me", version: "2", cluster: nil, maxPayload: 1)
        let connected = try #require(entry(.connected(server)))
        #expect(connected.level == .debug)
        #expect(connected.metadata == Self.lines.merging(["server": #"na\x1Bme"#]) { $1 }, "text of a peer is escaped")
        #expect(entry(.closed(unsent: 0))?.level == .debug)
    }

    @Test
    func `a loss is a warning with its cause and the number of messages; further attempts are not`() throws {
        let cause = NATSError(.stale, "no byte received")
        let lost = try #require(entry(.disconnected(cause: cause, unconfirmed: 7)))
        #expect(lost.level == .warning)
        #expect(lost.message == "connection lost", "the message is constant, the details are metadata")
        #expect(lost.metadata == Self.lines.merging(["cause": "no byte received", "unconfirmed": "7"]) { $1 })
        #expect(entry(.reconnecting(attempt: 1, delay: .zero, cause: cause)) == nil, "the loss is already logged")
        #expect(entry(.reconnecting(attempt: 2, delay: .zero, cause: cause))?.level == .warning)
        #expect(entry(.reconnecting(attempt: 3, delay: .zero, cause: cause)) == nil, "further attempts are not logged")
        #expect(entry(.closed(unsent: 3))?.level == .warning)
    }

    @Test
    func `a topic that Roulette 1.0.5 cannot receive causes a warning with the escaped topic`() throws {
        let log = RecordedLog()
        EventLogger(log.logger).write(RouletteEvent(.topicBreaksElixir(topic: "caf\u{E9}")))
        let entry = try #require(log.entries.value.first)
        #expect(entry.level == .warning)
        #expect(entry.metadata == ["topic": #"caf\xC3\xA9"#])
    }
}

/// A logger that records its messages.
private final class RecordedLog: Sendable {
    struct Entry: Sendable {
        let level: Logger.Level
        let message: String
        let metadata: [String: String]
    }

    let entries = Watched<[Entry]>([])

    var logger: Logger {
        var logger = Logger(label: "tests") { _ in Handler(entries: self.entries) }
        logger.logLevel = .trace
        return logger
    }

    private struct Handler: LogHandler {
        let entries: Watched<[Entry]>
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let entry = Entry(
                level: event.level,
                message: event.message.description,
                metadata: (event.metadata ?? [:]).mapValues { $0.description }
            )
            entries.update { $0.append(entry) }
        }
    }
}
