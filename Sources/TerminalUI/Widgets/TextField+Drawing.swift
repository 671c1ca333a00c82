extension TextField {
    /// Draws the field and returns where the cursor is.
    ///
    /// The text is scrolled, sideways and by lines, so that the cursor is in view.
    /// - Parameters:
    ///   - style: Of the text.
    ///   - placeholder: Shown while the field is empty.
    ///   - placeholderStyle: Of the placeholder.
    /// - Returns: The cell for the terminal's cursor; nil if `rect` is empty.
    @discardableResult
    public func draw(
        into buffer: inout CellBuffer,
        in rect: Rect,
        style: Style = .plain,
        placeholder: SafeText = .empty,
        placeholderStyle: Style = Style(modifiers: .dim)
    ) -> Point? {
        guard !rect.isEmpty else { return nil }
        buffer.clear(rect, style: style)
        if isEmpty {
            buffer.write(placeholder, in: rect.row(0), style: placeholderStyle)
            return rect.origin
        }
        let (lines, cursorLine, cursorColumn) = layout()
        let firstLine = max(0, cursorLine - rect.height + 1)
        let cursorLineText = shown(lines[cursorLine].prefix(cursorColumn))
        // One column is kept for the cursor behind the last character.
        let skipped = max(0, cursorLineText.width - rect.width + 1)
        for (row, line) in lines.dropFirst(firstLine).prefix(rect.height).enumerated() {
            let text = shown(line)
            buffer.write(text, at: Point(x: rect.x - skipped, y: rect.y + row), style: style, clip: rect)
        }
        return Point(x: rect.x + cursorLineText.width - skipped, y: rect.y + cursorLine - firstLine)
    }

    /// Each character is made safe by itself, so that the part before the cursor looks the same as in the whole.
    private func shown(_ characters: ArraySlice<Character>) -> SafeText {
        var result = SafeText.empty
        for character in characters { result.append(SafeText(untrusted: String(character))) }
        return result
    }
}
