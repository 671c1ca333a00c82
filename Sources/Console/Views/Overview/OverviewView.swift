import Settings
import TerminalUI

/// `1` opens the list of clusters with their states and traffic.
struct OverviewView: ConsoleView {
    static let opening = KeyAction.overview
    static let title: SafeText = "Overview"
    static let scope = KeyAction.Scope.everywhere
    static let actions: [(action: KeyAction, label: SafeText)] = [(.open, "connections")]

    /// The filter for name, address and state of the clusters.
    var filter = ""
    var clusters = ListState<Int>()
    private var height = 1

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        if clusters.handle(action, in: shown(data).map(\.id), height: height) { return .handled }
        guard action == .open else { return .ignored }
        return clusters.selection.map { .openConnections(cluster: $0) } ?? .handled
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        clusters.select(position: row, in: shown(data).map(\.id), height: height)
    }

    mutating func refresh(_ data: DashboardData, size: Size) {
        height = max(1, OverviewLayout(data, shown: shown(data), in: Rect(size)).clusterRows)
        clusters.update(shown(data).map(\.id), height: height)
    }

    /// Returns the clusters that match the filter.
    func shown(_ data: DashboardData) -> [ClusterRow] {
        guard !filter.isEmpty else { return data.clusters }
        return data.clusters.filter { row in
            let texts = [data.deployment.clusterName(row.id), SafeText(untrusted: row.address), row.state.word, row.stateText]
            return texts.contains { !$0.columns(matching: filter).isEmpty }
        }
    }
}
