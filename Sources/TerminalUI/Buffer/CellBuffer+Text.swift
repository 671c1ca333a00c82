extension CellBuffer {
    /// The rows as text, for golden tests and for copying the screen. Trailing spaces are kept.
    public func lines() -> [String] {
        (0..<size.height).map { y in
            var view = String.UnicodeScalarView()
            for cell in row(y) {
                if let base = cell.base { view.append(base) }
                if let mark = cell.firstMark { view.append(mark) }
                if let mark = cell.secondMark { view.append(mark) }
            }
            return String(view)
        }
    }

    /// The rows as text with their styles, for tests: `[fg=red bold]` begins a style, `[]` ends it.
    public func styledLines() -> [String] {
        (0..<size.height).map { y in
            var line = ""
            var style = Style.plain
            for cell in row(y) {
                if cell.style != style {
                    style = cell.style
                    line += "[\(style)]"
                }
                line += cell.text
            }
            return line
        }
    }

    private func row(_ y: Int) -> ArraySlice<Cell> {
        cells[y * size.width..<(y + 1) * size.width]
    }
}
