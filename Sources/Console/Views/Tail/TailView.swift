import DequeModule
import Settings
import TerminalUI

/// `3` opens the list of messages from all subscriptions, with one message in full.
struct TailView: ConsoleView {
    static let opening = KeyAction.tail
    static let title: SafeText = "Tail"
    static let scope = KeyAction.Scope.tail
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.pause, "pause"), (.open, "detail"), (.onlyTopic, "only topic"), (.withoutTopic, "without topic"),
        (.timeStyle, "time"), (.json, "JSON"), (.hex, "hex"), (.wrap, "wrap"), (.clear, "clear"), (.nextPane, "pane"),
        (.nextMatch, "next match"), (.previousMatch, "previous match"), (.edit, "edit and publish"), (.copy, "copy"),
        (.save, "save"), (.left, "left"), (.right, "right"),
    ]

    var filter = ""
    /// What is shown while paused; nil while following.
    private(set) var paused: Paused?
    /// The number of messages since the pause.
    private(set) var missed: UInt64 = 0
    private(set) var list = ListState<Int>()
    private(set) var matches = TailFilter()
    private(set) var parts = ListDetail<Int>(
        showsDetail: true,
        limits: ListDetailLayout.Limits(sideBySide: Size(width: 100, height: 8), stacked: Size(width: 40, height: 18))
    )
    /// The topics whose messages are shown.
    private(set) var scope = TailScope()
    private(set) var time = TailTime.clock
    /// The width of the topics in the list. It only grows, until the filter or the scope changes, so that the messages stay in
    /// place.
    private(set) var topicWidth = 0
    private(set) var histogram = TailHistogram()
    /// The selected message's topic, if it is shown beside the message.
    private(set) var topic: TailTopic?
    /// Whether there is space for the topic beside the message.
    private var showsTopic = false
    private(set) var format = BodyFormat.automatic
    private(set) var wraps = true
    /// Where the message is scrolled to, separately for each format.
    private var positions: [BodyFormat: Position] = [:]
    /// The number of columns that the previews are scrolled to the right.
    private(set) var previewColumn = 0
    private(set) var body: Body?
    /// The row of the current match of `n` and `N`.
    private(set) var matchRow: Int?

    /// The scroll position of the message. Its rows are laid out in steps, so the view handles scrolling itself.
    private(set) var detail: ScrollState {
        get { positions[format]?.scroll ?? ScrollState() }
        set { positions[format, default: Position()].scroll = newValue }
    }

    /// The number of columns that the message is scrolled to the right, if it is not wrapped.
    private(set) var detailColumn: Int {
        get { positions[format]?.column ?? 0 }
        set { positions[format, default: Position()].column = newValue }
    }

    func limit(_ data: DashboardData) -> SafeText { scope.text }

    func hints(_ data: DashboardData) -> [(action: KeyAction, label: SafeText)] {
        if topic?.isFocused == true { return topic?.detail.hints ?? [] }
        var hints = Self.actions
        if isPaused { hints[0].label = "follow" }
        if scope.only != nil {
            for index in hints.indices where hints[index].action == .onlyTopic { hints[index].label = "all topics" }
        }
        guard !filter.isEmpty else { return hints }
        // With a filter, the matches come next.
        let matching = hints.filter { [.nextMatch, .previousMatch].contains($0.action) }
        return [hints[0]] + matching + hints.dropFirst().filter { ![.nextMatch, .previousMatch].contains($0.action) }
    }

    /// Whether the tail is paused.
    var isPaused: Bool { paused != nil }

    /// Returns the messages to show.
    func log(_ data: DashboardData) -> TailLog { paused?.log ?? data.tail }

    /// While following, the newest message is selected. It changes too quickly to suggest its topic.
    func selectedTopic(_ data: DashboardData) -> String? {
        guard isPaused else { return nil }
        return list.selection.flatMap { log(data)[$0] }.flatMap { String(validating: $0.topic, as: UTF8.self) }
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        switch action {
        case .pause: if isPaused { follow() } else { pause(data) }
        case .clear:
            data.tail.clear()
            follow()
            matches = TailFilter()
        case .save, .copy, .edit: return export(action, data)
        case .onlyTopic, .withoutTopic: return narrow(action, data)
        case .timeStyle: time = time.next
        case .left: scroll(by: -Self.columnStep)
        case .right: scroll(by: Self.columnStep)
        case .hex: format = format == .hex ? .automatic : .hex
        case .json: format = format == .json ? .text : .json
        case .wrap:
            wraps.toggle()
            for format in positions.keys { positions[format]?.column = 0 }
        case .open where topic?.isFocused == true: return topic?.detail.jump(for: action).map(ViewResponse.follow) ?? .handled
        case .nextPane, .previousPane: moveFocus(action)
        case .open: _ = parts.handle(action)
        case .nextMatch: return match(1, data)
        case .previousMatch: return match(-1, data)
        case .back: return back()
        default: return move(action, data)
        }
        return .handled
    }

    /// The number of columns that left and right scroll by.
    private static let columnStep = 8

    private mutating func scroll(by columns: Int) {
        if parts.focus == .detail {
            let most = wraps ? 0 : max(0, (body?.width ?? 0) - parts.layout.detailColumns + 1)
            detailColumn = min(max(0, detailColumn + columns), most)
        } else {
            previewColumn = min(max(0, previewColumn + columns), TailColumn.previewBytes)
        }
    }

    /// Moves the focus back to the list, or closes the message in front. Otherwise shows all topics, or ends the pause. Ignored
    /// while there is a filter, which the caller then clears.
    private mutating func back() -> ViewResponse {
        if topic?.isFocused == true {
            topic?.isFocused = false
            return .handled
        }
        if parts.handle(.back) { return .handled }
        guard filter.isEmpty else { return .ignored }
        if !scope.isEmpty {
            scope = TailScope()
            return .handled
        }
        guard isPaused else { return .ignored }
        follow()
        return .handled
    }

    /// Shows only the topic of the selected message, or leaves it out. If only one topic is shown, shows the others again.
    private mutating func narrow(_ action: KeyAction, _ data: DashboardData) -> ViewResponse {
        if action == .onlyTopic, scope.only != nil {
            scope.showOthers()
            return .handled
        }
        guard let entry = list.selection.flatMap({ log(data)[$0] }) else { return .notice(.info("no message is selected")) }
        if action == .onlyTopic { scope.showOnly(entry.topic) } else { scope.leaveOut(entry.topic) }
        return .handled
    }

    private mutating func move(_ action: KeyAction, _ data: DashboardData) -> ViewResponse {
        if topic?.isFocused == true { return topic?.detail.handle(action) == true ? .handled : .ignored }
        if parts.focus == .detail {
            // All rows must be laid out to find the end.
            if action == .last { layOut(log(data), rows: MessageBody.rowLimit) }
            let count = body?.lines.count ?? 0
            return detail.handle(action, count: count, height: parts.layout.detailRows) ? .handled : .ignored
        }
        if action == .last {
            follow()
            return .handled
        }
        // Moving up pauses the tail so that the message stays in view.
        if [.up, .pageUp, .halfPageUp, .first].contains(action), !isPaused { pause(data) }
        guard isPaused else { return [.down, .pageDown, .halfPageDown].contains(action) ? .handled : .ignored }
        return list.handle(action, in: matches.ids, height: parts.layout.listRows) ? .handled : .ignored
    }

    /// Selects a clicked message. The click pauses the tail so that the message stays in view.
    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        if !isPaused { pause(data) }
        return list.select(position: row, in: matches.ids, height: parts.layout.listRows)
    }

    mutating func focus(pane: Int) {
        topic?.isFocused = pane == 2
        if pane < 2 { parts.focus(pane == 1 ? .detail : .list) }
    }

    /// Moves the focus through the list, the message and, if it is shown, the topic.
    private mutating func moveFocus(_ action: KeyAction) {
        let first: ListDetailPart = action == .nextPane ? .list : .detail
        guard topic != nil else {
            _ = parts.handle(action)
            return
        }
        if topic?.isFocused == true {
            topic?.isFocused = false
            parts.focus(first)
        } else if parts.focus == first, !parts.layout.detail.isEmpty {
            _ = parts.handle(action)
        } else {
            topic?.isFocused = true
        }
    }

    private mutating func pause(_ data: DashboardData) {
        var strip = TailHistogram(data.traffic)
        strip.endsAtPause = true
        paused = Paused(log: data.tail, epochMilliseconds: data.now.epochMilliseconds, strip: strip)
        missed = 0
    }

    private mutating func follow() {
        paused = nil
        missed = 0
    }

    // MARK: Frames

    /// Requests the subscriptions for the topic beside the message.
    func monitoringWish(_ data: DashboardData) -> ServerMonitoring.Wish? { showsTopic ? .subscriptions : nil }

    mutating func refresh(_ data: DashboardData, size: Size) {
        let layout = TailLayout(Rect(size))
        showsTopic = !layout.topic.isEmpty
        parts.refresh(size: layout.main.size)
        let log = log(data)
        if let before = paused?.log {
            let notShown = data.tail.notShown >= before.notShown ? data.tail.notShown - before.notShown : 0
            missed = UInt64(max(0, data.tail.endID - before.endID)) + notShown
        }
        if filter != matches.text || scope != matches.scope { topicWidth = 0 }
        matches.update(filter, scope, log)
        if isPaused {
            list.update(matches.ids, height: parts.layout.listRows)
        } else {
            list.moveToLast(in: matches.ids, height: parts.layout.listRows)
        }
        refreshBody(log)
        refreshTopicWidth(log)
        refreshHistogram(data, log)
        let inside = Pane(layout.topic).inside.size
        topic = showsTopic ? TailTopic(list.selection.flatMap { log[$0] }, data, size: inside, before: topic) : nil
    }

    private mutating func refreshBody(_ log: TailLog) {
        // Lays out two more pages than are visible, in steps, so that scrolling rarely needs new rows.
        let wanted = detail.offset + 3 * parts.layout.detailRows
        layOut(log, rows: (wanted / Self.rowStep + 1) * Self.rowStep)
        detail.update(count: body?.lines.count ?? 0, height: parts.layout.detailRows)
    }

    private static let rowStep = 128

    /// Lays out at least `rows` rows of the selected message, unless this is already done.
    private mutating func layOut(_ log: TailLog, rows: Int) {
        guard let id = list.selection, let entry = log[id], !parts.layout.detail.isEmpty else {
            body = nil
            return
        }
        let key = Body.Key(id: id, format: format, width: parts.layout.detailColumns, wraps: wraps)
        if let body, body.key == key, body.isComplete || body.maximumRows >= rows { return }
        if id != body?.key.id {
            positions = [:]
        }
        if key != body?.key { matchRow = nil }
        body = Body(key, entry, maximumRows: rows)
    }

    private mutating func refreshTopicWidth(_ log: TailLog) {
        let shown = matches.ids.dropFirst(list.offset).prefix(parts.layout.listRows)
        let widest = shown.compactMap { log[$0] }.map { TailColumn.topic($0).width }.max() ?? 0
        // A message has at least as many columns as a long topic.
        let width = parts.layout.list.width
        topicWidth = min(max(topicWidth, widest, 5), max(12, min(width * 2 / 5, (width - 26) / 2)))
    }

    private mutating func refreshHistogram(_ data: DashboardData, _ log: TailLog) {
        if filter.isEmpty, scope.isEmpty {
            histogram = paused?.strip ?? TailHistogram(data.traffic)
        } else {
            let end = paused?.epochMilliseconds ?? data.now.epochMilliseconds
            histogram = TailHistogram(matches.ids, of: log, until: end, buckets: max(10, parts.layout.list.width - 30))
            histogram.endsAtPause = isPaused
        }
    }

    // MARK: Matches

    /// Moves to the next or previous match: to a message in the list, or to a row in the message.
    private mutating func match(_ step: Int, _ data: DashboardData) -> ViewResponse {
        guard !filter.isEmpty else {
            let key = data.keys.key(for: .filter) ?? "/"
            return .notice(.info("no filter is set; \(key) sets one"))
        }
        guard parts.focus == .detail else { return move(step > 0 ? .down : .up, data) }
        layOut(log(data), rows: MessageBody.rowLimit)
        guard let body else { return .handled }
        let start = matchRow ?? detail.offset - step
        let rows = step > 0 ? Array(body.lines.indices.drop { $0 <= start }) : body.lines.indices.prefix(max(0, start)).reversed()
        guard let row = rows.first(where: { !body.lines[$0].text.columns(matching: filter).isEmpty }) else {
            return .notice(.info("no further match in this message"))
        }
        matchRow = row
        let height = parts.layout.detailRows
        if row < detail.offset || row >= detail.offset + height {
            detail.scroll(by: row - height / 2 - detail.offset, count: body.lines.count, height: height)
        }
        return .handled
    }
}
