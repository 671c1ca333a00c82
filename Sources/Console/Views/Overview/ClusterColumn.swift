import Roulette
import Settings
import TerminalUI

/// The columns of the clusters in the Overview.
enum ClusterColumn: TableColumn {
    case mark, cluster, state, nodes, publishers, subscribers, roundTripP50, roundTripP99, endToEnd, rateIn, graph, rateOut,
        ringShare
    case trafficShare, subscriptions, lost

    var definition: ColumnDefinition<Self> {
        switch self {
        case .mark:
            .init("", .fixed(1)) { row, context in
                .text(row.cluster.glyph(context.glyphs), style: context.theme[row.role])
            }
        case .cluster:
            // Clusters without names are shown with their addresses, which often have the same beginning.
            .init(
                "CLUSTER",
                width: { context in
                    let name = context.clusterNameWidth
                    let least = context.width < 34 ? 5 : context.width < 60 ? 7 : max(7, min(name, 16))
                    return .flexible(minimum: least, ideal: max(least, min(name, 24)))
                }
            ) { row, context in context.cluster(row.id) }
        case .state:
            // On a narrow screen the state is shortened so that a rate fits. Otherwise the column is as wide as the states, in steps,
            // so that the other columns do not move each time a figure gets another digit.
            .init(
                "STATE",
                width: { context in
                    let longest = context.data.clusters.map(\.stateText.width).max() ?? 0
                    let wanted = min(20, max(12, (longest + 3) / 4 * 4))
                    let least = context.width < 34 ? 8 : context.width < 60 ? 12 : min(18, wanted)
                    return .flexible(minimum: least, ideal: wanted, importance: 100)
                }
            ) { row, context in .figure(row.stateForms, style: context.theme[row.role]) }
        case .nodes:
            .init("NODES", .fixed(5, importance: 63), .right) { row, context in
                let isComplete = row.nodes.gone == 0 && row.silent.isEmpty
                return .figure(row.nodesText, style: isComplete ? row.figures(context.theme) : context.theme[.severityError])
            }
        case .publishers:
            .init("PUB", .fixed(5, importance: 70), .right) { row, context in row.publishers.item(row.state, context.theme) }
        case .subscribers:
            .init("SUB", .fixed(5, importance: 70), .right) { row, context in row.subscribers.item(row.state, context.theme) }
        case .roundTripP50:
            .init("RTT p50", .fixed(7, importance: 60), .right) { row, context in
                .figure(row.roundTripP50.map { .duration($0) } ?? context.glyphs.missing, style: row.figures(context.theme))
            }
        case .roundTripP99:
            .init("p99", .fixed(7, importance: 20), .right) { row, context in
                .figure(row.roundTripP99.map { .duration($0) } ?? context.glyphs.missing, style: row.figures(context.theme))
            }
        case .endToEnd:
            .init("E2E p50", .fixed(7, importance: 33), .right) { row, context in
                let window = row.canary?.latency?.lastMinute
                return .figure(window.map { .duration($0.p50) } ?? context.glyphs.missing, style: row.figures(context.theme))
            }
        case .rateIn:
            .init("IN/s", .fixed(5, importance: 90), .right) { row, context in
                .figure(.count(row.traffic.rateIn.current), style: row.figures(context.theme))
            }
        case .graph:
            .init("TREND", .fill(minimum: 12, importance: 50)) { row, context in
                let rates = row.traffic.rateIn.newest(2 * context.width)
                return Table.Item(
                    .sparkline(Sparkline(rates, resolution: .braille)),
                    style: context.theme[row.isReachable ? .graphIn : .muted]
                )
            }
        case .rateOut:
            .init("OUT/s", .fixed(5, importance: 80), .right) { row, context in
                .figure(.count(row.traffic.rateOut.current), style: row.figures(context.theme))
            }
        case .ringShare:
            .init("KEYS", .fixed(5, importance: 30), .right) { row, context in
                .figure(.percent(row.ringShare), style: context.theme[.muted])
            }
        case .trafficShare:
            .init("TRAFFIC", .flexible(minimum: 8, ideal: 12, importance: 35)) { row, context in Self.trafficShare(row, context) }
        case .subscriptions:
            .init("SUBS", .fixed(4, importance: 10), .right) { row, _ in
                .figure(SafeText(number: row.subscriptions), .count(row.subscriptions))
            }
        case .lost:
            .init("LOST", .fixed(5, importance: 65), .right) { row, context in
                .lost(row.lost, style: context.theme[row.lost == 0 ? .muted : .severityWarn])
            }
        }
    }

    /// The columns to show. The end-to-end time has a column only if there are canary messages.
    static func listed(_ data: DashboardData) -> [ClusterColumn] {
        let hasCanary = data.clusters.contains { $0.canary != nil }
        return allCases.filter { $0 != .endToEnd || hasCanary }
    }

    /// The properties of the cluster are those of the row.
    @dynamicMemberLookup
    struct Row {
        let cluster: ClusterRow
        let traffic: ClusterTraffic
        /// The share of the messages per second of all clusters, 0 to 1; nil without traffic.
        let trafficShare: Double?
        /// The messages per second of all clusters.
        let totalRate: Double

        subscript<Value>(dynamicMember path: KeyPath<ClusterRow, Value>) -> Value { cluster[keyPath: path] }

        /// Returns the style of the figures. Those of a cluster that does not answer are old, so they are muted.
        fileprivate func figures(_ theme: Theme) -> Style {
            cluster.isReachable && cluster.state != .stale ? .plain : theme[.muted]
        }
    }

    typealias Context = TableContext

    /// A cluster is hot if its share of the traffic exceeds its share of the ring by this factor.
    private static let hotFactor = 1.5
    /// The minimum total of messages per second for this warning.
    private static let hotRate = 10.0

    private static func trafficShare(_ row: Row, _ context: TableContext) -> Table.Item {
        guard let share = row.trafficShare else { return .figure("–", style: context.theme[.muted]) }
        let isHot =
            row.totalRate >= hotRate && share > row.ringShare * hotFactor && context.data.clusters.count > 1
        guard isHot else {
            let bar = Gauge(share, style: context.theme.cluster(row.id), emptyStyle: context.theme[.border])
            return Table.Item(.meter(.percent(share), bar))
        }
        return .figure("\(SafeText.percent(share)) hot", "\(SafeText.percent(share))!", style: context.theme[.statusDegraded])
    }
}

extension ClusterRow.Pool {
    fileprivate func item(_ state: ClusterSnapshot.State, _ theme: Theme) -> Table.Item {
        .figure(text, style: up < total ? theme[state.role] : .plain)
    }
}
