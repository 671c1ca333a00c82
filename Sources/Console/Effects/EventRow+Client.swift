import NATS
import Roulette
import TerminalUI

extension EventRow {
    /// What the client reports, as the event log has it.
    init(_ event: RouletteEvent) {
        let cluster = event.connection?.cluster.index
        let connection = event.connection.map { SafeText("\(untrusted: $0.role.rawValue) \($0.slot)") }
        func row(_ kind: Kind, _ severity: Severity, _ detail: SafeText, unconfirmed: UInt64 = 0) -> EventRow {
            EventRow(kind, severity, cluster: cluster, connection: connection, detail: detail, unconfirmed: unconfirmed)
        }
        self =
            switch event.detail {
            case .connection(.connected(let server)):
                row(.connected, .info, "\(untrusted: server.name) \(untrusted: server.version)")
            case .connection(.disconnected(let cause, let unconfirmed)):
                row(.lost, .error, "\(untrusted: cause.message)", unconfirmed: unconfirmed)
            case .connection(.reconnecting(_, _, let cause)):
                row(.retrying, .warning, "\(untrusted: cause.message)")
            case .connection(.serverError(let error)), .connection(.internalError(let error)):
                row(.serverError, .error, "\(untrusted: error.message)")
            case .connection(.credentialsInPlaintext(let address)):
                row(
                    .note,
                    .error,
                    "the login was sent to \(untrusted: address.description) without encryption, and a third party can read it; use TLS, "
                        + "or set allow_plaintext_credentials = true if that is meant"
                )
            case .connection(.lameDuck):
                row(.lameDuck, .warning, "the server is going to stop and asks its clients to leave")
            case .connection(.moved(let server, let unconfirmed, let duplicates)):
                row(
                    .connected,
                    .info,
                    duplicates == 0
                        ? "moved to \(untrusted: server.name) \(untrusted: server.version)"
                        : "moved to \(untrusted: server.name), up to \(duplicates) messages came twice",
                    unconfirmed: unconfirmed
                )
            case .connection(.moveFailed(let cause, let duplicates)):
                row(
                    .retrying,
                    .warning,
                    "the move failed, up to \(duplicates) messages came twice: \(untrusted: cause.message)"
                )
            case .drained(let report):
                row(
                    .closed,
                    report.isComplete ? .info : .error,
                    report.isComplete
                        ? "drained"
                        : "drained in part: \(report.undelivered) messages not taken, \(report.unsentMessages) never sent, "
                            + "\(report.unconfirmed) not confirmed, \(report.refused) refused"
                )
            case .connection(.closed(let unsent)):
                row(.closed, unsent > 0 ? .error : .info, unsent > 0 ? ", \(unsent) messages never left" : "")
            case .slowConsumer(let pattern):
                row(.slowConsumer, .warning, "\(untrusted: pattern): messages come faster than they are taken, some are dropped")
            case .slowConsumerRecovered(let pattern, let dropped):
                row(.slowConsumer, .info, "\(untrusted: pattern): messages are taken fast enough again, \(dropped) were dropped")
            case .subscriptionInterrupted(let pattern, let cause):
                row(.interrupted, .warning, "\(untrusted: pattern) misses messages: \(untrusted: cause.message)")
            case .subscriptionResumed(let pattern, let missed):
                row(
                    .resumed,
                    .info,
                    "\(untrusted: pattern) is complete again, it missed what came in \(SafeText.duration(missed.duration))"
                )
            case .topicBreaksElixir(let topic):
                row(
                    .serverError,
                    .warning,
                    "\(untrusted: topic) is not ASCII: programs on Roulette 1.0.5 (Elixir) that receive it lose their connection"
                )
            case .missedEvents(let count):
                row(.missed, .warning, "\(count) events came too fast and are missing here")
            }
    }
}
