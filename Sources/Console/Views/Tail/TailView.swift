import DequeModule
import Settings
import TerminalUI

/// `3`: the messages of all subscriptions as they come, and one of them in full.
struct TailView: ConsoleView {
    static let opening = KeyAction.tail
    static let title: SafeText = "Tail"
    static let scope = KeyAction.Scope.tail
    static let actions: [(action: KeyAction, label: SafeText)] = [
        (.pause, "pause"), (.open, "detail"), (.json, "JSON"), (.hex, "hex"), (.wrap, "wrap"), (.clear, "clear"),
        (.nextPane, "pane"), (.nextMatch, "next match"), (.previousMatch, "previous match"),
        (.edit, "edit and publish"), (.copy, "copy"), (.save, "save"), (.left, "left"), (.right, "right"),
    ]

    /// Which part moves with the arrows.
    enum Part: Sendable, Hashable {
        case list, detail
    }

    var filter = ""
    /// What is shown while paused: the log as it was. The real one goes on.
    private(set) var frozen: TailLog?
    /// Messages that came since, shown or not.
    private(set) var missed: UInt64 = 0
    private(set) var list = ListState<Int>()
    private(set) var matches = TailFilter()
    private(set) var pane = Part.list
    private(set) var format = BodyFormat.automatic
    private(set) var wraps = true
    /// Whether the detail is wanted where there is room for both.
    private(set) var showsDetail = true
    /// Whether the detail is in front where there is room for one only.
    private(set) var isDetailInFront = false
    private(set) var detail = ScrollState()
    /// Columns that the previews are scrolled to the right.
    private(set) var previewColumn = 0
    /// Columns that the message is scrolled to the right, where it is not wrapped.
    private(set) var detailColumn = 0
    private(set) var body: Body?
    /// The row of the message that `n` and `N` are at.
    private(set) var matchRow: Int?
    private var layout = TailLayout(.zero, showsDetail: true, isDetailInFront: false)

    /// The selected message laid out, kept until something about it changes.
    struct Body: Sendable {
        struct Key: Sendable, Hashable {
            let id: Int
            let format: BodyFormat
            let width: Int
            let wraps: Bool
        }

        let key: Key
        /// How many rows were asked for.
        let maximumRows: Int
        let lines: [StyledLine]
        /// Whether these are all rows there are.
        let isComplete: Bool
        /// Columns of the longest row.
        let width: Int

        init(_ key: Key, _ entry: TailEntry, maximumRows: Int) {
            let body = MessageBody(entry, format: key.format, width: key.width, wraps: key.wraps, maximumRows: maximumRows)
            self.key = key
            self.maximumRows = maximumRows
            lines = body.lines
            isComplete = body.isComplete
            width = body.lines.reduce(0) { max($0, $1.width) }
        }
    }

    /// Whether new messages are not shown for now.
    var isPaused: Bool { frozen != nil }

    /// The messages to show.
    func log(_ data: DashboardData) -> TailLog { frozen ?? data.tail }

