import NATSWire
import NIOCore

@testable import RouletteNATS

/// Records the calls of a subscription. `@unchecked Sendable`: used only on the thread of the test, like the embedded event loop.
final class RecordingSink: MessageSink, @unchecked Sendable {
    private(set) var bodies: [String] = []
    /// The silence of each interruption.
    private(set) var interruptions: [Duration] = []
    private(set) var resumptions = 0
    private(set) var ends: [NATSError?] = []

    /// Whether the last interruption has not been resumed.
    var isInterrupted: Bool { interruptions.count > resumptions }

    func deliver(_ messages: [WireMessage]) {
        bodies += messages.map { String(buffer: $0.payload) }
    }
    func interrupted(_ cause: NATSError, silence: Duration) { interruptions.append(silence) }
    func resumed() { resumptions += 1 }
    func end(_ error: NATSError?) { ends.append(error) }
}

/// Records the events of a driver, in a few words each. `@unchecked Sendable`: used only on the thread of the test.
final class Transcript: @unchecked Sendable {
    private(set) var lines: [String] = []
    private(set) var causes: [NATSError] = []
    private(set) var duplicates: UInt64 = 0
    private(set) var unconfirmed: UInt64 = 0

    func record(_ event: NATSEvent) {
        switch event {
        case .internalError(let error): lines.append("internal error: \(error)")
        case .connected(let server): lines.append("connected \(server.name)")
        case .disconnected(let cause, let unconfirmed):
            lines.append("disconnected")
            causes.append(cause)
            self.unconfirmed += unconfirmed
        case .reconnecting(let attempt, let delay, let cause):
            lines.append(delay == .zero ? "connecting at once, attempt \(attempt)" : "waiting")
            causes.append(cause)
        case .serverError(let error):
            lines.append("server error")
            causes.append(error)
        case .credentialsInPlaintext(let address): lines.append("login in plain text to \(address)")
        case .lameDuck: lines.append("lame duck")
        case .moved(let server, let unconfirmed, let duplicates):
            lines.append("moved \(server.name)")
            self.unconfirmed += unconfirmed
            self.duplicates += duplicates
        case .moveFailed(_, let duplicates):
            lines.append("move failed")
            self.duplicates += duplicates
        case .closed: lines.append("closed")
        }
    }
}

extension ConnectionDriver {
    /// Subscribes on the event loop of a test.
    @discardableResult
    func subscribe(_ subject: Subject, _ sink: RecordingSink, endsWithConnection: Bool = false) throws -> UInt64 {
        try subscribe(
            subject,
            queueGroup: nil,
            maxMessages: nil,
            endsWithConnection: endsWithConnection,
            sink: sink,
            onWire: Waiter()
        ).sid
    }

    /// Publishes on the event loop of a test.
    func publish(_ text: String, to subject: Subject) {
        Array(text.utf8).withUnsafeBytes { bytes in
            _ = outbound.append(subject: subject, reply: nil, headers: nil, payload: bytes)
        }
        flush()
    }
}
