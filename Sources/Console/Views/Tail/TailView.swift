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
    ]

    /// Which part moves with the arrows.
    enum Pane: Sendable, Hashable {
        case list, detail
    }

    var filter = ""
    /// What is shown while paused: the log as it was. The real one goes on.
    private(set) var frozen: TailLog?
    /// Messages that came since, shown or not.
    private(set) var missed: UInt64 = 0
    private(set) var list = ListState<Int>()
    private(set) var matches = TailFilter()
    private(set) var pane = Pane.list
    private(set) var format = BodyFormat.automatic
    private(set) var wraps = true
    /// Whether the detail is wanted where there is room for both.
    private(set) var showsDetail = true
    /// Whether the detail is in front where there is room for one only.
    private(set) var isDetailInFront = false
    private(set) var detail = ScrollState()
    private(set) var body: Body?
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
        let lines: [StyledLine]
    }

    /// Whether new messages are not shown for now.
    var isPaused: Bool { frozen != nil }

    /// The messages to show.
    func log(_ data: DashboardData) -> TailLog { frozen ?? data.tail }

    func selectedTopic(_ data: DashboardData) -> String? {
        list.selection.flatMap { log(data)[$0] }.flatMap { String(validating: $0.topic, as: UTF8.self) }
    }

    // MARK: Keys

    mutating func handle(_ action: KeyAction, _ data: inout DashboardData) -> ViewResponse {
        switch action {
        case .pause: if isPaused { follow() } else { pause(data) }
        case .clear:
            data.tail.clear()
            follow()
            matches = TailFilter()
        case .hex: format = format == .hex ? .automatic : .hex
        case .json: format = format == .json ? .text : .json
        case .wrap: wraps.toggle()
        case .open: openDetail()
        case .nextPane, .previousPane: pane = pane == .list && !layout.detail.isEmpty ? .detail : .list
        case .nextMatch: return move(.down, data)
        case .previousMatch: return move(.up, data)
        case .back: return back()
        default: return move(action, data)
        }
        return .handled
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
        guard let id = list.selection, let entry = log[id], !layout.detail.isEmpty else {
            body = nil
            return
        }
        let key = Body.Key(id: id, format: format, width: layout.detailColumns, wraps: wraps)
        guard key != body?.key else { return }
        if id != body?.key.id { detail.scrollToTop() }
        let lines = MessageBody(entry, format: format, width: key.width, wraps: wraps).lines
        body = Body(key: key, lines: lines)
        detail.update(count: lines.count, height: layout.detailRows)
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
        hasRoomForBoth = isWide || rect.height >= 18
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
    var listRows: Int { max(1, list.height - 4) }
    /// Rows for the message, without frame and what it is.
    var detailRows: Int { max(1, detail.height - 3) }
    /// Columns for the message.
    var detailColumns: Int { max(2, detail.width - 4) }
}
