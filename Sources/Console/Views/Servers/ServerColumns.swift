import NATSMonitoring
import Settings
import TerminalUI

/// The columns of the list of servers. Where it is narrow those of the lowest importance go first.
struct ServerColumns {
    private let data: DashboardData

    init(_ data: DashboardData) {
        self.data = data
    }

    func columns(width: Int) -> [Table.Column] {
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        return [
            Table.Column("", width: .fixed(1)),
            Table.Column("CLUSTER", width: .fixed(min(16, max(width < 34 ? 5 : 7, names)))),
            Table.Column("STATE", width: .fixed(9, importance: 98)),
            Table.Column("SERVER", width: .flexible(minimum: 6, ideal: 16, importance: 45)),
            Table.Column("VERSION", width: .fixed(8, importance: 55)),
            Table.Column("UPTIME", width: .fixed(9, importance: 50)),
            Table.Column("CPU", width: .fixed(5, importance: 70), alignment: .right),
            Table.Column("MEM", width: .fixed(7, importance: 68), alignment: .right),
            Table.Column("CONNS", width: .fixed(5, importance: 75), alignment: .right),
            Table.Column("SUBS", width: .fixed(5, importance: 40), alignment: .right),
            Table.Column("SLOW", width: .fixed(4, importance: 72), alignment: .right),
            Table.Column("IN/s", width: .fixed(5, importance: 80), alignment: .right),
            Table.Column("OUT/s", width: .fixed(5, importance: 79), alignment: .right),
            Table.Column("IN B/s", width: .fixed(7, importance: 62), alignment: .right),
            Table.Column("OUT B/s", width: .fixed(7, importance: 61), alignment: .right),
        ]
    }

    func row(_ row: ServerRow, glyphs: GlyphSet) -> Table.Row {
        let theme = data.theme
        // Figures of a server that does not answer are old ones.
        let figures = row.state == .unreachable ? theme[.muted] : Style.plain
        func text(_ text: SafeText?) -> Table.Item { .text(text ?? glyphs.missing, style: figures) }
        func figure(_ text: SafeText?) -> Table.Item { .figure(text ?? glyphs.missing, style: figures) }
        let status = row.status
        let slow = status?.slowConsumers ?? 0
        return Table.Row([
            .text(row.state.glyph(glyphs), style: theme[row.state.role]),
            .text(data.deployment.clusterName(row.id), style: theme.cluster(row.id)),
            .text(row.state.word, style: theme[row.state.role]),
            text(status.map { SafeText(untrusted: $0.name, maximumBytes: 128) }),
            text(status.map { SafeText(untrusted: $0.version, maximumBytes: 64) }),
            .figure(ServerTime.forms(status?.uptime ?? "", glyphs), style: figures),
            figure(status.map { .percent($0.cpu / 100) }),
            figure(status.map { .bytes($0.memory) }),
            figure(status.map { .count($0.connections) }),
            figure(status.map { .count($0.subscriptions) }),
            .figure(status.map { .count($0.slowConsumers) } ?? glyphs.missing, style: slow > 0 ? theme[.severityWarn] : figures),
            figure(row.rates.map { .count($0.messagesIn) }),
            figure(row.rates.map { .count($0.messagesOut) }),
            figure(row.rates.map { .bytes($0.bytesIn) }),
            figure(row.rates.map { .bytes($0.bytesOut) }),
        ])
    }
}

/// The columns of a server's connections: those of nats-top.
struct ClientColumns {
    private let columns: [(column: ConnectionSort.Column, table: Table.Column)]
    private let theme: Theme
    private let showsClosed: Bool

