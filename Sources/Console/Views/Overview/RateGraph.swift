import Settings
import TerminalUI

/// The graph of a rate: an area for each cluster, or their sum if there are too many clusters for different colors. It holds the
/// scale and the visible values; ``GraphZoom`` chooses the time.
struct RateGraph: Sendable {
    /// What the graph shows.
    enum Figure: Sendable {
        case messages, bytes
    }

    /// The maximum number of clusters with an area each.
    static var maximumAreas: Int { ThemeRole.clusters.count }

    let figure: Figure
    private var scale = GraphScale()
    private var shown: Shown?

    /// What the scale belongs to.
    private struct Shown: Sendable {
        let columns: Int
        let step: GraphZoom.Step
        /// The values of each cluster, the newest last.
        let series: [[Double?]]

        var seconds: Int { Int(step.secondsPerColumn * Double(columns)) }
    }

    init(_ figure: Figure) {
        self.figure = figure
    }

    /// The area of the graph inside its pane, without the legend.
    static func plot(in rect: Rect) -> Rect { inside(rect).droppingTop(1) }

    private static func inside(_ rect: Rect) -> Rect { rect.inset(horizontal: 2, vertical: 1) }

    /// Returns the number of columns for values in a pane.
    static func columns(in rect: Rect) -> Int { AreaGraph.columns(inWidth: plot(in: rect).width) }

    /// Adapts the scale to the visible values. Called once before each frame.
    mutating func refresh(_ data: DashboardData, zoom: GraphZoom, pane: Rect) {
        let columns = Self.columns(in: pane)
        guard columns > 0, !pane.isEmpty else { return }
        let step = zoom.step(columns: columns, samples: data.traffic.sampleCount)
        let series = data.clusters.map { values(data.traffic(of: $0.id), step, columns) }
        let peak = AreaGraph.peak(of: series, columns: columns)
        // Another time has other values, so the scale need not be steady.
        if let shown, shown.columns == columns, shown.step == step {
            scale.update(peak: peak, at: data.now.uptime)
        } else {
            scale.reset(peak: peak)
        }
        shown = Shown(columns: columns, step: step, series: series)
    }

    private func values(_ traffic: ClusterTraffic, _ step: GraphZoom.Step, _ columns: Int) -> [Double?] {
        switch figure {
        case .messages:
            let output = step.values(traffic.rateOut, columns: columns)
            return zip(step.values(traffic.rateIn, columns: columns), output).map { input, output in
                input.map { $0 + (output ?? 0) }
            }
        case .bytes: return step.values(traffic.byteRateIn, columns: columns)
        }
    }

    private func newest(_ traffic: ClusterTraffic) -> Double {
        switch figure {
        case .messages: traffic.rateIn.current + traffic.rateOut.current
        case .bytes: traffic.byteRateIn.current
        }
    }

    // MARK: Drawing

    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        guard let shown else { return }
        buffer.drawBox(
            rect,
            title: title,
            note: note(data, seconds: shown.seconds),
            style: data.theme[.border],
            titleStyle: data.theme[.title]
        )
        let inside = Self.inside(rect)
        guard inside.height >= 2 else { return }
        let (areas, labels) = areas(data, shown)
        let graph = AreaGraph(
            areas,
            top: scale.top,
            timeAxis: TimeAxis(secondsPerColumn: shown.step.secondsPerColumn),
            axisStyle: data.theme[.muted]
        )
        graph.draw(into: &buffer, in: Self.plot(in: rect))
        drawLegend(labels, of: graph, data, into: &buffer, in: inside.row(0))
    }

    private var title: SafeText {
        switch figure {
        case .messages: "Messages per second"
        case .bytes: "Bytes per second, received"
        }
    }

    private func format(_ value: Double) -> SafeText {
        switch figure {
        case .messages: .count(value)
        case .bytes: .bytes(value)
        }
    }

    private func note(_ data: DashboardData, seconds: Int) -> SafeText {
        if let outage = data.outage { return "as of \(SafeText.duration(outage)) ago" }
        let keys = [KeyAction.zoomIn, .zoomOut].compactMap { data.keys.key(for: $0) }.joined(separator: " ")
        let time = SafeText.duration(.seconds(seconds))
        return keys.isEmpty ? time : "\(time)  \(keys)"
    }

    /// Returns the areas with their names and current values.
    private func areas(
        _ data: DashboardData,
        _ shown: Shown
    ) -> (areas: [AreaGraph.Area], labels: [(name: SafeText, value: Double, style: Style)]) {
        let isOld = data.outage != nil
        let series = shown.series
        let current = data.clusters.map { newest(data.traffic(of: $0.id)) }
        guard data.clusters.count <= Self.maximumAreas else {
            let sums = (0..<shown.columns).reversed().map { age -> Double? in
                let values = series.compactMap { $0.count > age ? $0[$0.count - 1 - age] : nil }
                return values.isEmpty ? nil : values.reduce(0, +)
            }
            let role: ThemeRole = isOld ? .muted : .graphIn
            let area = AreaGraph.Area(sums, shades: data.theme.shades(of: role))
            return ([area], [("all \(data.clusters.count) clusters", current.reduce(0, +), data.theme[role])])
        }
        let areas = zip(data.clusters, series).map { cluster, values in
            AreaGraph.Area(
                values,
                shades: isOld ? data.theme.shades(of: .muted) : data.theme.clusterShades(cluster.id),
                asciiMark: SafeText(number: (cluster.id + 1) % 10)
            )
        }
        let labels = zip(data.clusters, current).map { cluster, value in
            (data.deployment.clusterName(cluster.id), value, isOld ? data.theme[.muted] : data.theme.cluster(cluster.id))
        }
        return (areas, labels)
    }

    /// Draws the names of the areas with their current values. A name that does not fit is left out with those after it.
    private func drawLegend(
        _ labels: [(name: SafeText, value: Double, style: Style)],
        of graph: AreaGraph,
        _ data: DashboardData,
        into buffer: inout CellBuffer,
        in rect: Rect
    ) {
        var x = rect.x
        for (index, label) in labels.enumerated() {
            let value = format(label.value)
            guard x + 2 + label.name.width + 1 + value.width <= rect.right else { return }
            graph.drawMark(of: index, at: Point(x: x, y: rect.y), into: &buffer, clip: rect)
            x += 2
            x += buffer.write(label.name, at: Point(x: x, y: rect.y), style: label.style, clip: rect) + 1
            x += buffer.write(value, at: Point(x: x, y: rect.y), style: data.theme[.muted], clip: rect) + 2
        }
        let total = SafeText("total \(format(labels.reduce(0) { $0 + $1.value }))")
        guard labels.count > 1, x + total.width <= rect.right else { return }
        let place = Rect(x: x, y: rect.y, width: rect.right - x, height: 1)
        buffer.write(total, in: place, style: data.theme[.text], alignment: .right)
    }
}
