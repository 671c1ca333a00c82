import Settings
import TerminalUI

extension TailView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let areas = TailLayout(rect)
        let layout = parts.layout(in: areas.main)
        parts.mark(layout, in: &buffer)
        if !layout.list.isEmpty { drawList(data, into: &buffer, in: layout.list) }
        if !layout.detail.isEmpty { drawDetail(data, into: &buffer, in: layout.detail, hasCounts: layout.list.isEmpty) }
        if !areas.topic.isEmpty { drawTopic(data, into: &buffer, in: areas.topic) }
    }

    // MARK: List

    private func drawList(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let frame = ListPane(rect, footerRows: TailLayout.footerRows(rect))
        frame.pane.draw(
            isPaused ? "Tail, paused" : "Tail",
            note: listNote(data),
            isFocused: parts.focus == .list && topic?.isFocused != true,
            titleStyle: data.theme[isPaused ? .statusConnecting : .title],
            theme: data.theme,
            into: &buffer
        )
        drawCounts(data, into: &buffer, in: frame.footer.row(frame.footer.height - 1))
        if frame.footer.height > 1 {
            histogram.draw(into: &buffer, in: frame.footer.row(0), style: data.theme[.graphIn], textStyle: data.theme[.muted])
        }
        let place = frame.table
        let log = log(data)
        let ids = matches.ids
        guard !ids.isEmpty else {
            buffer.write(emptyText(data), in: frame.body.row(0), style: data.theme[.muted])
            return
        }
        let columns = TableColumns<TailColumn>(
            TailColumn.Context(
                table: TableContext(data, glyphs: buffer.glyphs, width: place.width),
                time: time,
                topicWidth: topicWidth,
                firstColumn: previewColumn
            )
        )
        var table = columns.table(theme: data.theme, spacing: 1, showsHeader: frame.showsHeader)
        table.marksRows = true
        table.draw(into: &buffer, in: place, rowCount: ids.count, offset: list.offset, selected: list.index) { index in
            guard let entry = log[ids[index]] else { return Table.Row([]) }
            return columns.row(TailColumn.Row(entry: entry, previous: index > 0 ? log[ids[index - 1]] : nil))
        }
        Highlight.draw(filter, in: frame.body, of: &buffer, style: data.theme[.match])
    }

    /// How many messages are shown, and why not all.
    private func listNote(_ data: DashboardData) -> SafeText {
        guard !filter.isEmpty || !scope.isEmpty else { return .empty }
        let reasons: [SafeText] = (filter.isEmpty ? [] : ["by \(untrusted: filter)"]) + (scope.isEmpty ? [] : [scope.text])
        return "\(matches.ids.count) of \(log(data).entries.count) \(reasons.joined(separator: ", "))"
    }

    private func emptyText(_ data: DashboardData) -> SafeText {
        let esc = data.keys.key(for: .back) ?? "esc"
        if !log(data).entries.isEmpty {
            if !filter.isEmpty { return "No message matches the filter; \(esc) clears it." }
            if !scope.isEmpty { return "No message of the chosen topics; \(esc) shows all." }
        }
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
        parts.append("\(tail.entries.count) kept, \(SafeText.bytes(tail.byteCount))")
        if tail.notShown > 0 { parts.append("\(SafeText.count(tail.notShown)) not shown in total") }
        let isLosing = data.tailRate.notShown > 0 || data.dropped > 0
        let style = data.theme[isPaused || isLosing ? .severityWarn : .muted]
        buffer.write(.list(parts, separator: " · ", columns: rect.width), in: rect, style: style)
    }

    // MARK: Topic

    /// Draws what is known about the topic of the message.
    private func drawTopic(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let pane = Pane(rect)
        let isFocused = topic?.isFocused == true
        pane.draw("Topic", isFocused: isFocused, theme: data.theme, into: &buffer)
        guard let topic else {
            buffer.write("No message is selected.", in: pane.inside.row(0), style: data.theme[.muted])
            return
        }
        buffer.mark(rect, as: .pane(2))
        topic.detail.draw(isFocused: isFocused, into: &buffer, in: pane.inside, theme: data.theme)
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
        let isFocused = parts.focus == .detail && topic?.isFocused != true
        frame.draw(title, note: note, isFocused: isFocused, theme: data.theme, into: &buffer)
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
        line.append(data.deployment.clusterName(entry.cluster), .cluster(entry.cluster))
        line.append(" " + SafeText(untrustedBytes: entry.topic, maximumBytes: 512), .title)
        if !entry.reply.isEmpty {
            line.append(" reply to " + SafeText(untrustedBytes: entry.reply, maximumBytes: 512), .muted)
        }
        return line
    }
}
