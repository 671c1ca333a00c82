import TerminalUI

/// A message to the operator, shown in the bottom row.
struct Notice: Sendable, Hashable {
    /// The time for which a notice is shown, from the first tick after it was drawn.
    static let lifetime: Duration = .seconds(8)

    let severity: EventRow.Severity
    let text: SafeText

    static func info(_ text: SafeText) -> Notice { Notice(severity: .info, text: text) }
    static func warning(_ text: SafeText) -> Notice { Notice(severity: .warning, text: text) }
    static func error(_ text: SafeText) -> Notice { Notice(severity: .error, text: text) }
}
