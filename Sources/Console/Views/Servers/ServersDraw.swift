import NATSMonitoring
import Settings
import TerminalUI

extension ServersView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        guard data.servers.hasMonitors else { return drawAdvice(data, into: &buffer, in: rect) }
        let layout = layout(data, in: rect)
        if layout.hasRoomForBoth {
            buffer.mark(layout.servers, as: .pane(0))
            buffer.mark(layout.connections, as: .pane(1))
        }
        if !layout.servers.isEmpty { drawServers(data, into: &buffer, in: layout.servers) }
        if !layout.connections.isEmpty { drawConnections(data, into: &buffer, in: layout.connections) }
    }

    /// Draws instructions to configure monitoring.
    private func drawAdvice(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let pane = Pane(rect)
        pane.draw("Servers", theme: data.theme, into: &buffer)
        var text = DetailText(width: pane.inside.width)
        text.note("No cluster of this profile has a monitoring URL.", .text)
        text.blank()
        text.note("Start nats-server with http: \"127.0.0.1:8222\", or -m 8222, and set its URL in the profile:")
        text.blank()
        text.add([
            StyledLine("  [[profiles.\(untrusted: data.deployment.name).servers]]", .accent),
            StyledLine("  monitor = \"http://HOST:8222\"", .accent),
        ])
        for (index, line) in text.lines.prefix(pane.inside.height).enumerated() {
            line.draw(into: &buffer, in: pane.inside.row(index), theme: data.theme)
        }
    }

    // MARK: Servers

    private enum Line {
        case server(ServerRow)
        case reason(SafeText)
    }

    private func drawServers(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect)
        let shown = shown(data)
        let note: SafeText =
            shown.count < data.servers.rows.count ? "\(shown.count) of \(data.servers.rows.count) by \(untrusted: filter)" : ""
        list.pane.draw("Servers", note: note, isFocused: focus == .servers, theme: data.theme, into: &buffer)
        var lines: [Line] = []
        var positions: [Int?] = []
        var selected: Int?
        for (position, row) in shown.enumerated() {
            if row.id == servers.selection { selected = lines.count }
            lines.append(.server(row))
            positions.append(position)
            if list.showsHeader, let reason = row.reason(data.now.uptime) {
                lines.append(.reason(reason))
                positions.append(nil)
            }
        }
        let bottom = min(lines.count - 1, (selected ?? 0) + 1)
        let offset = max(0, min(max(0, bottom - list.rows + 1), selected ?? 0))
        let width = list.table.width
        let columns = TableColumns<ServerColumn>(TableContext(data, glyphs: buffer.glyphs, width: width))
        let table = columns.table(theme: data.theme, spacing: width < 40 ? 1 : 2, showsHeader: list.showsHeader)
        table.draw(into: &buffer, in: list.table, rowCount: lines.count, offset: offset, selected: selected) { index in
            if case .server(let row) = lines[index] { columns.row(row) } else { Table.Row([]) }
        }
        for (index, line) in lines.dropFirst(offset).prefix(list.rows).enumerated() {
            let row = list.body.row(index)
            if case .reason(let reason) = line {
                let place = Rect(x: row.x + 5, y: row.y, width: row.width - 5, height: 1)
                buffer.write(reason, in: place, style: data.theme[.muted])
            } else if let position = positions[offset + index] {
                buffer.mark(row, as: .row(position))
            }
        }
    }

    // MARK: Connections

    private func drawConnections(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect, footerRows: 1)
        let listed = listed(data)
        let name = servers.selection.map { data.deployment.clusterName($0) } ?? ""
        list.pane.draw(
            showsClosed ? "Closed connections of \(name)" : "Connections of \(name)",
            note: note(listed),
            isFocused: focus == .connections,
            theme: data.theme,
            into: &buffer
        )
        guard !rows.isEmpty else {
            buffer.write(emptyText(data, listed), in: list.body.row(0), style: data.theme[.muted])
            return
        }
        let width = list.table.width
        let columns = TableColumns(
            ClientColumn.Context(theme: data.theme, glyphs: buffer.glyphs, width: width, isClosed: showsClosed),
            ClientColumn.listed(closed: showsClosed)
        )
        var table = columns.table(
            sort: (sort.column, sort.isDescending),
            theme: data.theme,
            spacing: width < 40 ? 1 : 2,
            showsHeader: list.showsHeader
        )
        table.marksRows = true
        table.draw(
            into: &buffer,
            in: list.table,
            rowCount: rows.count,
            offset: connections.offset,
            selected: connections.index
        ) { columns.row(rows[$0]) }
        Highlight.draw(filter, in: list.body, of: &buffer, style: data.theme[.match])
        let (text, role) = footer(data, listed)
        buffer.write(text, in: list.footer, style: data.theme[role])
    }

    private func note(_ listed: MonitoredConnections?) -> SafeText {
        guard let listed else { return "" }
        if !filter.isEmpty {
            let rest: SafeText = listed.missing > 0 ? ", \(listed.missing) more not listed" : ""
            return "\(rows.count) of \(listed.rows.count) by \(untrusted: filter)\(rest)"
        }
        guard listed.missing > 0 else { return "\(listed.total)" }
        return "first \(listed.rows.count) of \(listed.total) by \(untrusted: listed.query.sort.rawValue)"
    }

    /// Returns a text about requested rows that are missing from the list.
    private func gaps(_ listed: MonitoredConnections) -> SafeText? {
        var parts: [SafeText] = []
        if listed.gaps.unreadable > 0 {
            parts.append(
                listed.gaps.unreadable == 1 ? "1 row could not be read" : "\(listed.gaps.unreadable) rows could not be read"
            )
        }
        if listed.gaps.surplus > 0 { parts.append("\(listed.gaps.surplus) over the limit omitted") }
        if listed.gaps.isCutOff { parts.append("the answer was too long and was cut off") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// Returns the footer: a problem with the list, or the meaning of the columns.
    private func footer(_ data: DashboardData, _ listed: MonitoredConnections?) -> (SafeText, ThemeRole) {
        guard let listed, let id = servers.selection else { return ("", .muted) }
        let age = SafeText.duration(.seconds(max(0, (data.now.uptime - listed.at).components.seconds)))
        let row = data.servers.rows[id]
        // If the server does not answer at all, the failed request does not matter.
        let failure = row.state == .unreachable ? "the server does not answer" : row.connectionsFailure
        if let failure { return ("figures \(age) old: \(untrusted: failure)", .severityWarn) }
        if let gaps = gaps(listed) { return (gaps, .severityWarn) }
        if listed.missing > 0,
            !filter.isEmpty || sort.query(closed: showsClosed, isFiltered: false).limit > ServerMonitoring.limit
        {
            return ("only \(listed.rows.count) of \(listed.total) connections are listed here", .severityWarn)
        }
        return ("to and from the connection, counted by the server; sorted by \(untrusted: sort.column.rawValue)", .muted)
    }

    private func emptyText(_ data: DashboardData, _ listed: MonitoredConnections?) -> SafeText {
        guard let id = servers.selection, data.servers.rows.indices.contains(id) else { return "No server is selected." }
        let row = data.servers.rows[id]
        if row.state == .unknown { return "This cluster has no monitoring URL." }
        if listed == nil, let failure = row.connectionsFailure { return "\(untrusted: failure)" }
        guard let listed else { return row.state == .unreachable ? "The server does not answer." : "Asking the server…" }
        if !filter.isEmpty, listed.missing > 0 {
            let first: SafeText = "No match among \(listed.rows.count) of \(listed.total) connections"
            guard listed.query.limit >= ServerMonitoring.fullLimit else { return "\(first); asking for the rest…" }
            return "\(first); \(listed.missing) are not listed; esc clears the filter."
        }
        if !filter.isEmpty { return "No connection matches the filter; esc clears it." }
        if let gaps = gaps(listed) { return "No connection is shown: \(gaps)." }
        return showsClosed ? "No connection was closed." : "No client is connected."
    }
}
