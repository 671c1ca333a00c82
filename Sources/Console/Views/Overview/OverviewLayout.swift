import TerminalUI

/// The areas of the panes of the Overview.
struct OverviewLayout {
    /// What there is to show.
    struct Contents {
        /// The number of clusters.
        var clusters = 0
        /// The number of clusters with a reason why they have a problem.
        var reasons = 0
        /// The number of lines of the incidents.
        var incidents = 0
        /// Whether an incident is open, or has ended lately.
        var hasNews = false
        /// Whether topics have traffic.
        var hasTopics = false
    }

    let clusters: Rect
    /// Empty if there is no space.
    private(set) var graph = Rect.zero
    /// A second graph; empty if there is no space.
    private(set) var secondGraph = Rect.zero
    /// The hottest topics; empty if there is no space.
    private(set) var topics = Rect.zero
    /// Empty if there is no space.
    private(set) var incidents = Rect.zero
    /// Whether a cluster with a problem has a second row with the reason.
    let showsReasons: Bool
    /// The number of rows for clusters, without frame and header.
    var clusterRows: Int { ListPane(clusters).rows }

    /// The pane of the incidents, which has a frame from three rows on.
    var incidentPane: Pane { Pane(incidents, leastHeight: 3) }

    /// The minimum width for graph and topics beside each other.
    private static let sideBySide = 100
    /// The minimum height of a graph.
    private static let leastGraph = 7
    /// The minimum height of two graphs, one below the other.
    private static let leastTwoGraphs = 26
    /// The minimum height of a list with a frame.
    private static let leastList = 3

    init(_ contents: Contents, in rect: Rect) {
        let isSmall = rect.width < Pane.leastFramed.width || rect.height < 14
        showsReasons = !isSmall || ListPane(rect).rows >= contents.clusters + contents.reasons
        let rows = contents.clusters + (showsReasons ? contents.reasons : 0)
        // Two rows are for the frame and one for the header.
        let wanted = max(rows + 3, Pane.leastFramed.height)
        guard !isSmall, rect.height >= Pane.leastFramed.height + Self.leastList else {
            clusters = rect
            return
        }
        let isWide = rect.width >= Self.sideBySide
        // On a narrow screen one list is below the graph: the incidents, if there is something new, or the topics.
        let showsIncidents = isWide || contents.hasNews || !contents.hasTopics
        let most = max(Self.leastList, isWide ? rect.height / 4 : rect.height / 3)
        let list = showsIncidents ? min(max(1, contents.incidents) + 2, most) : min(8, most + 1)
        // The clusters have at least half of the space, and a graph that does not fit is left out.
        let rest = rect.height - list
        let hasGraph = rest - min(wanted, rest / 2) >= Self.leastGraph
        let height = hasGraph ? min(wanted, max(rest - Self.leastGraph, rest / 2)) : min(wanted, rest)
        clusters = Rect(x: rect.x, y: rect.y, width: rect.width, height: hasGraph ? height : rest)
        let below = rect.droppingTop(clusters.height)
        let bottom = below.droppingTop(below.height - list)
        if showsIncidents { incidents = bottom } else { topics = bottom }
        guard hasGraph else { return }
        let middle = below.droppingBottom(list)
        guard isWide, contents.hasTopics else {
            graph = middle
            return
        }
        let parts = Layout(.horizontal, [.fill(11), .fill(10)]).split(middle)
        topics = parts[1]
        guard middle.height >= Self.leastTwoGraphs else {
            graph = parts[0]
            return
        }
        let graphs = Layout(.vertical, [.fill(), .fill()]).split(parts[0])
        (graph, secondGraph) = (graphs[0], graphs[1])
    }
}
