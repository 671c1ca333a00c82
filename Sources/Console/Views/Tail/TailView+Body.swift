import TerminalUI

extension TailView {
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