    /// Of what just comes by nobody selected anything.
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
        case .save, .copy, .edit: return take(action, data)
        case .left: scroll(by: -Self.columnStep)
        case .right: scroll(by: Self.columnStep)
        case .hex: format = format == .hex ? .automatic : .hex
        case .json: format = format == .json ? .text : .json
        case .wrap:
            wraps.toggle()
            detailColumn = 0
        case .open: openDetail()
        case .nextPane, .previousPane: pane = pane == .list && !layout.detail.isEmpty ? .detail : .list
        case .nextMatch: return match(1, data)
        case .previousMatch: return match(-1, data)
        case .back: return back()
        default: return move(action, data)
        }
        return .handled
    }

    /// Columns that left and right scroll by.
    private static let columnStep = 8

    private mutating func scroll(by columns: Int) {
        if pane == .detail {
            let most = wraps ? 0 : max(0, (body?.width ?? 0) - layout.detailColumns + 1)
            detailColumn = min(max(0, detailColumn + columns), most)
        } else {
            previewColumn = min(max(0, previewColumn + columns), Self.previewBytes)
        }
    }

    private mutating func openDetail() {
        if layout.hasRoomForBoth { showsDetail.toggle() } else { isDetailInFront.toggle() }
        pane = isDetailInFront && !layout.hasRoomForBoth ? .detail : .list
    }

    /// Out of the detail, then out of the pause; the filter goes last.
    private mutating func back() -> ViewResponse {
        if isDetailInFront, !layout.hasRoomForBoth {
            isDetailInFront = false
            pane = .list
        } else if pane == .detail {
            pane = .list
        } else if filter.isEmpty, isPaused {
            follow()
        } else {
            return .ignored
        }
        return .handled
    }

    private mutating func move(_ action: KeyAction, _ data: DashboardData) -> ViewResponse {
        if pane == .detail {
            // The end is not known before all of it is laid out.
            if action == .last { layOut(log(data), rows: MessageBody.rowLimit) }
            let count = body?.lines.count ?? 0
            return detail.handle(action, count: count, height: layout.detailRows) ? .handled : .ignored
        }
        if action == .last {
            follow()
            return .handled
        }
        // Who looks at an older message wants it to stay.
        let pauses: Set<KeyAction> = [.up, .pageUp, .halfPageUp, .first]
        if pauses.contains(action), !isPaused { pause(data) }
        guard isPaused else { return [.down, .pageDown, .halfPageDown].contains(action) ? .handled : .ignored }
        return list.handle(action, in: matches.ids, height: layout.listRows) ? .handled : .ignored
    }

    /// Who clicks a message wants it to stay.
    mutating func select(row: Int, _ data: DashboardData) -> Bool {
        if !isPaused { pause(data) }
        return list.select(position: row, in: matches.ids, height: layout.listRows)
    }

    mutating func focus(pane: Int) {
        self.pane = pane == 1 ? .detail : .list
    }

    private mutating func pause(_ data: DashboardData) {
        frozen = data.tail
        missed = 0
    }

    private mutating func follow() {
        frozen = nil
        missed = 0
    }

    // MARK: Frames

    mutating func refresh(_ data: DashboardData, size: Size) {
        layout = TailLayout(Rect(size), showsDetail: showsDetail, isDetailInFront: isDetailInFront)
        let log = log(data)
        if let frozen {
            let came = data.tail.endID - frozen.endID
            missed = UInt64(max(0, came)) + (data.tail.notShown >= frozen.notShown ? data.tail.notShown - frozen.notShown : 0)
        }
        matches.update(filter, log)
        if isPaused {
            list.update(matches.ids, height: layout.listRows)
        } else {
            list.moveToLast(in: matches.ids, height: layout.listRows)
        }
        refreshBody(log)
    }

    private mutating func refreshBody(_ log: TailLog) {
        // Two pages more than is seen, in steps, so that scrolling lays out only now and then.
        let wanted = detail.offset + 3 * layout.detailRows
        layOut(log, rows: (wanted / Self.rowStep + 1) * Self.rowStep)
        detail.update(count: body?.lines.count ?? 0, height: layout.detailRows)
    }

    private static let rowStep = 128

    /// Lays the selected message out, at least `rows` of it, unless that is done already.
    private mutating func layOut(_ log: TailLog, rows: Int) {
        guard let id = list.selection, let entry = log[id], !layout.detail.isEmpty else {
            body = nil
            return
        }
        let key = Body.Key(id: id, format: format, width: layout.detailColumns, wraps: wraps)
        if let body, body.key == key, body.isComplete || body.maximumRows >= rows { return }
        if id != body?.key.id {
            detail.scrollToTop()
            detailColumn = 0
        }
        if key != body?.key { matchRow = nil }
        body = Body(key, entry, maximumRows: rows)
    }

    // MARK: Matches

    /// Goes to the next or the one before: in the list among the messages, in the message among its rows.
    private mutating func match(_ step: Int, _ data: DashboardData) -> ViewResponse {
        guard !filter.isEmpty else {
            let key = data.keys.key(for: .filter) ?? "/"
            return .notice(.info("no filter is set; \(key) sets one"))
        }
        guard pane == .detail else { return move(step > 0 ? .down : .up, data) }
        layOut(log(data), rows: MessageBody.rowLimit)
        guard let body else { return .handled }
        let start = matchRow ?? detail.offset - step
        let rows = step > 0 ? Array(body.lines.indices.drop { $0 <= start }) : body.lines.indices.prefix(max(0, start)).reversed()
        guard let row = rows.first(where: { !body.lines[$0].text.columns(matching: filter).isEmpty }) else {
            return .notice(.info("no further match in this message"))
        }
        matchRow = row
        let height = layout.detailRows
        if row < detail.offset || row >= detail.offset + height {
            detail.scroll(by: row - height / 2 - detail.offset, count: body.lines.count, height: height)
        }
        return .handled
    }
}

/// How list and detail share the screen.
struct TailLayout: Sendable {
    let list: Rect
    let detail: Rect
    /// Whether both can be seen at once.
    let hasRoomForBoth: Bool

    init(_ rect: Rect, showsDetail: Bool, isDetailInFront: Bool) {
        let isWide = rect.width >= 100
        hasRoomForBoth = isWide ? rect.height >= 8 : rect.height >= 18 && rect.width >= 40
        if !hasRoomForBoth {
            (list, detail) = isDetailInFront ? (.zero, rect) : (rect, .zero)
        } else if !showsDetail {
            (list, detail) = (rect, .zero)
        } else {
            let parts = Layout(isWide ? .horizontal : .vertical, [.fill(3), .fill(2)]).split(rect)
            (list, detail) = (parts[0], parts[1])
        }
    }

    /// Rows for messages, without frame, header and the line of counts.
    var listRows: Int { max(1, ListPane(list, footerRows: 1).rows) }
    /// Rows for the message, without frame, what it is and, where the list is behind it, the line of counts.
    var detailRows: Int { max(1, Pane(detail).inside.height - (list.isEmpty ? 2 : 1)) }
    /// Columns for the message.
    var detailColumns: Int { max(2, Pane(detail).inside.width) }
}
