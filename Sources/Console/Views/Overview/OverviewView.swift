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
    /// How long an incident is news after it ended.
    private static let newsTime: Duration = .seconds(600)

    /// The filter for name, address and state of the clusters, and for the incidents.
    var filter = ""
    var clusters = ListState<Int>()
    private(set) var incidents = IncidentList()
    private(set) var focus = Focus.clusters
    private(set) var graph = RateGraph(.messages)
    private(set) var secondGraph = RateGraph(.bytes)
    private(set) var zoom = GraphZoom()
    private(set) var figures = RingFigures()
    /// The number of the sample that the figures belong to.
    private var sample = -1
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
            let columns = layout.map { RateGraph.columns(in: $0.graph) } ?? 0
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
        if clusters.handle(action, in: shown(data).map(\.id), height: layout?.clusterRows ?? 1) {
            hasSelected = true
            return .handled
        }
        guard action == .open else { return .ignored }
        return clusters.selection.map { .openConnections(cluster: $0) } ?? .handled
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        guard focus == .clusters else {
            guard let pane = layout?.incidentPane else { return false }
            return incidents.select(row: row, data, filter: filter, pane: pane)
        }
        hasSelected = true
        return clusters.select(position: row, in: shown(data).map(\.id), height: layout?.clusterRows ?? 1)
    }

    mutating func focus(pane: Int) {
        let hasIncidents = layout.map { !$0.incidents.isEmpty } ?? false
        focus = pane == 1 && hasIncidents ? .incidents : .clusters
    }

    // MARK: Rows

    mutating func refresh(_ data: DashboardData, size: Size) {
        // Searching 100,000 topics for each frame would be too slow, and rates change with each sample only.
        if sample != data.traffic.sampleNumber || figures.shares.count != data.clusters.count {
            figures = RingFigures(data)
            sample = data.traffic.sampleNumber
        }
        let layout = OverviewLayout(data, shown: shown(data), contents(data, width: size.width), in: Rect(size))
        self.layout = layout
        if layout.incidents.isEmpty { focus = .clusters }
        if !hasSelected { clusters.reset() }
        clusters.update(shown(data).map(\.id), height: max(1, layout.clusterRows))
        incidents.refresh(data, filter: filter, isFocused: focus == .incidents, pane: layout.incidentPane)
        graph.refresh(data, zoom: zoom, pane: layout.graph)
        secondGraph.refresh(data, zoom: zoom, pane: layout.secondGraph)
    }

    /// Returns what there is to show besides the clusters.
    func contents(_ data: DashboardData, width: Int) -> OverviewLayout.Contents {
        let now = data.now.uptime
        let inside = Pane(Rect(Size(width: width, height: Pane.leastFramed.height))).inside
        return OverviewLayout.Contents(
            incidents: incidents.lineCount(data, filter: filter, width: inside.width),
            hasNews: data.incidents.incidents.contains { incident in incident.ended.map { now - $0 < Self.newsTime } ?? true },
            hasTopics: !figures.hottest.isEmpty
        )
    }

    /// Returns the clusters that match the filter. Of many clusters, those with problems come first.
    func shown(_ data: DashboardData) -> [ClusterRow] {
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
