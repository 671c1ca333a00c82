import Settings
import TerminalUI

extension EventsView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = parts.layout(in: rect)
        parts.mark(layout, in: &buffer)
        if !layout.list.isEmpty { drawList(data, into: &buffer, in: layout.list) }
        if !layout.detail.isEmpty {
            let pane = Pane(layout.detail)
            pane.draw("Event", isFocused: parts.focus == .detail, theme: data.theme, into: &buffer)
            parts.draw(into: &buffer, in: pane.inside, theme: data.theme)
        }
    }

    private func drawList(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        var note = SafeText.counted(rows.count, "event")
        if !filter.isEmpty { note = "\(rows.count) of \(data.events.rows.count) by \(untrusted: filter)" }
        if severity != .info { note += ", \(severity == .error ? "errors" : "warnings and errors") only" }
        if data.events.dropped > 0 { note += ", \(data.events.dropped) older ones not kept" }
        let list = ListPane(rect)
        list.pane.draw("Events", note: note, isFocused: parts.focus == .list, theme: data.theme, into: &buffer)
        if rows.isEmpty {
            let clear = data.keys.key(for: .back) ?? "esc"
            let text: SafeText =
                filter.isEmpty && severity == .info ? "Nothing has happened yet." : "No event matches; \(clear) shows all."
            buffer.write(text, in: list.body.row(0), style: data.theme[.muted])
            return
        }
        EventTable.draw(
            data,
            rows: rows,
            match: filter,
            offset: self.list.offset,
            selected: self.list.index,
            marksRows: true,
            into: &buffer,
            in: list
        )
    }
}
