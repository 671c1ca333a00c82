import TerminalUI

extension TailView {
    /// What is shown while paused. The log itself continues to grow.
    struct Paused: Sendable {
        /// The log at the time of the pause.
        let log: TailLog
        /// The time of the pause, in milliseconds since 1970-01-01 00:00 UTC.
        let epochMilliseconds: Int64
        /// The strip of all messages at the time of the pause.
        let strip: TailHistogram
    }

    /// Where a message is scrolled to.
    struct Position: Sendable {
        var scroll = ScrollState()
        var column = 0
    }

    /// The rows of the selected message. They are kept until one of their inputs changes.
    struct Body: Sendable {
        struct Key: Sendable, Hashable {
            let id: Int
            let format: BodyFormat
            let width: Int
            let wraps: Bool
        }

        let key: Key
        /// The number of requested rows.
        let maximumRows: Int
        let lines: [StyledLine]
        /// Whether the rows are complete.
        let isComplete: Bool
        /// The width of the longest row in columns.
        let width: Int

        init(_ key: Key, _ entry: TailEntry, maximumRows: Int) {
            let body = MessageBody(entry, format: key.format, width: key.width, wraps: key.wraps, maximumRows: maximumRows)
            self.key = key
            self.maximumRows = maximumRows
            lines = body.lines
            isComplete = body.isComplete
            width = body.lines.reduce(0) { max($0, $1.width) }
        }
    }
}
