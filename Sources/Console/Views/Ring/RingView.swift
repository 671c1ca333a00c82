import ConsistentHashing
import Settings
import TerminalUI

/// `5` shows the distribution of keys and traffic over the clusters, and the hottest topics.
struct RingView: ConsoleView {
    static let opening = KeyAction.ring
    static let title: SafeText = "Ring"
    static let scope = KeyAction.Scope.everywhere
    static let actions: [(action: KeyAction, label: SafeText)] = []

    /// The filter for the hottest topics.
    var filter = ""
    private(set) var figures = RingFigures()
    /// The hottest topics that match the filter, as rows of the snapshot.
    private(set) var shown: [Int] = []
    /// The list. Rows are identified by the serial numbers of their topics.
    private(set) var list = ListState<Int>()
    /// The main owner of each part of the ring, one part for each column.
    private(set) var strip = RingStrip()
    private var height = 1
    private var snapshot = -1

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        if action == .back, filter.isEmpty, data.routedTopic != nil {
            data.routedTopic = nil
            return .handled
        }
        return list.handle(action, in: serials(data), height: height) ? .handled : .ignored
    }

    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        list.select(position: row, in: serials(data), height: height)
    }

    func selectedTopic(_ data: DashboardData) -> String? {
        if let routed = data.routedTopic { return routed }
        guard let index = list.index, shown.indices.contains(index), data.traffic.topics.indices.contains(shown[index]) else {
            return nil
        }
        return String(validating: data.traffic.topics[shown[index]].bytes, as: UTF8.self)
    }

    mutating func refresh(_ data: DashboardData, size: Size) {
        // Searching 100,000 topics for each frame would be too slow.
        if snapshot != data.traffic.id || figures.shares.count != data.clusters.count {
            figures = RingFigures(data)
            snapshot = data.traffic.id
        }
        let wanted = ASCIIFolded(filter)
        shown = filter.isEmpty ? figures.hottest : figures.hottest.filter { wanted.occurs(in: data.traffic.topics[$0].bytes) }
        let layout = RingLayout(Rect(size), clusters: data.clusters.count)
        height = max(1, ListPane(layout.topics).rows)
        strip.update(data.deployment.ring, columns: layout.strip.width)
        list.update(serials(data), height: height)
    }

    private func serials(_ data: DashboardData) -> [Int] {
        // The snapshot may be newer than the figures and have fewer rows. The next refresh corrects this before a frame is drawn.
        shown.map { data.traffic.topics.indices.contains($0) ? data.traffic.topics[$0].serial : 0 }
    }
}

/// The ring as a row of cells. Each cell shows the cluster that owns most of its part.
struct RingStrip: Sendable {
    private(set) var owners: [Int] = []
    private var fingerprint = ""

    /// Computes the owners, if the ring or the width has changed.
    mutating func update(_ ring: HashRing, columns: Int) {
        guard columns != owners.count || ring.fingerprint != fingerprint else { return }
        fingerprint = ring.fingerprint
        owners =
            columns > 0
            ? ring.shares(inParts: columns).map { part in part.indices.max { part[$0] < part[$1] } ?? 0 }
            : []
    }
}

/// The areas of the Ring view.
struct RingLayout {
    let clusters: Rect
    let topics: Rect
    /// The area of the programs; empty if there is no space.
    let fleet: Rect
    /// The row of the strip, inside the pane of the clusters; empty if there is no space.
    let strip: Rect
    /// The rows below the strip, for the position and the route of the topic.
    let route: Rect
    /// The row of the totals.
    let summary: Rect
    /// The rows of the clusters, with their header.
    let table: Rect

    init(_ rect: Rect, clusters count: Int) {
        // The rows of the frame, the header, the clusters, the totals, the strip, the mark below it, and two rows for the route.
        let wanted = count + 8
        let hasStrip = rect.height >= 14 && rect.width >= 40
        let height = hasStrip ? min(wanted, max(10, rect.height * 2 / 3)) : min(rect.height, count + 4)
        let isAlone = rect.height - height < 4
        clusters = isAlone ? rect : Rect(x: rect.x, y: rect.y, width: rect.width, height: height)
        let below = isAlone ? .zero : rect.droppingTop(height)
        // The programs are beside the topics. `:fleet` shows them on a smaller screen.
        let fleetWidth = below.width >= 100 && below.height >= 8 ? below.width * 9 / 20 : 0
        topics = Rect(x: below.x, y: below.y, width: below.width - fleetWidth, height: below.height)
        fleet = fleetWidth == 0 ? .zero : Rect(x: topics.right, y: below.y, width: fleetWidth, height: below.height)
        let inside = Pane(clusters).inside
        let stripRows = hasStrip ? 4 : 0
        table = inside.droppingBottom(inside.height > count + 1 ? stripRows + 1 : 0)
        let rest = inside.droppingTop(table.height)
        summary = rest.row(0)
        strip = hasStrip ? rest.row(1) : .zero
        route = hasStrip ? rest.droppingTop(2) : .zero
    }
}
