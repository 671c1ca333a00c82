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

    private enum Line {
        case incident(Incident)
        case text(StyledLine)
    }

    private(set) var list = ListState<ID>()
    private var unfolded: Set<Int> = []

    /// Returns the incidents that match the filter, the open ones first.
    static func shown(_ data: DashboardData, filter: String) -> [Incident] {
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
            return true
        }
        return list.handle(action, in: ids(data, filter: filter, width: pane.inside.width), height: max(1, pane.inside.height))
    }

    mutating func select(row: Int, _ data: DashboardData, filter: String, pane: Pane) -> Bool {
        list.select(
            position: row,
            in: ids(data, filter: filter, width: pane.inside.width),
            height: max(1, pane.inside.height)
        )
    }

    mutating func reset() { list.reset() }

    /// - Parameter isFocused: Whether the keys move in the list. Then a line is selected.
    mutating func refresh(_ data: DashboardData, filter: String, isFocused: Bool, pane: Pane) {
        unfolded.formIntersection(data.incidents.incidents.map(\.id))
        list.update(
            ids(data, filter: filter, width: pane.inside.width),
            height: max(1, pane.inside.height),
            selectsFirst: isFocused
        )
    }

    /// Returns the number of lines in a pane of this width.
    func lineCount(_ data: DashboardData, filter: String, width: Int) -> Int {
        unfolded.isEmpty
            ? Self.shown(data, filter: filter).count : lines(data, filter: filter, width: width).count
    }

    private func ids(_ data: DashboardData, filter: String, width: Int) -> [ID] {
        lines(data, filter: filter, width: width).map(\.id)
    }

    private func lines(_ data: DashboardData, filter: String, width: Int) -> [(id: ID, line: Line)] {
        var lines: [(id: ID, line: Line)] = []
        for incident in Self.shown(data, filter: filter) {
            lines.append((ID(incident: incident.id, line: 0), .incident(incident)))
            guard unfolded.contains(incident.id) else { continue }
            var number = 0
            func add(_ line: Line) {
                number += 1
                lines.append((ID(incident: incident.id, line: number), line))
            }
            let text = IncidentText(incident, at: data.now.uptime).full
            let room = max(10, width - Self.indent - 2)
            for row in text.wrapped(at: room, by: .words).lines { add(.text(StyledLine(row))) }
            if incident.droppedRows > 0 {
                add(.text(StyledLine("\(incident.droppedRows) more events; the Events view has the newest", .muted)))
            }
            for row in incident.rows { for line in Self.event(row, data, width: room) { add(.text(line)) } }
        }
        return lines
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
        let lines = lines(data, filter: filter, width: rect.width)
        guard !lines.isEmpty else {
            let text: SafeText = filter.isEmpty ? Self.calm(data) : "No incident matches the filter."
            buffer.write(text, in: rect, style: data.theme[.muted])
            return
        }
        let columns = TableColumns<IncidentColumn>(TableContext(data, glyphs: buffer.glyphs, width: rect.width))
        var table = columns.table(theme: data.theme, spacing: rect.width < 140 ? 1 : 2, showsHeader: false)
        table.marksRows = isFocused
        table.draw(
            into: &buffer,
            in: rect,
            rowCount: lines.count,
            offset: list.offset,
            selected: isFocused ? list.index : nil
        ) { index in
            guard case .incident(let incident) = lines[index].line else { return Table.Row([]) }
            return columns.row(incident)
        }
        for row in 0..<max(0, min(rect.height, lines.count - list.offset)) {
            let place = rect.row(row)
            let inner = Rect(x: place.x + Self.indent, y: place.y, width: place.width - Self.indent - 2, height: 1)
            guard case .text(let line) = lines[list.offset + row].line else { continue }
            line.draw(into: &buffer, in: inner, theme: data.theme, marksCut: true)
        }
        Highlight.draw(filter, in: rect, of: &buffer, style: data.theme[.match])
    }

    /// The line without an incident.
    private static func calm(_ data: DashboardData) -> SafeText {
        let connections = data.clusters.flatMap(\.connections)
        let up = connections.count(where: \.isUp)
        let time = SafeText.duration(data.now.uptime - data.shownSince)
        return "No incident in \(time); \(up) of \(connections.count) connections are up."
    }
}
