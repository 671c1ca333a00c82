import TerminalUI

/// The areas of the panes of the Overview.
struct OverviewLayout {
    let clusters: Rect
    /// Empty if there is no space.
    let graph: Rect
    /// Empty if there is no space.
    let events: Rect
    /// Whether a cluster with a problem has a second row with the reason.
    let showsReasons: Bool
    /// The number of rows for clusters, without frame and header.
    let clusterRows: Int

    /// The minimum width for graph and events beside each other.
    private static let sideBySide = 100
    /// The minimum height of graph and events.
    private static let leastPane = Pane.leastFramed.height

    init(_ data: DashboardData, shown: [ClusterRow], in rect: Rect) {
        let isSmall = rect.width < 60 || rect.height < 14
        let reasons = shown.count { $0.reason != nil }
        showsReasons = !isSmall || ListPane(rect).rows >= shown.count + reasons
        let rows = shown.count + (showsReasons ? reasons : 0)
        // Two rows are for the frame and one for the header.
        let wanted = max(rows + 3, Pane.leastFramed.height)
        let isWide = rect.width >= Self.sideBySide
        let least = isSmall ? 0 : (isWide ? 1 : 2) * Self.leastPane
        let height =
            isSmall || rect.height - wanted < Self.leastPane
            ? rect.height : min(wanted, max(rect.height - least, rect.height / 2))
        clusters = Rect(x: rect.x, y: rect.y, width: rect.width, height: height)
        clusterRows = ListPane(clusters).rows
        let rest = rect.droppingTop(height)
        if isWide {
            let parts = Layout(.horizontal, [.fill(), .fill()]).split(rest)
            (graph, events) = (parts[0], parts[1])
        } else if rest.height >= 2 * Self.leastPane {
            let parts = Layout(.vertical, [.fill(), .fill()]).split(rest)
            (graph, events) = (parts[0], parts[1])
        } else {
            // If there is space for only one, the events are more important than the graph.
            (graph, events) = (.zero, rest)
        }
    }
}
