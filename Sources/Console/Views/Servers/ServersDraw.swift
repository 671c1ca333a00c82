import NATSMonitoring
import Settings
import TerminalUI

extension ServersView {
    func draw(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        guard data.servers.hasSources || data.clusters.contains(where: { $0.nodes.total > 0 }) else {
            return drawAdvice(data, into: &buffer, in: rect)
        }
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
        text.blank()
        text.note("Or set a login of the system account, and every server answers over the load balancer:")
        text.blank()
        text.add([
            StyledLine("  [profiles.\(untrusted: data.deployment.name)]", .accent),
            StyledLine("  system_credentials = \"~/.nats/system.creds\"", .accent),
        ])
        for (index, line) in text.lines.prefix(pane.inside.height).enumerated() {
            line.draw(into: &buffer, in: pane.inside.row(index), theme: data.theme)
        }
    }

    // MARK: Servers

    /// The rows of the list. Only those of servers can be selected.
    enum Line {
        case group(StyledLine)
        case server(NodeRow)
        case remark(SafeText)
    }

    /// Returns the rows of the list.
    func lines(_ data: DashboardData) -> [Line] {
        let groups = shown(data)
        let isGrouped = Self.isGrouped(data)
        return groups.flatMap { group -> [Line] in
            var lines: [Line] = isGrouped ? [.group(group.line(data))] : []
            if isGrouped { lines += group.remarks.map { .remark($0) } }
            return lines
                + group.nodes.flatMap { node -> [Line] in
                    [.server(node)] + (node.reason(data.now.uptime).map { [.remark($0)] } ?? [])
                }
        }
    }

    /// Whether the servers are listed below a row of their cluster.
    static func isGrouped(_ data: DashboardData) -> Bool {
        data.clusters.contains { $0.nodes.total > 1 } || data.servers.clusters.contains { $0.reading.count > 1 }
    }

    private func drawServers(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect)
        let all = data.nodeGroups.reduce(0) { $0 + $1.nodes.count }
        let lines = lines(data).filter { if case .server = $0 { true } else { list.showsHeader } }
        let count = lines.count { if case .server = $0 { true } else { false } }
        let note: SafeText = count < all ? "\(count) of \(all) by \(untrusted: filter)" : ""
        list.pane.draw("Servers", note: note, isFocused: focus == .servers, theme: data.theme, into: &buffer)
        let selected = lines.firstIndex { if case .server(let row) = $0 { row.id == servers.selection } else { false } }
        let bottom = min(lines.count - 1, (selected ?? 0) + 1)
        // The first server of a cluster is shown with the row of the cluster.
        let top = selected.map { index in
            lines[..<index].lastIndex { if case .server = $0 { true } else { false } }.map { $0 + 1 } ?? 0
        }
        let offset = max(0, min(max(0, bottom - list.rows + 1), top ?? 0))
        let width = list.table.width
        let context = TableContext(data, glyphs: buffer.glyphs, width: width)
        let columns = TableColumns(context, ServerColumn.listed(grouped: Self.isGrouped(data)))
        let table = columns.table(theme: data.theme, spacing: width < 40 ? 1 : 2, showsHeader: list.showsHeader)
        table.draw(into: &buffer, in: list.table, rowCount: lines.count, offset: offset, selected: selected) { index in
            if case .server(let row) = lines[index] { columns.row(row) } else { Table.Row([]) }
        }
        var position = lines[..<offset].count { if case .server = $0 { true } else { false } }
        for (index, line) in lines.dropFirst(offset).prefix(list.rows).enumerated() {
            let row = list.body.row(index)
            switch line {
            case .group(let text):
                text.draw(into: &buffer, in: row, theme: data.theme, marksCut: true)
            case .remark(let text):
                let place = Rect(x: row.x + 5, y: row.y, width: row.width - 5, height: 1)
                buffer.write(text, in: place, style: data.theme[.muted])
            case .server:
                buffer.mark(row, as: .row(position))
                position += 1
            }
        }
    }

    // MARK: Connections

    private func drawConnections(_ data: DashboardData, into buffer: inout CellBuffer, in rect: Rect) {
        let list = ListPane(rect, footerRows: 1)
        let listed = listed(data)
        let name = selected(data).map { title(of: $0, data) } ?? ""
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

    /// The name of a server, or of its cluster if only one server of each is listed.
    private func title(of row: NodeRow, _ data: DashboardData) -> SafeText {
        guard Self.isGrouped(data), let name = row.name else { return data.deployment.clusterName(row.cluster) }
        return SafeText(untrusted: name, maximumBytes: 128)
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
            parts.append("\(SafeText.counted(listed.gaps.unreadable, "row")) could not be read")
        }
        if listed.gaps.surplus > 0 { parts.append("\(listed.gaps.surplus) over the limit omitted") }
        if listed.gaps.isCutOff { parts.append("the answer was too long and was cut off") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// Returns the footer: a problem with the list, or the meaning of the columns.
    private func footer(_ data: DashboardData, _ listed: MonitoredConnections?) -> (SafeText, ThemeRole) {
        guard let listed, let row = selected(data)?.monitored else { return ("", .muted) }
        let age = SafeText.duration(.seconds(max(0, (data.now.uptime - listed.at).components.seconds)))
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
        guard let node = selected(data) else { return "No server is selected." }
        guard let row = node.monitored, row.state != .unknown else {
            return data.servers.clusters[node.cluster].sources.isEmpty
                ? "This cluster has no monitoring URL and no login of the system account."
                : "No answer of this server was received."
        }
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
