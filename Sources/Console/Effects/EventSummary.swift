package import Roulette
package import TerminalUI

/// An event of the client in words, as the Events view shows it.
package struct EventSummary: Sendable {
    /// `info`, `warning` or `error`.
    package let severity: String
    /// The event in one line, with the connection.
    package let text: SafeText

    package init(_ event: RouletteEvent) {
        let row = EventRow(event)
        severity =
            switch row.severity {
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        text = row.text
    }
}
