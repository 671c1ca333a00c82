/// A framed box over the middle of the screen: a question, a message or a form.
public struct Dialog: Sendable {
    /// Styles of the parts.
    public struct Styles: Sendable, Hashable {
        /// Of the inside.
        public var body: Style
        /// Of the frame.
        public var border: Style
        /// Of the title, laid over the frame's.
        public var title: Style

        /// Styles of the parts.
        public init(body: Style = .plain, border: Style = .plain, title: Style = Style(modifiers: .bold)) {
            self.body = body
            self.border = border
            self.title = title
        }
    }

    /// In the top edge.
    public var title: SafeText
    /// What it says, in rows; wrapped to the width there is.
    public var message: [SafeText]
    /// The keys that answer it, in its last row.
    public var hints: KeyHints
    /// Styles of the parts.
    public var styles: Styles

    /// A box that says `message`.
    public init(title: SafeText, message: [SafeText] = [], hints: KeyHints = KeyHints([]), styles: Styles = Styles()) {
        self.title = title
        self.message = message
        self.hints = hints
        self.styles = styles
    }

    /// Where the parts are.
    private struct Places {
        let box: Rect
        let rows: [SafeText]
        /// Inside the frame, without the hints.
        let inside: Rect
        let hints: Rect

        /// The room below the message.
        var content: Rect { inside.droppingTop(rows.count) }
    }

    private func places(in rect: Rect, contentSize: Size) -> Places {
        let hintWidth = hints.hints.reduce(0) { $0 + $1.key.width + $1.label.width + 3 }
        let widest = max(message.map(\.width).max() ?? 0, contentSize.width, hintWidth, title.width + 2)
        // A frame and an empty column at each side.
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

    /// The room for more that ``draw(into:in:contentSize:)`` returns, without drawing.
    public func contentRect(in rect: Rect, contentSize: Size) -> Rect {
        let places = places(in: rect, contentSize: contentSize)
        guard places.box.width >= 2, places.box.height >= 2 else { return Rect(origin: rect.origin, size: .zero) }
        return places.content
    }

    /// Draws the box in the middle of `rect`, over what is there.
    /// - Parameter contentSize: Room to keep below the message for more, such as fields.
    /// - Returns: The room for more; empty if there is none.
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
