import Settings
import TerminalUI

extension EventsView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let rows = shown(data)
        var note: SafeText = "\(rows.count) events"
        if !filter.isEmpty { note = "\(rows.count) of \(data.events.rows.count) by \(untrusted: filter)" }
        if data.events.dropped > 0 { note += ", \(data.events.dropped) older ones not kept" }
        let inside = buffer.drawBox(
            rect,
            title: "Events",
            note: note,
            style: data.theme[.border],
            titleStyle: data.theme[.title]
        ).inset(horizontal: 1)
        if rows.isEmpty {
            let text: SafeText = filter.isEmpty ? "Nothing has happened yet." : "No event matches the filter; esc clears it."
            buffer.write(text, in: inside.row(1), style: data.theme[.muted])
            return
        }
        EventTable.draw(
            data,
            rows: rows,
            match: filter,
            offset: list.offset,
            selected: list.index,
            marksRows: true,
            into: &buffer,
            in: inside
        )
    }
}

/// Events as a table, here and in the Overview.
enum EventTable {
    static func draw(
        _ data: DashboardData,
        rows: [EventRow],
        match: String = "",
        offset: Int = 0,
        selected: Int? = nil,
        marksRows: Bool = false,
        into buffer: inout CellBuffer,
        in rect: Rect
    ) {
        let names = data.clusters.map { data.deployment.clusterName($0.id).width }.max() ?? 0
        var table = Table(
            columns: [
                Table.Column("TIME", width: .fixed(8, importance: 90)),
                Table.Column("", width: .fixed(5, importance: 80)),
                Table.Column("CLUSTER", width: .fixed(min(16, max(7, names)), importance: 85)),
                Table.Column("EVENT", width: .fill(minimum: 12)),
            ],
            styles: .standard(data.theme),
            spacing: 1
        )
        table.marksRows = marksRows
        let theme = data.theme
        table.draw(into: &buffer, in: rect, rowCount: rows.count, offset: offset, selected: selected) { index in
            let row = rows[index]
            return Table.Row([
                .text(.clock(epochSeconds: row.epochSeconds, offset: data.now.utcOffset), style: theme[.muted]),
                .text(row.severity.word, style: theme[row.severity.role]),
                .text(
                    row.cluster.map { data.deployment.clusterName($0) } ?? .empty,
                    style: row.cluster.map(theme.cluster) ?? .plain
                ),
                .text(row.text),
            ])
        }
        Highlight.draw(match, in: rect.droppingTop(1), of: &buffer, style: theme[.match])
    }
}
