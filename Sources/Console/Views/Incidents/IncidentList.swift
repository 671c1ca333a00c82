import Settings
import TerminalUI

/// The list of incidents in the Overview. An unfolded incident shows its whole text and its events.
struct IncidentList: Sendable {
    /// A line of the list.
    struct ID: Sendable, Hashable {
        let incident: Int
        /// 0 for the incident itself.
        let line: Int
    }

    private struct Line: Sendable {
        enum Content: Sendable {
            /// An incident. If it is unfolded, it has the first line of its text, which the lines below continue.
            case incident(Incident, firstLine: SafeText?)
            case text(StyledLine)
        }

        let id: ID
        let content: Content
    }

    private(set) var list = ListState<ID>()
    private var unfolded: Set<Int> = []
    /// The lines of the last refresh.
    private var lines: [Line] = []

    var lineCount: Int { lines.count }

    /// Returns the incidents that match the filter, the open ones first.
    private static func shown(_ data: DashboardData, filter: String) -> [Incident] {
        let all = data.incidents.sorted
        guard !filter.isEmpty else { return all }
        return all.filter { incident in
            let cluster = incident.cluster.map { data.deployment.clusterName($0) } ?? .empty
            return [cluster, IncidentText(incident, at: data.now.uptime).full].contains { !$0.columns(matching: filter).isEmpty }
        }
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: DashboardData, filter: String, pane: Pane) -> Bool {
        if action == .open {
            guard let id = list.selection?.incident else { return true }
            if unfolded.remove(id) == nil { unfolded.insert(id) }
            list.select(ID(incident: id, line: 0))
            refresh(data, filter: filter, width: pane.inside.width)
            return true
        }
        return list.handle(action, in: lines.map(\.id), height: max(1, pane.inside.height))
    }

    mutating func select(row: Int, pane: Pane) -> Bool {
        list.select(position: row, in: lines.map(\.id), height: max(1, pane.inside.height))
    }

    mutating func reset() { list.reset() }

    // MARK: Lines

    /// Updates the lines for a pane of this width. Called once before each frame, before ``update(isFocused:pane:)``.
    mutating func refresh(_ data: DashboardData, filter: String, width: Int) {
        unfolded.formIntersection(data.incidents.incidents.map(\.id))
        let shown = Self.shown(data, filter: filter)
        let textWidth = unfolded.isEmpty ? 0 : Self.textWidth(shown, data, width: width)
        lines = shown.flatMap { incident in
            let contents =
                unfolded.contains(incident.id)
                ? Self.unfolded(incident, data, width: width, textWidth: textWidth)
                : [.incident(incident, firstLine: nil)]
            return contents.enumerated().map { Line(id: ID(incident: incident.id, line: $0), content: $1) }
        }
    }

    /// Updates the selection for the lines.
    /// - Parameter isFocused: Whether the keys move in the list. Then a line is selected.
    mutating func update(isFocused: Bool, pane: Pane) {
        list.update(lines.map(\.id), height: max(1, pane.inside.height), selectsFirst: isFocused)
    }

    /// Returns the width of the text of an incident in its row, with space for the states of all incidents.
    private static func textWidth(_ incidents: [Incident], _ data: DashboardData, width: Int) -> Int {
        // The marks have the same width in all sets of glyphs.
        let columns = TableColumns<IncidentColumn>(TableContext(data, glyphs: .unicode, width: width))
        let rows = incidents.map { columns.row(IncidentColumn.Row(incident: $0, forms: [])) }
        return max(10, table(columns, data, width: width).columnWidths(in: width, scrolls: true, rows: rows).last ?? 0)
    }

    private static func unfolded(
        _ incident: Incident,
        _ data: DashboardData,
        width: Int,
        textWidth: Int
    ) -> [Line.Content] {
        let text = IncidentText(incident, at: data.now.uptime).full.wrapped(at: textWidth, by: .words).lines
        // The text continues below its first line, which is left of the space for the scroll bar.
        let margin = SafeText(repeating: " ", count: max(0, width - 2 - textWidth - indent))
        var lines = text.dropFirst().map { StyledLine(margin + $0) }
        if incident.droppedRows > 0 {
            lines.append(StyledLine("\(incident.droppedRows) more events; the Events view has the newest", .muted))
        }
        lines += incident.rows.flatMap { event($0, data, width: max(10, width - indent - 2)) }
        return [.incident(incident, firstLine: text.first)] + lines.map { .text($0) }
    }

    /// The columns before the lines of an unfolded incident.
    private static let indent = 6

    /// Returns an event with its time and severity. A long text is wrapped.
    private static func event(_ row: EventRow, _ data: DashboardData, width: Int) -> [StyledLine] {
        let time = SafeText.clock(epochSeconds: row.epochSeconds, offset: data.now.utcOffset)
        let word = row.severity.word
        let label = time.width + 7
        return row.text.wrapped(at: max(10, width - label), by: .words).lines.enumerated().map { index, text in
            guard index == 0 else { return StyledLine(SafeText(repeating: " ", count: label) + text) }
            var line = StyledLine("\(time) ", .muted)
            line.append(word + SafeText(repeating: " ", count: 6 - word.width), row.severity.role)
            line.append(text, .text)
            return line
        }
    }

    // MARK: Drawing

    /// Draws the lines.
    func draw(_ data: DashboardData, filter: String, isFocused: Bool, into buffer: inout CellBuffer, in rect: Rect) {
        guard !lines.isEmpty else {
            let text: SafeText = filter.isEmpty ? Self.calm(data) : "No incident matches the filter."
            buffer.write(text, in: rect, style: data.theme[.muted])
            return
        }
        let columns = TableColumns<IncidentColumn>(TableContext(data, glyphs: buffer.glyphs, width: rect.width))
        var table = Self.table(columns, data, width: rect.width)
        table.marksRows = isFocused
        table.draw(
            into: &buffer,
            in: rect,
            rowCount: lines.count,
            offset: list.offset,
            selected: isFocused ? list.index : nil
        ) { index in
            guard case .incident(let incident, let firstLine) = lines[index].content else { return Table.Row([]) }
            let forms = firstLine.map { [$0] } ?? IncidentText(incident, at: data.now.uptime).forms
            return columns.row(IncidentColumn.Row(incident: incident, forms: forms))
        }
        for row in 0..<max(0, min(rect.height, lines.count - list.offset)) {
            let place = rect.row(row)
            let inner = Rect(x: place.x + Self.indent, y: place.y, width: place.width - Self.indent - 2, height: 1)
            guard case .text(let line) = lines[list.offset + row].content else { continue }
            line.draw(into: &buffer, in: inner, theme: data.theme, marksCut: true)
        }
        Highlight.draw(filter, in: rect, of: &buffer, style: data.theme[.match])
    }

    private static func table(_ columns: TableColumns<IncidentColumn>, _ data: DashboardData, width: Int) -> Table {
        columns.table(theme: data.theme, spacing: width < 140 ? 1 : 2, showsHeader: false)
    }

    /// The line without an incident.
    private static func calm(_ data: DashboardData) -> SafeText {
        let connections = data.clusters.flatMap(\.connections)
        let up = connections.count(where: \.isUp)
        let time = SafeText.duration(data.now.uptime - data.shownSince)
        return "No incident in \(time); \(up) of \(connections.count) connections are up."
    }
}
