import TerminalUI

/// A part of the screen with a title: in a frame where there is room for one, bare where every row counts.
struct Pane {
    /// The smallest pane that is framed.
    static let leastFramed = Size(width: 30, height: 6)

    let rect: Rect
    /// Where its contents go.
    let inside: Rect

    init(_ rect: Rect) {
        self.rect = rect
        inside = Self.isFramed(rect) ? rect.inset(horizontal: 2, vertical: 1) : rect
    }

    private static func isFramed(_ rect: Rect) -> Bool {
        rect.width >= leastFramed.width && rect.height >= leastFramed.height
    }

    /// Draws frame and title, if there is room for them.
    func draw(
        _ title: SafeText,
        note: SafeText = .empty,
        isFocused: Bool = false,
        titleStyle: Style? = nil,
        theme: Theme,
        into buffer: inout CellBuffer
    ) {
        guard Self.isFramed(rect) else { return }
        buffer.drawBox(
            rect,
            title: title,
            note: note,
            style: theme[isFocused ? .focusedBorder : .border],
            titleStyle: titleStyle ?? theme[.title]
        )
    }
}

/// How a list spends the rows of its pane: on a header and a line below it only while enough are left for the list.
struct ListPane {
    let pane: Pane
    /// The list with its header.
    let table: Rect
    /// The lines below the list; empty where there is no room.
    let footer: Rect
    let showsHeader: Bool
    /// Rows of the list in view.
    let rows: Int

    /// - Parameter footerRows: Lines wanted below the list.
    init(_ rect: Rect, footerRows: Int = 0) {
        pane = Pane(rect)
        let inside = pane.inside
        let footerHeight = inside.height >= footerRows + 4 ? footerRows : 0
        table = inside.droppingBottom(footerHeight)
        footer = inside.droppingTop(inside.height - footerHeight)
        showsHeader = table.height >= 4
        rows = max(0, table.height - (showsHeader ? 1 : 0))
    }

    /// Where the rows of the list are, without the header.
    var body: Rect { table.droppingTop(showsHeader ? 1 : 0) }
}
