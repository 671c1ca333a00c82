import Roulette
import RouletteNATS
import TerminalUI

extension EventRow {
    /// Creates the row for an event of the client.
    init(_ event: RouletteEvent) {
        let cluster = event.cluster?.index
        let connection = event.connection.map { ConnectionRow.ID($0) }
        func row(
            _ kind: Kind,
            _ severity: Severity,
            _ detail: SafeText,
            unconfirmed: UInt64 = 0,
            trace: IncidentTrace? = nil
        ) -> EventRow {
            EventRow(
                kind,
                severity,
                cluster: cluster,
                connection: connection,
                detail: detail,
                unconfirmed: unconfirmed,
                trace: trace
            )
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
                    "the login was sent to \(untrusted: address.description) without encryption, and anyone on the network path "
                        + "can read it; use TLS, or set allow_plaintext_credentials = true if this is intended"
                )
            case .connection(.lameDuck):
                row(.lameDuck, .warning, "the server is shutting down (lame duck mode)")
            case .connection(.moved(let server, let unconfirmed, let duplicates)):
                row(
                    .moved,
                    unconfirmed > 0 ? .warning : .info,
                    duplicates == 0
                        ? "\(untrusted: server.name) \(untrusted: server.version)"
                        : "\(untrusted: server.name), up to \(Self.messages(duplicates)) received twice",
                    unconfirmed: unconfirmed
                )
            case .connection(.moveFailed(let cause, let duplicates)):
                row(
                    .retrying,
                    .warning,
                    "the move failed, up to \(Self.messages(duplicates)) received twice: \(untrusted: cause.message)"
                )
            case .drained(let report):
                row(
                    .note,
                    report.isComplete ? .info : .error,
                    report.isComplete
                        ? "drained"
                        : "drain incomplete: \(Self.messages(report.undelivered)) not delivered, \(report.unsentMessages) not sent, "
                            + "\(report.unconfirmed) not confirmed, \(report.refused) refused"
                )
            case .connection(.closed(let unsent)):
                row(.closed, unsent > 0 ? .error : .info, unsent > 0 ? "\(Self.messages(unsent)) not sent" : "")
            case .slowConsumer(let pattern):
                row(.slowConsumer, .warning, "\(untrusted: pattern): the consumer is too slow, messages are being dropped")
            case .slowConsumerRecovered(let pattern, let dropped):
                row(.slowConsumer, .info, "\(untrusted: pattern): the consumer keeps up again, dropped \(Self.messages(dropped))")
            case .subscriptionInterrupted(let pattern, let cause):
                row(
                    .interrupted,
                    .warning,
                    "\(untrusted: pattern) is interrupted and misses messages: \(untrusted: cause.message)"
                )
            case .subscriptionResumed(let pattern, let missed):
                row(
                    .resumed,
                    .info,
                    "\(untrusted: pattern) is complete again; messages published during "
                        + "\(SafeText.duration(missed.duration)) were missed",
                    trace: .missed(pattern: SafeText(untrusted: pattern, maximumBytes: 128), missed.duration)
                )
            case .topicBreaksElixir(let topic):
                row(
                    .serverError,
                    .warning,
                    "\(untrusted: topic) is not ASCII: programs with Roulette 1.0.5 (Elixir) that receive it lose their "
                        + "connection"
                )
            case .node(.joined(let label), _):
                row(.note, .info, "server \(untrusted: label) joined")
            case .node(.gone(let label), _):
                row(.note, .error, "server \(untrusted: label) is gone", trace: .symptom)
            case .node(.back(let label, let absence), _):
                row(.note, .info, "server \(untrusted: label) is back after \(SafeText.duration(absence))")
            case .identityAlarm(let alarm):
                row(.note, .error, "\(untrusted: alarm.description)", trace: .symptom)
            case .identityAlarmEnded(let alarm):
                row(.note, .info, "no longer: \(untrusted: alarm.description)")
            case .idleTimeout(let timeout, _):
                row(.note, .error, "\(untrusted: timeout.description)", trace: .symptom)
            case .canary(.began(let route), _):
                row(
                    .note,
                    .error,
                    "messages published on \(untrusted: route.from.name) are not received on \(untrusted: route.to.name)",
                    trace: .symptom
                )
            case .canary(.ended(let route, let duration, let isDelivered), _):
                row(
                    .note,
                    .info,
                    "messages published on \(untrusted: route.from.name) "
                        + (isDelivered
                            ? "are received on \(untrusted: route.to.name) again, after \(SafeText.duration(duration))"
                            : "were not received on \(untrusted: route.to.name) for \(SafeText.duration(duration)), until the "
                                + "last connection to one of them ended")
                )
            case .canaryRefused(_, let cause):
                row(.note, .warning, "no canary for this cluster: \(untrusted: cause.message)")
            case .missedEvents(let count):
                row(.missed, .warning, "events not shown because they arrived too fast: \(count)")
            }
        server = event.server.map { SafeText(untrusted: $0.name, maximumBytes: 64) }
    }

    private static func messages(_ count: some BinaryInteger) -> SafeText {
        .counted(count, "message")
    }
}
