import TerminalUI

/// How the panes of the Overview share the screen.
struct OverviewLayout {
    let clusters: Rect
    /// Empty where there is no room.
    let graph: Rect
    /// Empty where there is no room.
    let events: Rect
    /// Whether a cluster that is not up has a second row for the reason.
    let showsReasons: Bool
    /// Rows for clusters, without frame and header.
    let clusterRows: Int

    /// The narrowest screen on which graph and events are side by side.
    private static let sideBySide = 100
    /// The least rows that graph and events are worth drawing in.
    private static let leastPane = Pane.leastFramed.height

    init(_ data: DashboardData, shown: [ClusterRow], in rect: Rect) {
        let isSmall = rect.width < 60 || rect.height < 14
        showsReasons = !isSmall
        let rows = shown.count + (showsReasons ? shown.count { $0.reason != nil } : 0)
        // Two rows of frame and one of header.
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
            // Where there is room for one, events matter more than the graph.
            (graph, events) = (.zero, rest)
        }
    }
}
