extension TextField {
    /// Draws the field and returns the position of the cursor.
    ///
    /// The text is scrolled in both directions so that the cursor is visible.
    /// - Parameters:
    ///   - style: The style of the text.
    ///   - placeholder: The text to show while the field is empty.
    ///   - placeholderStyle: The style of the placeholder.
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
        // Keep one column for the cursor after the last character.
        let skipped = max(0, cursorLineText.width - rect.width + 1)
        for (row, line) in lines.dropFirst(firstLine).prefix(rect.height).enumerated() {
            let text = shown(line)
            buffer.write(text, at: Point(x: rect.x - skipped, y: rect.y + row), style: style, clip: rect)
        }
        return Point(x: rect.x + cursorLineText.width - skipped, y: rect.y + cursorLine - firstLine)
    }

    /// Sanitizes each character separately, so that the part before the cursor looks the same as in the whole line.
    private func shown(_ characters: ArraySlice<Character>) -> SafeText {
        var result = SafeText.empty
        for character in characters { result.append(SafeText(untrusted: String(character))) }
        return result
    }
}
