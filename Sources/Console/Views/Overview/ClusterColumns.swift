import Settings
import TerminalUI

/// The columns of the cluster table. When the screen is narrow those of the lowest importance go first.
struct ClusterColumns {
    /// More than this many times its share of the ring is a hot cluster.
    private static let hotFactor = 1.5
    /// Below so many messages per second no share is worth a warning.
    private static let hotRate = 10.0

    private let data: DashboardData
    private let totalRate: Double

    init(_ data: DashboardData) {
        self.data = data
        totalRate = Rates(data).total
    }

    /// - Parameter width: Columns of the screen the table has; on a narrow one the state may be cut, so that a rate fits.
    func columns(width: Int) -> [Table.Column] {
        // Clusters without names go by their addresses, which often begin alike.
        let nameWidth = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        let leastName = width < 34 ? 5 : width < 60 ? 7 : max(7, min(nameWidth, 16))
        let leastState = width < 34 ? 8 : width < 60 ? 12 : 18
        return [
            Table.Column("", width: .fixed(1)),
            Table.Column("CLUSTER", width: .flexible(minimum: leastName, ideal: max(leastName, min(nameWidth, 24)))),
            Table.Column("STATE", width: .flexible(minimum: leastState, ideal: 20, importance: 100)),
            Table.Column("PUB", width: .fixed(5, importance: 70), alignment: .right),
            Table.Column("SUB", width: .fixed(5, importance: 70), alignment: .right),
            Table.Column("RTT p50", width: .fixed(7, importance: 60), alignment: .right),
            Table.Column("p99", width: .fixed(7, importance: 40), alignment: .right),
            Table.Column("IN/s", width: .fixed(5, importance: 90), alignment: .right),
            Table.Column("", width: .fixed(6, importance: 50)),
            Table.Column("OUT/s", width: .fixed(5, importance: 80), alignment: .right),
            Table.Column("RING", width: .fixed(5, importance: 30), alignment: .right),
            Table.Column("TRAFFIC", width: .fixed(8, importance: 35)),
            Table.Column("SUBS", width: .fixed(4, importance: 10), alignment: .right),
            Table.Column("LOST", width: .fixed(5, importance: 65), alignment: .right),
        ]
    }

    func row(_ row: ClusterRow, glyphs: GlyphSet) -> Table.Row {
        let theme = data.theme
        let traffic = data.traffic(of: row.id)
        // Figures of a cluster that does not answer are old ones.
        let figures = row.isReachable && row.state != .stale ? Style.plain : theme[.muted]
        let pool = { (pool: ClusterRow.Pool) -> Table.Item in
            .figure(pool.text, style: pool.up < pool.total ? theme[row.state.role] : .plain)
        }
        return Table.Row([
            .text(row.state.glyph(glyphs), style: theme[row.state.role]),
            .text(data.deployment.clusterName(row.id), style: theme.cluster(row.id)),
            .figure(row.stateForms, style: theme[row.state.role]),
            pool(row.publishers),
            pool(row.subscribers),
            .figure(row.roundTripP50.map { .duration($0) } ?? glyphs.missing, style: figures),
            .figure(row.roundTripP99.map { .duration($0) } ?? glyphs.missing, style: figures),
            .figure(.count(traffic.rateIn.current), style: figures),
            Table.Item(
                .sparkline(Sparkline(traffic.rateIn.newest(16), resolution: .braille)),
                style: row.isReachable ? theme[.graphIn] : theme[.muted]
            ),
            .figure(.count(traffic.rateOut.current), style: figures),
            .figure(.percent(row.ringShare), style: theme[.muted]),
            trafficShare(row),
            .figure(SafeText(number: row.subscriptions), .count(row.subscriptions)),
            .lost(row.lost, style: row.lost == 0 ? theme[.muted] : theme[.severityWarn]),
        ])
    }

    private func trafficShare(_ row: ClusterRow) -> Table.Item {
        guard totalRate > 0 else { return .figure("–", style: data.theme[.muted]) }
        let share = Rates.of(row, data) / totalRate
        let isHot = totalRate >= Self.hotRate && share > row.ringShare * Self.hotFactor && data.clusters.count > 1
        return isHot
            ? .figure("\(SafeText.percent(share)) hot", "\(SafeText.percent(share))!", style: data.theme[.statusDegraded])
            : .figure(.percent(share))
    }
}

extension Table.Item {
    /// At most so many messages that were lost.
    static func lost(_ count: UInt64, style: Style) -> Table.Item {
        count == 0 ? .figure("0", style: style) : .figure("≤ \(count)", "≤ \(SafeText.count(count))", style: style)
    }
}
