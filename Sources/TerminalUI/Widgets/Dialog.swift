/// A framed box in the middle of the screen, for a question, a message or a form.
public struct Dialog: Sendable {
    /// The styles of the parts.
    public struct Styles: Sendable, Hashable {
        /// The style of the inside.
        public var body: Style
        /// The style of the frame.
        public var border: Style
        /// The style of the title, on top of the style of the frame.
        public var title: Style

        /// The styles of the parts.
        public init(body: Style = .plain, border: Style = .plain, title: Style = Style(modifiers: .bold)) {
            self.body = body
            self.border = border
            self.title = title
        }
    }

    /// The title in the top edge.
    public var title: SafeText
    /// The message, in rows. Long rows are wrapped to the available width.
    public var message: [SafeText]
    /// The keys that answer the dialog, shown in the last row.
    public var hints: KeyHints
    /// The styles of the parts.
    public var styles: Styles

    /// Creates a dialog.
    public init(title: SafeText, message: [SafeText] = [], hints: KeyHints = KeyHints([]), styles: Styles = Styles()) {
        self.title = title
        self.message = message
        self.hints = hints
        self.styles = styles
    }

    /// The positions of the parts.
    private struct Places {
        let box: Rect
        let rows: [SafeText]
        /// The area inside the frame, without the hints.
        let inside: Rect
        let hints: Rect

        /// The area below the message.
        var content: Rect { inside.droppingTop(rows.count) }
    }

    private func places(in rect: Rect, contentSize: Size) -> Places {
        let hintWidth = hints.hints.reduce(0) { $0 + $1.key.width + $1.label.width + 3 }
        let widest = max(message.map(\.width).max() ?? 0, contentSize.width, hintWidth, title.width + 2)
        // The frame and one empty column on each side.
        let width = min(rect.width, widest + 4)
        let rows = message.flatMap { $0.wrapped(at: width - 4, by: .words).lines }
        let hintRows = hints.hints.isEmpty ? 0 : 2
        let box = rect.centered(Size(width: width, height: rows.count + contentSize.height + hintRows + 2))
        let inside = box.inset(horizontal: 2, vertical: 1)
        guard hintRows > 0, inside.height > 1 else { return Places(box: box, rows: rows, inside: inside, hints: .zero) }
        return Places(
            box: box,
            rows: rows,
            inside: inside.droppingBottom(min(hintRows, inside.height - 1)),
            hints: inside.row(inside.height - 1)
        )
    }

    /// Returns the content area that ``draw(into:in:contentSize:)`` would return, without drawing.
    public func contentRect(in rect: Rect, contentSize: Size) -> Rect {
        let places = places(in: rect, contentSize: contentSize)
        guard places.box.width >= 2, places.box.height >= 2 else { return Rect(origin: rect.origin, size: .zero) }
        return places.content
    }

    /// Draws the box in the middle of `rect`, over the existing content.
    /// - Parameter contentSize: The size of the area to reserve below the message, for example for fields.
    /// - Returns: The content area; empty if there is no space.
    @discardableResult
    public func draw(into buffer: inout CellBuffer, in rect: Rect, contentSize: Size = .zero) -> Rect {
        let places = places(in: rect, contentSize: contentSize)
        guard places.box.width >= 2, places.box.height >= 2 else { return Rect(origin: rect.origin, size: .zero) }
        buffer.clear(places.box, style: styles.body)
        let frame = styles.body.overlaid(with: styles.border)
        buffer.drawBox(places.box, title: title, style: frame, titleStyle: styles.title)
        hints.draw(into: &buffer, in: places.hints)
        for (index, row) in places.rows.enumerated() { buffer.write(row, in: places.inside.row(index), style: styles.body) }
        return places.content
    }
}
