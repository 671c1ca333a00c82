import Settings
import TerminalUI

/// A list, and the detail of what is selected in it: beside the list, below it, or in front of it, as there is room.
struct ListDetail<ID: Hashable & Sendable>: Sendable {
    typealias Part = ListDetailPart

    /// Which of the two moves with the arrows.
    private(set) var focus = Part.list
    /// How far the detail is scrolled.
    private(set) var scroll = ScrollState()
    /// Whether the detail is wanted where both can be seen.
    private var showsDetail: Bool
    private let showedDetailAtFirst: Bool
    /// Whether the detail is in front where only one can be seen.
    private var isInFront = false
    private(set) var layout: ListDetailLayout
    private let limits: ListDetailLayout.Limits
    private var lineCount = 0
    /// The row that the detail was scrolled for.
    private var shown: ID?

    /// - Parameter showsDetail: Whether the detail is shown from the start where there is room for it.
    init(showsDetail: Bool, limits: ListDetailLayout.Limits = .standard) {
        self.showsDetail = showsDetail
        self.limits = limits
        showedDetailAtFirst = showsDetail
        layout = ListDetailLayout(.zero, limits, showsDetail: showsDetail, isInFront: false)
    }

    /// Where the two are in `rect`.
    func layout(in rect: Rect) -> ListDetailLayout {
        ListDetailLayout(rect, limits, showsDetail: showsDetail, isInFront: isInFront)
    }

    /// Fits it to the size of the screen.
    mutating func refresh(size: Size) {
        layout = layout(in: Rect(size))
        if layout.detail.isEmpty { focus = .list }
        if layout.list.isEmpty { focus = .detail }
    }

    /// Fits it to the detail of the selected row. The detail of another row begins at the top.
    /// - Parameter lineCount: Rows that the detail has.
    mutating func refresh(selected: ID?, lineCount: Int) {
        if selected != shown { scroll.scrollToTop() }
        shown = selected
        self.lineCount = lineCount
        scroll.update(count: lineCount, height: detailRows)
    }

    private var detailRows: Int { max(1, Pane(layout.detail).inside.height) }

    /// Takes the keys that have to do with the detail; the rest is the list's.
    /// - Returns: Whether the action was taken.
    mutating func handle(_ action: KeyAction) -> Bool {
        switch action {
        case .open:
            if layout.hasRoomForBoth { showsDetail.toggle() } else { isInFront.toggle() }
            focus = layout.hasRoomForBoth || !isInFront ? .list : .detail
        case .nextPane, .previousPane:
            guard !layout.detail.isEmpty, !layout.list.isEmpty else { return true }
            focus = focus == .list ? .detail : .list
        case .back where isInFront && !layout.hasRoomForBoth:
            isInFront = false
            focus = .list
        case .back where focus == .detail:
            focus = .list
        case .back where layout.hasRoomForBoth && showsDetail && !showedDetailAtFirst:
            showsDetail = false
        default:
            guard focus == .detail else { return false }
            return scroll.handle(action, count: lineCount, height: detailRows)
        }
        return true
    }

    /// Makes one of the two the one that moves, if it is to be seen.
    mutating func focus(_ part: Part) {
        let isSeen = part == .list ? !layout.list.isEmpty : !layout.detail.isEmpty
        if isSeen { focus = part }
    }

    /// Marks the two for the mouse, where both are to be seen.
    func mark(_ layout: ListDetailLayout, in buffer: inout CellBuffer) {
        guard !layout.list.isEmpty, !layout.detail.isEmpty else { return }
        buffer.mark(layout.list, as: .pane(0))
        buffer.mark(layout.detail, as: .pane(1))
    }

    /// Draws the rows of the detail that are in view.
    func draw(_ lines: [StyledLine], into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
        for (index, line) in lines.dropFirst(scroll.offset).prefix(rect.height).enumerated() {
            line.draw(into: &buffer, in: rect.row(index), theme: theme)
        }
    }
}

/// Which of a list and its detail moves with the arrows.
enum ListDetailPart: Sendable, Hashable {
    case list, detail
}

/// Where a list and its detail are.
struct ListDetailLayout: Sendable {
    /// The least room in which both can be seen at once.
    struct Limits: Sendable {
        static let standard = Limits(sideBySide: Size(width: 110, height: 0), stacked: Size(width: 40, height: 18))

        /// Beside each other.
        let sideBySide: Size
        /// One below the other.
        let stacked: Size
    }

    let list: Rect
    let detail: Rect
    /// Whether both can be seen at once.
    let hasRoomForBoth: Bool

    init(_ rect: Rect, _ limits: Limits, showsDetail: Bool, isInFront: Bool) {
        let isWide = rect.width >= limits.sideBySide.width
        hasRoomForBoth =
            isWide
            ? rect.height >= limits.sideBySide.height
            : rect.height >= limits.stacked.height && rect.width >= limits.stacked.width
        if !hasRoomForBoth {
            (list, detail) = isInFront ? (.zero, rect) : (rect, .zero)
        } else if !showsDetail {
            (list, detail) = (rect, .zero)
        } else {
            let parts = Layout(isWide ? .horizontal : .vertical, [.fill(3), .fill(2)]).split(rect)
            (list, detail) = (parts[0], parts[1])
        }
    }
}
