import Settings
import TerminalUI

/// The columns of the connection list. Where it is narrow those of the lowest importance go first.
struct ConnectionColumns {
    private let data: DashboardData
    /// Whether there is room for words.
    private let isWide: Bool

    /// - Parameter width: Columns of the list.
    init(_ data: DashboardData, width: Int) {
        self.data = data
        isWide = width >= 64
    }

    var columns: [Table.Column] {
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        return [
            Table.Column("", width: .fixed(1)),
            Table.Column("CLUSTER", width: .fixed(min(16, max(isWide ? 7 : 5, names)), importance: 98)),
            Table.Column("ROLE", width: .fixed(isWide ? 12 : 6)),
            Table.Column("STATE", width: .flexible(minimum: 7, ideal: 16, importance: 97)),
            Table.Column("SERVER", width: .flexible(minimum: 8, ideal: 14, importance: 75)),
            Table.Column("RTT p50", width: .fixed(7, importance: 62), alignment: .right),
            Table.Column("p99", width: .fixed(7, importance: 44), alignment: .right),
            Table.Column("PING", width: .fixed(4, importance: 58), alignment: .right),
            Table.Column("UNCONF", width: .fixed(6, importance: 66), alignment: .right),
            Table.Column("BUFFER", width: .fixed(7, importance: 60), alignment: .right),
            Table.Column("LOST", width: .fixed(5, importance: 64), alignment: .right),
            Table.Column("IN", width: .fixed(5, importance: 42), alignment: .right),
            Table.Column("OUT", width: .fixed(5, importance: 42), alignment: .right),
            Table.Column("IN", width: .fixed(7, importance: 30), alignment: .right),
            Table.Column("OUT", width: .fixed(7, importance: 30), alignment: .right),
            Table.Column("SUBS", width: .fixed(4, importance: 40), alignment: .right),
            Table.Column("TLS", width: .fixed(8, importance: 35)),
            Table.Column("LAST ERROR", width: .fill(minimum: 16, importance: 50)),
        ]
    }

    func row(_ row: ConnectionRow, glyphs: GlyphSet) -> Table.Row {
        let theme = data.theme
        // Figures of a connection that is gone are old ones; the state says how old.
        let figures = row.isUp ? Style.plain : theme[.muted]
        func figure(_ text: SafeText, warns: Bool = false) -> Table.Item {
            .figure(text, style: warns ? theme[.severityWarn] : figures)
        }
        let isUnverified = row.encryption.map { !$0.isVerified } ?? false
        return Table.Row([
            .text(row.state.glyph(glyphs), style: theme[row.state.role]),
            .text(data.deployment.clusterName(row.id.cluster), style: theme.cluster(row.id.cluster)),
            isWide ? .figure(row.label, row.shortLabel) : .figure(row.shortLabel),
            .figure(row.stateForms, style: theme[row.state.role]),
            .text(row.serverName ?? glyphs.missing, style: figures),
            figure(row.roundTrip?.lastMinute.map { .duration($0.p50) } ?? glyphs.missing),
            figure(row.roundTrip?.lastMinute.map { .duration($0.p99) } ?? glyphs.missing),
            figure(row.pings, warns: row.pingMisses > 0),
            figure(.count(row.unconfirmed)),
            figure(.bytes(row.bufferedBytes)),
            .lost(row.lost, style: row.lost > 0 ? theme[.severityWarn] : figures),
            figure(.count(row.messagesIn)),
            figure(.count(row.messagesOut)),
            figure(.bytes(row.bytesIn)),
            figure(.bytes(row.bytesOut)),
            .figure(SafeText(number: row.subscriptions), .count(row.subscriptions), style: figures),
            .text(row.encryptionText, style: isUnverified ? theme[.severityWarn] : figures),
            .text(row.lastError.map { "\(untrusted: $0)" } ?? .empty, style: row.isUp ? theme[.muted] : theme[.severityError]),
        ])
    }
}
