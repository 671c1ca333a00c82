extension CellBuffer {
    /// Draws a frame around `rect`, with `title` in its top edge, and returns the rectangle inside.
    ///
    /// A rectangle too small for a frame (less than 2 × 2) is left unchanged, and the result is empty.
    /// - Parameters:
    ///   - style: The style of the frame.
    ///   - titleStyle: The style of the title, on top of `style`.
    ///   - note: A second, shorter text at the right of the top edge, such as a count. If space is short, it is dropped
    ///     first.
    @discardableResult
    public mutating func drawBox(
        _ rect: Rect,
        title: SafeText = .empty,
        note: SafeText = .empty,
        style: Style = .plain,
        titleStyle: Style = .plain
    ) -> Rect {
        guard rect.width >= 2, rect.height >= 2 else { return Rect(origin: rect.origin, size: .zero) }
        let border = glyphs.border
        let (left, top, right, bottom) = (rect.x, rect.y, rect.right - 1, rect.bottom - 1)
        drawRule(Rect(x: left + 1, y: top, width: rect.width - 2, height: 1), style: style)
        drawRule(Rect(x: left + 1, y: bottom, width: rect.width - 2, height: 1), style: style)
        let sides = rect.inset(vertical: 1).intersection(bounds)
        for y in sides.y..<sides.bottom {
            put(border.vertical, at: Point(x: left, y: y), style: style)
            put(border.vertical, at: Point(x: right, y: y), style: style)
        }
        put(border.topLeft, at: Point(x: left, y: top), style: style)
        put(border.topRight, at: Point(x: right, y: top), style: style)
        put(border.bottomLeft, at: Point(x: left, y: bottom), style: style)
        put(border.bottomRight, at: Point(x: right, y: bottom), style: style)
        drawTitles(title, note, in: rect.row(0), style: style.overlaid(with: titleStyle))
        return rect.inset(horizontal: 1, vertical: 1)
    }

    /// Draws a horizontal line through the first row of `rect`.
    public mutating func drawRule(_ rect: Rect, style: Style = .plain) {
        let visible = rect.row(0).intersection(bounds)
        guard !visible.isEmpty else { return }
        for x in visible.x..<visible.right {
            put(glyphs.border.horizontal, at: Point(x: x, y: visible.y), style: style)
        }
    }

    private mutating func drawTitles(_ title: SafeText, _ note: SafeText, in edge: Rect, style: Style) {
        // One corner and one space on each side.
        let room = edge.width - 4
        guard room > 0 else { return }
        var used = 0
        if !title.isEmpty {
            let shown = " " + title.truncated(to: room) + " "
            used = write(shown, at: Point(x: edge.x + 1, y: edge.y), style: style)
        }
        if !note.isEmpty, note.width + 2 + used <= edge.width - 2 {
            let shown = " " + note + " "
            write(shown, at: Point(x: edge.right - 1 - shown.width, y: edge.y), style: style)
        }
    }
}
