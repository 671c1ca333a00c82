import Settings
import TerminalUI

/// `1` opens the clusters with their states and traffic, the hottest topics, and the incidents.
struct OverviewView: ConsoleView {
    /// The list that the keys move in.
    enum Focus: Sendable {
        case clusters, incidents
    }

    static let opening = KeyAction.overview
    static let title: SafeText = "Overview"
    static let scope = KeyAction.Scope.overview
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.open, "open"), (.nextPane, "pane"), (.zoomIn, "zoom in"), (.zoomOut, "zoom out"),
    ]

    /// From this number of clusters on, those with problems come first.
    static let manyClusters = 9
    /// How long after its end an incident is news.
    private static let newsTime: Duration = .seconds(600)

    /// A cluster with the reason of its problem.
    struct Row: Sendable {
        let cluster: ClusterRow
        let reason: StyledLine?
    }

    /// The filter for name, address and state of the clusters, and for the incidents.
    var filter = ""
    /// The clusters that are shown.
    private(set) var rows: [Row] = []
    var clusters = ListState<Int>()
    private(set) var incidents = IncidentList()
    private(set) var focus = Focus.clusters
    private(set) var graph = RateGraph(.messages)
    private(set) var secondGraph = RateGraph(.bytes)
    private(set) var zoom = GraphZoom()
    private(set) var figures = RingFigures()
    /// The number of the snapshot that the figures belong to.
    private var snapshot = -1
    private(set) var contents = OverviewLayout.Contents()
    private var layout: OverviewLayout?
    /// Whether the operator selected a cluster. Until then the first row is selected, so that problems stay in view.
    private var hasSelected = false

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        switch action {
        case .nextPane, .previousPane:
            focus(pane: focus == .clusters ? 1 : 0)
            return .handled
        case .zoomIn, .zoomOut:
            guard let layout, hasGraph else { return .ignored }
            let columns = RateGraph.columns(in: layout.graph)
            _ = zoom.zoom(in: action == .zoomIn, columns: columns, samples: data.traffic.sampleCount)
            return .handled
        case .back where focus == .incidents:
            incidents.reset()
            focus = .clusters
            return .handled
        case .back where filter.isEmpty && (hasSelected || zoom.isChosen):
            zoom.reset()
            hasSelected = false
            return .handled
        default: break
        }
        if focus == .incidents {
            guard let pane = layout?.incidentPane else { return .ignored }
            return incidents.handle(action, data, filter: filter, pane: pane) ? .handled : .ignored
        }
        if clusters.handle(action, in: rows.map(\.cluster.id), height: layout?.clusterRows ?? 1) {
            hasSelected = true
            return .handled
        }
        guard action == .open else { return .ignored }
        return clusters.selection.map { .openConnections(cluster: $0) } ?? .handled
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        guard focus == .clusters else {
            guard let pane = layout?.incidentPane else { return false }
            return incidents.select(row: row, pane: pane)
        }
        hasSelected = true
        return clusters.select(position: row, in: rows.map(\.cluster.id), height: layout?.clusterRows ?? 1)
    }

    mutating func focus(pane: Int) {
        let hasIncidents = layout.map { !$0.incidents.isEmpty } ?? false
        focus = pane == 1 && hasIncidents ? .incidents : .clusters
    }

    /// Whether there is space for a graph.
    private var hasGraph: Bool { layout.map { !$0.graph.isEmpty } ?? false }

    func hints(_ data: DashboardData) -> [(action: KeyAction, label: SafeText)] {
        hasGraph ? Self.actions : Self.actions.filter { $0.action != .zoomIn && $0.action != .zoomOut }
    }

    // MARK: Rows

    mutating func refresh(_ data: DashboardData, size: Size) {
        // Searching 100,000 topics for each frame would be too slow. Each snapshot has other rows.
        if snapshot != data.traffic.id || figures.shares.count != data.clusters.count {
            figures = RingFigures(data)
            snapshot = data.traffic.id
        }
        rows = shown(data).map { Row(cluster: $0, reason: $0.reason) }
        let inside = Pane(Rect(Size(width: size.width, height: Pane.leastFramed.height))).inside
        incidents.refresh(data, filter: filter, width: inside.width)
        contents = contents(data)
        let layout = OverviewLayout(contents, in: Rect(size))
        self.layout = layout
        if layout.incidents.isEmpty { focus = .clusters }
        if !hasSelected { clusters.reset() }
        clusters.update(rows.map(\.cluster.id), height: max(1, layout.clusterRows))
        incidents.update(isFocused: focus == .incidents, pane: layout.incidentPane)
        graph.refresh(data, zoom: zoom, pane: layout.graph)
        secondGraph.refresh(data, zoom: zoom, pane: layout.secondGraph)
    }

    /// Returns what there is to show, by the lines of the incidents and the rows of the clusters.
    private func contents(_ data: DashboardData) -> OverviewLayout.Contents {
        let now = data.now.uptime
        return OverviewLayout.Contents(
            clusters: rows.count,
            reasons: rows.count { $0.reason != nil },
            incidents: incidents.lineCount,
            hasNews: data.incidents.incidents.contains { incident in incident.ended.map { now - $0 < Self.newsTime } ?? true },
            hasTopics: !figures.hottest.isEmpty
        )
    }

    /// Returns the clusters that match the filter. Of many clusters, those with problems come first.
    private func shown(_ data: DashboardData) -> [ClusterRow] {
        var rows = data.clusters
        if rows.count >= Self.manyClusters {
            rows.sort { ($1.urgency, $0.id) < ($0.urgency, $1.id) }
        }
        guard !filter.isEmpty else { return rows }
        return rows.filter { row in
            let texts = [data.deployment.clusterName(row.id), SafeText(untrusted: row.address), row.state.word, row.stateText]
            return texts.contains { !$0.columns(matching: filter).isEmpty }
        }
    }
}
