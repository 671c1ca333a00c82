import Settings
import TerminalUI

/// `7`: what happened, the newest first.
struct EventsView: ConsoleView {
    static let opening = KeyAction.events
    static let title: SafeText = "Events"
    static let scope = KeyAction.Scope.everywhere
    static let actions: [(action: KeyAction, label: SafeText)] = []

    var filter = ""
    private(set) var list = ListState<Int>()
    private var height = 1

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        if action == .back, filter.isEmpty {
            // Back to the newest, wherever the list was scrolled to.
            list.reset()
            return .handled
        }
        let ids = shown(data).map(\.id)
        return list.handle(action, in: ids, height: height) ? .handled : .ignored
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        list.select(position: row, in: shown(data).map(\.id), height: height)
    }

    mutating func refresh(_ data: DashboardData, size: Size) {
        // Two rows of frame, one of header.
        height = max(1, size.height - 3)
        list.update(shown(data).map(\.id), height: height, selectsFirst: false)
    }

    /// The events that the filter lets through, the newest first.
    func shown(_ data: DashboardData) -> [EventRow] {
        let rows = data.events.rows.reversed()
        guard !filter.isEmpty else { return Array(rows) }
        return rows.filter { row in
            let cluster = row.cluster.map { data.deployment.clusterName($0) } ?? .empty
            return [row.text, cluster, row.severity.word].contains { !$0.columns(matching: filter).isEmpty }
        }
    }
}
