/// The names of the views in one row, the current one marked.
public struct TabBar: Sendable {
    /// One view.
    public struct Tab: Sendable, Hashable {
        /// The key that opens it.
        public var key: SafeText
        /// Its name.
        public var title: SafeText

        /// A view.
        public init(key: SafeText, title: SafeText) {
            self.key = key
            self.title = title
        }
    }

    /// Styles of the parts.
    public struct Styles: Sendable, Hashable {
        /// Of the keys.
        public var key: Style
        /// Of the names.
        public var title: Style
        /// Laid over the current tab. Not color alone, so that it shows without color.
        public var selected: Style

        /// Styles of the parts.
        public init(
            key: Style = Style(modifiers: .dim),
            title: Style = .plain,
            selected: Style = Style(modifiers: .reverse)
        ) {
            self.key = key
            self.title = title
            self.selected = selected
        }
    }

    /// The views, from the left.
    public var tabs: [Tab]
    /// The position of the current one.
    public var selected: Int
    /// Styles of the parts.
    public var styles: Styles

    /// A row of `tabs`.
    public init(_ tabs: [Tab], selected: Int, styles: Styles = Styles()) {
        self.tabs = tabs
        self.selected = selected
        self.styles = styles
    }

    /// Draws the tabs on the first row of `rect`. When not all names fit, only the current tab keeps its name.
    /// - Returns: The columns of each tab drawn, for the mouse, and the columns used.
    @discardableResult
    public func draw(into buffer: inout CellBuffer, in rect: Rect) -> (tabs: [Range<Int>], width: Int) {
        let row = rect.row(0)
        guard !row.isEmpty else { return ([], 0) }
        let full = tabs.reduce(0) { $0 + $1.key.width + $1.title.width + 3 }
        let isShort = full > row.width
        var places: [Range<Int>] = []
        var x = row.x
        for (index, tab) in tabs.enumerated() {
            let start = x
            x += buffer.write(" ", at: Point(x: x, y: row.y), clip: row)
            x += buffer.write(tab.key, at: Point(x: x, y: row.y), style: styles.key, clip: row)
            if !isShort || index == selected {
                x += buffer.write(" ", at: Point(x: x, y: row.y), clip: row)
                x += buffer.write(tab.title, at: Point(x: x, y: row.y), style: styles.title, clip: row)
            }
            x += buffer.write(" ", at: Point(x: x, y: row.y), clip: row)
            let end = min(x, row.right)
            guard end > start else { break }
            places.append(start..<end)
            buffer.mark(Rect(x: start, y: row.y, width: end - start, height: 1), as: .tab(index))
            if index == selected {
                buffer.restyle(Rect(x: start, y: row.y, width: end - start, height: 1), with: styles.selected)
            }
        }
        return (places, min(x, row.right) - row.x)
    }
}

/// Which keys do what, in one row: `s subscribe  p publish  ? help`.
public struct KeyHints: Sendable {
    /// One key and what it does.
    public struct Hint: Sendable, Hashable {
        /// The key's name.
        public var key: SafeText
        /// What it does, in a word.
        public var label: SafeText

        /// A hint.
        public init(key: SafeText, label: SafeText) {
            self.key = key
            self.label = label
        }
    }

    /// The hints, most important first.
    public var hints: [Hint]
    /// Style of the keys.
    public var keyStyle: Style
    /// Style of the words.
    public var labelStyle: Style

    /// A row of `hints`.
    public init(_ hints: [Hint], keyStyle: Style = Style(modifiers: .bold), labelStyle: Style = .plain) {
        self.hints = hints
        self.keyStyle = keyStyle
        self.labelStyle = labelStyle
    }

    /// Columns that the first `count` hints take.
    public func width(of count: Int) -> Int {
        let shown = hints.prefix(count)
        return shown.reduce(max(0, shown.count - 1) * 2) { $0 + $1.key.width + 1 + $1.label.width }
    }

    /// Draws as many hints as fit whole on the first row of `rect`.
    public func draw(into buffer: inout CellBuffer, in rect: Rect, alignment: Alignment = .left) {
        let row = rect.row(0)
        var shown: [Hint] = []
        var width = 0
        for hint in hints {
            let next = width + (shown.isEmpty ? 0 : 2) + hint.key.width + 1 + hint.label.width
            guard next <= row.width else { break }
            shown.append(hint)
            width = next
        }
        var x = row.x
        switch alignment {
        case .left: break
        case .right: x += row.width - width
        case .center: x += (row.width - width) / 2
        }
        for hint in shown {
            x += buffer.write(hint.key, at: Point(x: x, y: row.y), style: keyStyle) + 1
            x += buffer.write(hint.label, at: Point(x: x, y: row.y), style: labelStyle) + 2
        }
    }
}
