import Settings
import TerminalUI

/// How the time of a message is shown.
enum TailTime: Sendable, Hashable, CaseIterable {
    /// The time of day.
    case clock
    /// The time since the message.
    case age
    /// The time since the message in the row before.
    case distance

    /// The style after this one.
    var next: TailTime {
        switch self {
        case .clock: .age
        case .age: .distance
        case .distance: .clock
        }
    }
}

/// The columns of the messages.
enum TailColumn: TableColumn {
    case time, cluster, topic, message

    var definition: ColumnDefinition<Self> {
        switch self {
        case .time:
            .init(heading: { $0.timeHeading }, width: { $0.timeWidth }, alignment: .right) { row, context in
                .figure(context.time(of: row), style: context.table.theme[.muted])
            }
        case .cluster:
            .init(
                "CLUSTER",
                width: { .fixed(min(12, max(7, $0.table.clusterNameWidth)), importance: 60) }
            ) { row, context in context.table.cluster(row.entry.cluster) }
        case .topic:
            .init("TOPIC", width: { .flexible(minimum: min($0.least, $0.topicWidth), ideal: $0.topicWidth) }) { row, _ in
                .text(Self.topic(row.entry))
            }
        case .message:
            .init("MESSAGE", width: { .fill(minimum: $0.least, importance: 90) }) { row, context in
                let text = SafeText(untrustedBytes: row.entry.payload, maximumBytes: Self.previewBytes)
                guard context.firstColumn > 0 else { return .text(text) }
                return .text(text.columnsInRange(min(context.firstColumn, text.width)..<text.width))
            }
        }
    }

    /// A message and the message in the row before.
    struct Row {
        let entry: TailEntry
        let previous: TailEntry?
    }

    struct Context {
        let table: TableContext
        let time: TailTime
        /// The width of the topics. The messages have the rest.
        let topicWidth: Int
        /// The number of columns that the messages are scrolled to the right.
        let firstColumn: Int

        fileprivate var least: Int { table.width < 30 ? 6 : 12 }
    }

    static func topic(_ entry: TailEntry) -> SafeText { SafeText(untrustedBytes: entry.topic, maximumBytes: 512) }

    /// The maximum number of payload bytes for the preview in the list.
    static let previewBytes = 512
}

extension TailColumn.Context {
    fileprivate var timeHeading: SafeText {
        switch time {
        case .clock: "TIME"
        case .age: "AGE"
        case .distance: "AFTER"
        }
    }

    fileprivate var timeWidth: Constraint {
        time == .clock ? .flexible(minimum: 8, ideal: 12, importance: 70) : .fixed(8, importance: 70)
    }

    /// Returns the time of a message, followed by a shorter form.
    fileprivate func time(of row: TailColumn.Row) -> [SafeText] {
        let now = table.data.now
        switch time {
        case .clock:
            return [
                .clock(epochMilliseconds: row.entry.epochMilliseconds, offset: now.utcOffset),
                .clock(epochSeconds: row.entry.epochMilliseconds / 1000, offset: now.utcOffset),
            ]
        case .age: return [.duration(.milliseconds(max(0, now.epochMilliseconds - row.entry.epochMilliseconds)))]
        case .distance:
            guard let previous = row.previous else { return [table.glyphs.missing] }
            let distance = max(0, row.entry.epochMilliseconds - previous.epochMilliseconds)
            return ["+\(SafeText.duration(.milliseconds(distance)))"]
        }
    }
}
