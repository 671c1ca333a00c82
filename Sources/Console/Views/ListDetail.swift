import Settings
import TerminalUI

/// A list, and the detail of what is selected in it: beside the list, below it, or in front of it, as there is room.
struct ListDetail: Sendable {
    /// Which of the two moves with the arrows.
    enum Part: Sendable, Hashable {
        case list, detail
    }

    /// Which of the two moves with the arrows.
    private(set) var focus = Part.list
    /// How far the detail is scrolled.
    private(set) var scroll = ScrollState()
    /// Whether the detail is wanted where both can be seen.
    private var showsDetail: Bool
    private let showedDetailAtFirst: Bool
    /// Whether the detail is in front where only one can be seen.
    private var isInFront = false
    private var layout: ListDetailLayout
    private var lineCount = 0

    /// - Parameter showsDetail: Whether the detail is shown from the start where there is room for it.
    init(showsDetail: Bool) {
        self.showsDetail = showsDetail
        showedDetailAtFirst = showsDetail
        layout = ListDetailLayout(.zero, showsDetail: showsDetail, isInFront: false)
    }

    /// Where the two are in `rect`.
    func layout(in rect: Rect) -> ListDetailLayout {
        ListDetailLayout(rect, showsDetail: showsDetail, isInFront: isInFront)
    }

    /// Fits it to the size of the screen.
    mutating func refresh(size: Size) {
        layout = layout(in: Rect(size))
        if layout.detail.isEmpty { focus = .list }
        if layout.list.isEmpty { focus = .detail }
    }

    /// Fits it to the rows of the detail.
    mutating func refresh(lineCount: Int) {
        self.lineCount = lineCount
        scroll.update(count: lineCount, height: detailRows)
    }

    private var detailRows: Int { max(1, Pane(layout.detail).inside.height) }

    /// Another row is selected: its detail begins at the top.
    mutating func selectionChanged() {
        scroll.scrollToTop()
    }

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

    /// Shows the detail, as opening it does, if it is not shown.
    mutating func showDetail() {
        if layout.detail.isEmpty { _ = handle(.open) }
    }

    /// Draws the rows of the detail that are in view.
    func draw(_ lines: [StyledLine], into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
        for (index, line) in lines.dropFirst(scroll.offset).prefix(rect.height).enumerated() {
            line.draw(into: &buffer, in: rect.row(index), theme: theme)
        }
    }
}

/// Where a list and its detail are.
struct ListDetailLayout: Sendable {
    /// The narrowest screen on which they stand side by side, and the lowest on which one stands below the other.
    private static let (sideBySide, stacked) = (110, 18)

    let list: Rect
    let detail: Rect
    /// Whether both can be seen at once.
    let hasRoomForBoth: Bool

    init(_ rect: Rect, showsDetail: Bool, isInFront: Bool) {
        let isWide = rect.width >= Self.sideBySide
        hasRoomForBoth = isWide || (rect.height >= Self.stacked && rect.width >= 40)
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
