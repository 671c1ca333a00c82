/// A row with the names of the views, in which the current one is highlighted.
public struct TabBar: Sendable {
    /// The tab of a view.
    public struct Tab: Sendable, Hashable {
        /// The key that opens the view.
        public var key: SafeText
        /// The name of the view.
        public var title: SafeText

        /// Creates a tab.
        public init(key: SafeText, title: SafeText) {
            self.key = key
            self.title = title
        }
    }

    /// The styles of the parts.
    public struct Styles: Sendable, Hashable {
        /// The style of the keys.
        public var key: Style
        /// The style of the names.
        public var title: Style
        /// The style on top of the current tab. It should be more than a color, so that it is visible without color.
        public var selected: Style

        /// The styles of the parts.
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

    /// The tabs, from left to right.
    public var tabs: [Tab]
    /// The index of the current tab.
    public var selected: Int
    /// The styles of the parts.
    public var styles: Styles

    /// Creates a tab bar.
    public init(_ tabs: [Tab], selected: Int, styles: Styles = Styles()) {
        self.tabs = tabs
        self.selected = selected
        self.styles = styles
    }

    /// Draws the tabs on the first row of `rect`. If not all names fit, only the current tab shows its name.
    /// - Returns: The columns of each drawn tab, for the mouse, and the number of columns used.
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

/// A row of keys with their actions: `s subscribe  p publish  ? help`.
public struct KeyHints: Sendable {
    /// A key and its action.
    public struct Hint: Sendable, Hashable {
        /// The key's name.
        public var key: SafeText
        /// The action, in a word.
        public var label: SafeText

        /// Creates a hint.
        public init(key: SafeText, label: SafeText) {
            self.key = key
            self.label = label
        }
    }

    /// The hints, most important first.
    public var hints: [Hint]
    /// The style of the keys.
    public var keyStyle: Style
    /// The style of the labels.
    public var labelStyle: Style

    /// Creates a row of hints.
    public init(_ hints: [Hint], keyStyle: Style = Style(modifiers: .bold), labelStyle: Style = .plain) {
        self.hints = hints
        self.keyStyle = keyStyle
        self.labelStyle = labelStyle
    }

    /// Returns the number of columns that the first `count` hints take.
    public func width(of count: Int) -> Int {
        let shown = hints.prefix(count)
        return shown.reduce(max(0, shown.count - 1) * 2) { $0 + $1.key.width + 1 + $1.label.width }
    }

    /// Draws as many complete hints as fit on the first row of `rect`.
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
