import Settings
import TerminalUI

/// A list and the details of its selected row. Depending on the space, the details are beside, below or in front of the list.
struct ListDetail<ID: Hashable & Sendable>: Sendable {
    typealias Part = ListDetailPart

    /// The part that the arrow keys move in.
    private(set) var focus = Part.list
    private var detail = DetailState<ID>()
    /// Whether the details are shown if there is space for both.
    private var showsDetail: Bool
    private let showedDetailAtFirst: Bool
    /// Whether the details are in front if there is space for only one part.
    private var isInFront = false
    private(set) var layout: ListDetailLayout
    private let limits: ListDetailLayout.Limits

    /// - Parameter showsDetail: Whether the details are shown initially if there is space for them.
    init(showsDetail: Bool, limits: ListDetailLayout.Limits = .standard) {
        self.showsDetail = showsDetail
        self.limits = limits
        showedDetailAtFirst = showsDetail
        layout = ListDetailLayout(.zero, limits, showsDetail: showsDetail, isInFront: false)
    }

    /// Returns the areas of the two parts in `rect`.
    func layout(in rect: Rect) -> ListDetailLayout {
        ListDetailLayout(rect, limits, showsDetail: showsDetail, isInFront: isInFront)
    }

    /// Updates the layout for the size of the screen.
    mutating func refresh(size: Size) {
        layout = layout(in: Rect(size))
        if layout.detail.isEmpty { focus = .list }
        if layout.list.isEmpty { focus = .detail }
    }

    /// Updates the details for the selected row. The details of another row begin at the top.
    mutating func refresh(selected: ID?, lines: [StyledLine]) {
        detail.refresh(selected, lines, height: Pane(layout.detail).inside.height)
    }

    /// The keys of the details, if they have the focus; nil if the list has it.
    var detailHints: [(action: KeyAction, label: SafeText)]? {
        focus == .detail ? detail.hints : nil
    }

    /// Returns what an action opens.
    func jump(for action: KeyAction) -> Jump? {
        focus == .detail ? detail.jump(for: action) : nil
    }

    /// Shows the details and moves the focus to them.
    mutating func openDetail() {
        (showsDetail, isInFront) = (true, true)
        focus = .detail
    }

    /// Handles the actions that concern the details. The list handles the others.
    /// - Returns: Whether the action was handled.
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
            return focus == .detail && detail.handle(action)
        }
        return true
    }

    /// Moves the focus to a part, if it is visible.
    mutating func focus(_ part: Part) {
        let isSeen = part == .list ? !layout.list.isEmpty : !layout.detail.isEmpty
        if isSeen { focus = part }
    }

    /// Marks the two parts for the mouse, if both are visible.
    func mark(_ layout: ListDetailLayout, in buffer: inout CellBuffer) {
        guard !layout.list.isEmpty, !layout.detail.isEmpty else { return }
        buffer.mark(layout.list, as: .pane(0))
        buffer.mark(layout.detail, as: .pane(1))
    }

    /// The number of rows of the details.
    var detailCount: Int { detail.lines.count }

    /// Draws the visible rows of the details of the last refresh.
    func draw(into buffer: inout CellBuffer, in rect: Rect, theme: Theme) {
        detail.draw(isFocused: focus == .detail, into: &buffer, in: rect, theme: theme)
    }
}

/// A part of a ``ListDetail``.
enum ListDetailPart: Sendable, Hashable {
    case list, detail
}

/// The areas of a list and its details.
struct ListDetailLayout: Sendable {
    /// The minimum sizes for showing both parts.
    struct Limits: Sendable {
        static let standard = Limits(sideBySide: Size(width: 110, height: 0), stacked: Size(width: 40, height: 18))

        /// The minimum size for parts beside each other.
        let sideBySide: Size
        /// The minimum size for one part below the other.
        let stacked: Size
    }

    let list: Rect
    let detail: Rect
    /// Whether there is space for both parts.
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