    init(closed: Bool, theme: Theme, width: Int) {
        self.theme = theme
        showsClosed = closed
        func column(_ column: ConnectionSort.Column) -> Table.Column {
            let per: SafeText = closed ? "" : "/s"
            return switch column {
            case .cid: Table.Column("CID", width: .fixed(6, importance: 96))
            case .name: Table.Column("NAME", width: .fill(minimum: width < 40 ? 7 : 14))
            case .host: Table.Column("HOST", width: .flexible(minimum: 15, ideal: 21, importance: 70))
            case .lang: Table.Column("LANG", width: .flexible(minimum: 8, ideal: 16, importance: 45))
            case .subs: Table.Column("SUBS", width: .fixed(5, importance: 75), alignment: .right)
            case .pending: Table.Column("PENDING", width: .fixed(7, importance: 80), alignment: .right)
            case .messagesTo: Table.Column("TO\(per)", width: .fixed(6, importance: 90), alignment: .right)
            case .messagesFrom: Table.Column("FROM\(per)", width: .fixed(6, importance: 91), alignment: .right)
            case .bytesTo: Table.Column("B TO\(per)", width: .fixed(8, importance: 62), alignment: .right)
            case .bytesFrom: Table.Column("B FROM\(per)", width: .fixed(8, importance: 62), alignment: .right)
            case .uptime: Table.Column("UPTIME", width: .fixed(8, importance: 60))
            case .idle: Table.Column("IDLE", width: .fixed(6, importance: 40))
            case .rtt: Table.Column("RTT", width: .fixed(8, importance: 50), alignment: .right)
            case .reason: Table.Column("REASON", width: .flexible(minimum: 12, ideal: 28, importance: 95))
            }
        }
        columns = ConnectionSort.columns(closed: closed).map { ($0, column($0)) }
    }

    var tableColumns: [Table.Column] { columns.map(\.table) }

    func position(of column: ConnectionSort.Column) -> Int? { columns.firstIndex { $0.column == column } }

    func row(_ row: MonitoredConnections.Row, glyphs: GlyphSet) -> Table.Row {
        let connection = row.connection
        let traffic = connection.traffic
        func text(_ text: String?) -> SafeText {
            guard let text, !text.isEmpty else { return glyphs.missing }
            return SafeText(untrusted: text, maximumBytes: 256)
        }
        func figure(_ rate: Double?, total: UInt64, _ format: (Double) -> SafeText) -> SafeText {
            if showsClosed { return format(Double(total)) }
            return rate.map(format) ?? glyphs.missing
        }
        func roundTrip(_ connection: ServerConnection) -> SafeText {
            let seconds = ServerTime.seconds(connection.roundTrip ?? "")
            return seconds > 0 && seconds < 1e6 ? .duration(.seconds(seconds)) : glyphs.missing
        }
        return Table.Row(
            columns.map { column in
                switch column.column {
                case .cid: .figure(SafeText(number: connection.id), style: theme[.muted])
                case .name: .text(text(connection.name))
                case .host: host(connection.address, glyphs)
                case .lang: .text(text("\(connection.language) \(connection.version)".trimmed))
                case .subs: .figure(.count(connection.subscriptions))
                case .pending:
                    .figure(
                        .bytes(connection.pendingBytes),
                        style: connection.pendingBytes > 0 ? theme[.severityWarn] : .plain
                    )
                case .messagesTo: .figure(figure(row.rates?.messagesOut, total: traffic.messagesOut) { .count($0) })
                case .messagesFrom: .figure(figure(row.rates?.messagesIn, total: traffic.messagesIn) { .count($0) })
                case .bytesTo: .figure(figure(row.rates?.bytesOut, total: traffic.bytesOut) { .bytes($0) })
                case .bytesFrom: .figure(figure(row.rates?.bytesIn, total: traffic.bytesIn) { .bytes($0) })
                case .uptime: .figure(ServerTime.forms(connection.uptime, glyphs))
                case .idle: .figure(ServerTime.forms(connection.idle, glyphs))
                case .rtt: .figure(roundTrip(connection))
                case .reason: .text(text(connection.closeReason), style: theme[.severityWarn])
                }
            }
        )
    }
}

extension ClientColumns {
    /// The longest address that is shown whole: IPv6 with its brackets and a port.
    private static let longestAddress = 47

    /// An address, without its port where there is less room.
    private func host(_ address: String, _ glyphs: GlyphSet) -> Table.Item {
        let whole = SafeText(untrusted: address, maximumBytes: 256)
        guard !address.isEmpty, whole.width <= Self.longestAddress else { return .text(address.isEmpty ? glyphs.missing : whole) }
        let port = address.lastIndex(of: ":") ?? address.endIndex
        return .figure(whole, SafeText(untrusted: String(address[..<port])))
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
