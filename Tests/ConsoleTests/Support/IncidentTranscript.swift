import TerminalUI

@testable import Console

/// The events and states of a deployment in their order, at seconds of the uptime.
struct IncidentTranscript {
    var log = IncidentLog()

    private func moment(_ second: Double) -> Moment {
        Moment(uptime: .seconds(second), epochSeconds: 1_700_000_000 + Int64(second), utcOffset: 0)
    }

    mutating func event(_ second: Double, _ row: EventRow) {
        log.record(row, at: moment(second))
    }

    mutating func lost(
        _ second: Double,
        _ connection: ConnectionRow.ID,
        of cluster: Int = 0,
        _ cause: SafeText = "connection reset by peer",
        unconfirmed: UInt64 = 0
    ) {
        event(
            second,
            EventRow(
                .lost,
                .error,
                cluster: cluster,
                connection: connection.of(cluster),
                detail: cause,
                unconfirmed: unconfirmed
            )
        )
    }

    mutating func connected(_ second: Double, _ connection: ConnectionRow.ID, of cluster: Int = 0, to server: SafeText) {
        var row = EventRow(.connected, .info, cluster: cluster, connection: connection.of(cluster), detail: "\(server) 2.10.22")
        row.server = server
        event(second, row)
    }

    mutating func missed(_ second: Double, _ pattern: SafeText, _ duration: Duration, of cluster: Int = 0) {
        let trace = IncidentTrace.missed(pattern: pattern, duration)
        event(second, EventRow(.resumed, .info, cluster: cluster, detail: "\(pattern) is complete again", trace: trace))
    }

    mutating func symptom(_ second: Double, _ text: SafeText, of cluster: Int = 0) {
        event(second, EventRow(.note, .error, cluster: cluster, detail: text, trace: .symptom))
    }

    mutating func lameDuck(_ second: Double, _ server: SafeText) {
        let trace = IncidentTrace.leaving(server: server, isShutDown: false)
        event(second, EventRow(.lameDuck, .warning, cluster: 0, detail: "\(server) is shutting down", trace: trace))
    }

    mutating func shutDown(_ second: Double, _ server: SafeText) {
        let trace = IncidentTrace.leaving(server: server, isShutDown: true)
        event(second, EventRow(.lameDuck, .warning, cluster: 0, detail: "\(server) shut down", trace: trace))
    }

    mutating func state(_ second: Double, _ change: (inout Trouble) -> Void = { _ in }) {
        var trouble = Trouble()
        change(&trouble)
        log.update(trouble, at: moment(second))
    }

    /// Reports the same state once a second.
    mutating func states(_ seconds: ClosedRange<Int>, _ change: (inout Trouble) -> Void = { _ in }) {
        for second in seconds { state(Double(second), change) }
    }

    /// Each incident as its state and its text, the oldest first.
    func lines(at second: Double) -> [String] {
        log.incidents.map { incident in
            let text = IncidentText(incident, at: .seconds(second)).full
            return "\(incident.stateText(at: .seconds(second)).plain) | \(text.plain)"
        }
    }
}
