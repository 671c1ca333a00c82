import Settings
import TerminalUI

/// The columns of the clusters in the Ring view.
enum RingColumn: TableColumn {
    case number, cluster, keys, keyBar, traffic, trafficBar, rate, load

    var definition: ColumnDefinition<Self> {
        switch self {
        case .number:
            .init("", .fixed(2, importance: 40)) { row, context in
                .figure(SafeText(number: row.cluster.id + 1), style: context.theme.cluster(row.cluster.id))
            }
        case .cluster:
            .init("CLUSTER", width: { $0.clusterWidth(minimum: Self.isNarrow($0) ? 5 : 7) }) { row, context in
                context.cluster(row.cluster.id)
            }
        case .keys: .init("KEYS", .fixed(5), .right) { row, _ in .figure(.percent(row.share.keys)) }
        case .keyBar:
            .init("", .fill(minimum: 6, importance: 50)) { row, context in
                Table.Item(.gauge(Gauge(row.share.keys / row.top, style: context.theme[.muted])))
            }
        case .traffic:
            .init(
                heading: { Self.isNarrow($0) ? "MSGS" : "TRAFFIC" },
                width: { .fixed(Self.isNarrow($0) ? 5 : 7, importance: 90) },
                alignment: .right
            ) { row, _ in .figure(row.share.traffic.map { .percent($0) } ?? "–") }
        case .trafficBar:
            .init("", .fill(minimum: 6, importance: 50)) { row, context in
                let style = context.theme.cluster(row.cluster.id)
                return Table.Item(.gauge(Gauge((row.share.traffic ?? 0) / row.top, style: style)))
            }
        case .rate: .init("MSGS/s", .fixed(6, importance: 60), .right) { row, _ in .figure(.count(row.share.rate)) }
        case .load:
            .init("LOAD", .fixed(10, importance: 70)) { row, context in
                guard let load = row.load else { return .figure("–") }
                let isHot = load > 1.5 && row.figures.total >= 10 && context.data.clusters.count > 1
                guard isHot else { return .figure(.factor(load)) }
                return .figure("\(SafeText.factor(load)) hot", "\(SafeText.factor(load))!", style: context.theme[.statusDegraded])
            }
        }
    }

    typealias Context = TableContext

    struct Row {
        let cluster: ClusterRow
        let share: RingFigures.Share
        let figures: RingFigures

        /// The value of a full bar. All bars have the same scale, so that keys and traffic can be compared.
        fileprivate var top: Double { max(0.001, figures.shares.map { max($0.keys, $0.traffic ?? 0) }.max() ?? 1) }

        /// The share of the traffic divided by the share of the keys; nil without traffic.
        fileprivate var load: Double? { share.traffic.map { share.keys > 0 ? $0 / share.keys : 0 } }
    }

    private static func isNarrow(_ context: TableContext) -> Bool { context.width < 40 }
}
