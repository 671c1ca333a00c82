import Settings
import TerminalUI

extension TailView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let layout = parts.layout(in: rect)
        parts.mark(layout, in: &buffer)
        if !layout.list.isEmpty { drawList(data, into: &buffer, in: layout.list) }
        if !layout.detail.isEmpty { drawDetail(data, into: &buffer, in: layout.detail, hasCounts: layout.list.isEmpty) }
    }

    // MARK: List

    private func drawList(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let frame = ListPane(rect, footerRows: 1)
        frame.pane.draw(
            isPaused ? "Tail, paused" : "Tail",
            note: filter.isEmpty ? .empty : "\(matches.ids.count) of \(log(data).entries.count) by \(untrusted: filter)",
            isFocused: parts.focus == .list,
            titleStyle: data.theme[isPaused ? .statusConnecting : .title],
            theme: data.theme,
            into: &buffer
        )
        drawCounts(data, into: &buffer, in: frame.footer)
        let place = frame.table
        let log = log(data)
        let ids = matches.ids
        guard !ids.isEmpty else {
            buffer.write(emptyText(data), in: frame.body.row(0), style: data.theme[.muted])
            return
        }
        let columns = TableColumns<TailColumn>(
            TailColumn.Context(table: TableContext(data, glyphs: buffer.glyphs, width: place.width), firstColumn: previewColumn)
        )
        var table = columns.table(theme: data.theme, spacing: 1, showsHeader: frame.showsHeader)
        table.marksRows = true
        table.draw(into: &buffer, in: place, rowCount: ids.count, offset: list.offset, selected: list.index) { index in
            log[ids[index]].map(columns.row) ?? Table.Row([])
        }
        Highlight.draw(filter, in: frame.body, of: &buffer, style: data.theme[.match])
    }

    private func emptyText(_ data: DashboardData) -> SafeText {
        if !filter.isEmpty, !log(data).entries.isEmpty { return "No message matches the filter; esc clears it." }
        guard data.subscriptions.isEmpty else { return "Waiting for messages." }
        let subscribe = data.keys.key(for: .subscribe) ?? ":sub TOPIC"
        return "No subscription yet: \(subscribe) subscribes, :watch orders.> shows messages from others."
    }

    /// Draws the counts of messages that are not on the screen.
    private func drawCounts(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let tail = data.tail
        var parts: [SafeText] = [
            "\(data.dropped) dropped", "\(SafeText.count(data.tailRate.notShown.rounded(.up)))/s not shown",
        ]
        if isPaused { parts.append("paused, \(missed) new") }
        if tail.notShown > 0 { parts.append("\(SafeText.count(tail.notShown)) not shown in total") }
        parts.append("\(tail.entries.count) kept, \(SafeText.bytes(tail.byteCount))")
        let isLosing = data.tailRate.notShown > 0 || data.dropped > 0
        let style = data.theme[isPaused || isLosing ? .severityWarn : .muted]
        buffer.write(parts.joined(separator: " · "), in: rect, style: style)
    }

    // MARK: Detail

    /// The note about wrapping and horizontal scrolling.
    private var note: SafeText {
        if wraps { return .empty }
        return detailColumn == 0 ? "not wrapped" : "from column \(detailColumn + 1)"
    }

    private func drawDetail(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect, hasCounts: Bool) {
        var title: SafeText = "Message"
        switch format {
        case .automatic: break
        case .text: title += ", text"
        case .json: title += ", JSON"
        case .hex: title += ", hex"
        }
        let frame = Pane(rect)
        let inside = frame.inside
        frame.draw(title, note: note, isFocused: parts.focus == .detail, theme: data.theme, into: &buffer)
        guard let id = list.selection, let entry = log(data)[id], let body, body.key.id == id, !inside.isEmpty else { return }
        head(entry, data).draw(into: &buffer, in: inside.row(0), theme: data.theme)
        var place = inside.droppingTop(1)
        if hasCounts {
            // The list with its counts is hidden, so the counts are drawn here.
            drawCounts(data, into: &buffer, in: inside.row(inside.height - 1))
            place = place.droppingBottom(1)
        }
        for (index, line) in body.lines.dropFirst(detail.offset).prefix(place.height).enumerated() {
            line.draw(into: &buffer, in: place.row(index), theme: data.theme, skipping: detailColumn)
            if detail.offset + index == matchRow { buffer.restyle(place.row(index), with: data.theme[.cursorLine]) }
        }
        Highlight.draw(filter, in: inside, of: &buffer, style: data.theme[.match])
        guard inside.width < rect.width else { return }
        let bar = Rect(x: rect.right - 1, y: place.y, width: 1, height: place.height)
        Scrollbar(count: body.lines.count, offset: detail.offset, height: place.height)
            .draw(into: &buffer, in: bar, style: data.theme[.focusedBorder])
    }

    /// Returns a line with the size, the cluster, the topic and the reply subject of a message.
    private func head(_ entry: TailEntry, _ data: DashboardData) -> StyledLine {
        var line = StyledLine("\(SafeText.bytes(entry.payloadLength)) ", .muted)
        line.append(data.deployment.clusterName(entry.cluster), ThemeRole.clusters[entry.cluster % ThemeRole.clusters.count])
        line.append(" " + SafeText(untrustedBytes: entry.topic, maximumBytes: 512), .title)
        if !entry.reply.isEmpty {
            line.append(" reply to " + SafeText(untrustedBytes: entry.reply, maximumBytes: 512), .muted)
        }
        return line
    }
}
