/// The content of a help screen: keys and their actions, in sections.
public struct HelpList: Sendable {
    /// A group of related keys.
    public struct Section: Sendable, Hashable {
        /// The title of the section.
        public var title: SafeText
        /// The keys and their actions.
        public var hints: [KeyHints.Hint]

        /// Creates a section.
        public init(_ title: SafeText, _ hints: [KeyHints.Hint]) {
            self.title = title
            self.hints = hints
        }
    }

    /// The sections, from top to bottom.
    public var sections: [Section]
    /// The style of section titles.
    public var titleStyle: Style
    /// The style of the keys.
    public var keyStyle: Style

    /// Creates a help screen.
    public init(
        _ sections: [Section],
        titleStyle: Style = Style(modifiers: .bold),
        keyStyle: Style = Style(modifiers: .bold)
    ) {
        self.sections = sections
        self.titleStyle = titleStyle
        self.keyStyle = keyStyle
    }

    /// Returns the entries whose key or label contains `needle`, ignoring case. Sections without such entries are left out.
    public func filtered(by needle: String) -> HelpList {
        guard !needle.isEmpty else { return self }
        var result = self
        result.sections = sections.compactMap { section in
            let hints = section.hints.filter { hint in
                !hint.label.columns(matching: needle).isEmpty || !hint.key.columns(matching: needle).isEmpty
            }
            return hints.isEmpty ? nil : Section(section.title, hints)
        }
        return result
    }

    /// The number of rows, for scrolling.
    public var rowCount: Int {
        sections.reduce(max(0, sections.count - 1)) { $0 + 1 + $1.hints.count }
    }

    /// Draws the rows from `offset` on, as many as fit in `rect`.
    public func draw(into buffer: inout CellBuffer, in rect: Rect, offset: Int = 0) {
        let keyWidth = sections.flatMap(\.hints).map(\.key.width).max() ?? 0
        var row = -max(0, offset)
        for (index, section) in sections.enumerated() {
            if index > 0 { row += 1 }
            buffer.write(section.title, in: rect.row(row), style: titleStyle)
            row += 1
            for hint in section.hints {
                let place = rect.row(row)
                buffer.write(hint.key, in: place.inset(horizontal: 2), style: keyStyle)
                let indent = keyWidth + 4
                buffer.write(
                    hint.label,
                    in: Rect(x: place.x + indent, y: place.y, width: place.width - indent, height: place.height)
                )
                row += 1
            }
        }
    }
}
