import Settings
import TerminalUI

/// Draws events as a table, in the Events view and in the Overview.
enum EventTable {
    static func draw(
        _ data: DashboardData,
        rows: [EventRow],
        match: String = "",
        offset: Int = 0,
        selected: Int? = nil,
        marksRows: Bool = false,
        into buffer: inout CellBuffer,
        in list: ListPane
    ) {
        let columns = TableColumns<EventColumn>(TableContext(data, glyphs: buffer.glyphs, width: list.table.width))
        var table = columns.table(theme: data.theme, spacing: 1, showsHeader: list.showsHeader)
        table.marksRows = marksRows
        table.draw(into: &buffer, in: list.table, rowCount: rows.count, offset: offset, selected: selected) { index in
            columns.row(rows[index])
        }
        Highlight.draw(match, in: list.body, of: &buffer, style: data.theme[.match])
    }
}
