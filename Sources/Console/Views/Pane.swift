import TerminalUI

/// A part of the screen with a title. It has a frame if it is large enough.
struct Pane {
    /// The minimum size of a pane with a frame.
    static let leastFramed = Size(width: 30, height: 6)

    let rect: Rect
    /// The area of the contents.
    let inside: Rect

    private let isFramed: Bool

    /// - Parameter leastHeight: The minimum height with a frame.
    init(_ rect: Rect, leastHeight: Int = leastFramed.height) {
        self.rect = rect
        isFramed = rect.width >= Self.leastFramed.width && rect.height >= leastHeight
        inside = isFramed ? rect.inset(horizontal: 2, vertical: 1) : rect
    }

    /// Draws the frame and the title, if the pane is large enough.
    func draw(
        _ title: SafeText,
        note: SafeText = .empty,
        isFocused: Bool = false,
        titleStyle: Style? = nil,
        theme: Theme,
        into buffer: inout CellBuffer
    ) {
        guard isFramed else { return }
        buffer.drawBox(
            rect,
            title: title,
            note: note,
            style: theme[isFocused ? .focusedBorder : .border],
            titleStyle: titleStyle ?? theme[.title]
        )
    }
}

/// The areas of a list in its pane. Header and footer are left out if they leave too few rows for the list.
struct ListPane {
    let pane: Pane
    /// The area of the list with its header.
    let table: Rect
    /// The area below the list; empty if there is no space.
    let footer: Rect
    let showsHeader: Bool
    /// The number of visible rows of the list.
    let rows: Int

    /// - Parameter footerRows: The number of rows of the footer.
    init(_ rect: Rect, footerRows: Int = 0) {
        pane = Pane(rect)
        let inside = pane.inside
        let footerHeight = inside.height >= footerRows + 4 ? footerRows : 0
        table = inside.droppingBottom(footerHeight)
        footer = inside.droppingTop(inside.height - footerHeight)
        showsHeader = table.height >= 4
        rows = max(0, table.height - (showsHeader ? 1 : 0))
    }

    /// The area of the rows, without the header.
    var body: Rect { table.droppingTop(showsHeader ? 1 : 0) }
}
