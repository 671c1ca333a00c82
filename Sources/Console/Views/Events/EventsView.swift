import Settings
import TerminalUI

/// `7` opens the list of events, the newest first.
struct EventsView: ConsoleView {
    static let opening = KeyAction.events
    static let title: SafeText = "Events"
    static let scope = KeyAction.Scope.events
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.severity, "severity"), (.open, "detail"), (.nextPane, "pane"),
    ]

    /// The filter for text, cluster and severity.
    var filter = ""
    /// The minimum severity of the events to show.
    private(set) var severity = EventRow.Severity.info
    private(set) var list = ListState<Int>()
    private(set) var parts = ListDetail<Int>(showsDetail: false)
    /// The events that are shown, the newest first.
    private(set) var rows: [EventRow] = []
    private var height = 1

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        if action == .open, list.selection == nil { _ = list.handle(.first, in: rows.map(\.id), height: height) }
        if parts.handle(action) { return .handled }
        switch action {
        case .severity: severity = severity.next
        case .back where filter.isEmpty && severity != .info: severity = .info
        // Return to the newest event.
        case .back where filter.isEmpty: list.reset()
        default: return list.handle(action, in: rows.map(\.id), height: height) ? .handled : .ignored
        }
        return .handled
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        list.select(position: row, in: rows.map(\.id), height: height)
    }

    mutating func focus(pane: Int) { parts.focus(pane == 1 ? .detail : .list) }

    // MARK: Rows

    mutating func refresh(_ data: DashboardData, size: Size) {
        parts.refresh(size: size)
        let layout = parts.layout(in: Rect(size))
        height = max(1, ListPane(layout.list).rows)
        rows = shown(data)
        list.update(rows.map(\.id), height: height, selectsFirst: false)
        parts.refresh(selected: list.selection, lines: details(data, width: Pane(layout.detail).inside.width))
    }

    /// Returns the events to show, the newest first.
    private func shown(_ data: DashboardData) -> [EventRow] {
        let rows = data.events.rows.reversed().filter { $0.severity >= severity }
        guard !filter.isEmpty else { return rows }
        return rows.filter { row in
            let cluster = row.cluster.map { data.deployment.clusterName($0) } ?? .empty
            return [row.text, cluster, row.severity.word].contains { !$0.columns(matching: filter).isEmpty }
        }
    }

    /// Returns the details of the selected event, or of the newest one if none is selected.
    private func details(_ data: DashboardData, width: Int) -> [StyledLine] {
        guard width > 0, let row = rows.first(where: { $0.id == list.selection }) ?? rows.first else { return [] }
        var text = DetailText(width: width)
        let time = SafeText.clock(epochSeconds: row.epochSeconds, offset: data.now.utcOffset)
        text.add("time", row.count == 1 ? time : "\(time), the last of \(row.count) times")
        text.add("severity", row.severity.word, row.severity.role)
        if let cluster = row.cluster { text.add("cluster", data.deployment.clusterName(cluster)) }
        if let connection = row.connection { text.add("connection", connection.label) }
        text.blank()
        text.note(row.text, .text)
        return text.lines
    }
}

extension EventRow.Severity: Comparable {
    static func < (one: Self, other: Self) -> Bool { one.rank < other.rank }

    private var rank: Int {
        switch self {
        case .info: 0
        case .warning: 1
        case .error: 2
        }
    }

    /// The next filter: all events, warnings and errors, errors only, then all events again.
    fileprivate var next: Self {
        switch self {
        case .info: .warning
        case .warning: .error
        case .error: .info
        }
    }
}
