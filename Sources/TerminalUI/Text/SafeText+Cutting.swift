extension SafeText {
    /// Returns the text in at most `columns` columns. A longer text ends in `…`, marked as an escape.
    ///
    /// The text is never cut within a figure or between a figure and its unit, because the rest would be another figure.
    public func truncated(to columns: Int) -> SafeText {
        guard width > columns else { return self }
        guard columns > 0 else { return .empty }
        return columnsInRange(0..<columnsBeforeFigure(at: columns - 1)) + .cutMark
    }

    /// Returns as many whole texts as fit in `columns` columns, the first ones first, with `separator` between them. The first text is
    /// shortened if it does not fit.
    public static func list(_ texts: [SafeText], separator: SafeText, columns: Int) -> SafeText {
        guard var result = texts.first, result.width <= columns else { return texts.first?.truncated(to: columns) ?? .empty }
        for text in texts.dropFirst() where result.width + separator.width + text.width <= columns {
            result += separator + text
        }
        return result
    }

    /// Returns the part of the text in a range of columns.
    ///
    /// A wide character that is only half inside is omitted, so the result may be one column narrower at either end.
    public func columnsInRange(_ range: Range<Int>) -> SafeText {
        let range = range.clamped(to: 0..<width)
        guard !range.isEmpty else { return .empty }
        if range == 0..<width { return self }
        var start: Int?
        var end = 0
        var kept = 0
        var column = 0
        var offset = 0
        for scalar in plain.unicodeScalars {
            let columns = displayColumns(of: scalar)
            let length = UTF8.width(scalar)
            if columns == 0 {
                // Marks are kept or dropped with their character.
                if start != nil, end == offset { end = offset + length }
            } else if column >= range.lowerBound, column + columns <= range.upperBound {
                if start == nil { start = offset }
                end = offset + length
                kept += columns
            }
            column += columns
            offset += length
            if column > range.upperBound { break }
        }
        guard let start else { return .empty }
        return slice(start..<end, width: kept)
    }

    /// The positions where a row of wrapped text may end.
    public enum Wrapping: Hashable, Sendable {
        /// After any character. For data, whose layout must not change.
        case characters
        /// After a space if possible, which is then not shown. For prose.
        case words
    }

    /// Returns the text in rows of at most `columns` columns (at least 2, so that every character fits). An empty text is
    /// one empty row.
    public func wrapped(at columns: Int, by wrapping: Wrapping = .characters, maximumRows: Int = .max) -> Lines {
        let columns = max(2, columns)
        guard maximumRows > 0 else { return Lines(lines: [], isTruncated: true) }
        guard width > columns else { return Lines(lines: [self], isTruncated: false) }
        var rows: [SafeText] = []
        var start = (offset: 0, column: 0)
        /// The last space in this row, if rows end at spaces.
        var space: (offset: Int, column: Int)?
        var offset = 0
        var column = 0
        for scalar in plain.unicodeScalars {
            let scalarColumns = displayColumns(of: scalar)
            if column - start.column + scalarColumns > columns {
                let isSpace = wrapping == .words && scalar == " "
                let here = (offset: offset, column: column)
                let end = isSpace ? here : space ?? here
                rows.append(slice(start.offset..<end.offset, width: end.column - start.column))
                guard rows.count < maximumRows else { return Lines(lines: rows, isTruncated: true) }
                let skipped = isSpace || space != nil ? 1 : 0
                start = (end.offset + skipped, end.column + skipped)
                space = nil
            } else if wrapping == .words, scalar == " ", offset > start.offset {
                space = (offset, column)
            }
            column += scalarColumns
            offset += UTF8.width(scalar)
        }
        if start.offset < offset { rows.append(slice(start.offset..<offset, width: column - start.column)) }
        return Lines(lines: rows, isTruncated: false)
    }

    /// Returns the columns of all occurrences of `needle`, for highlighting.
    ///
    /// ASCII letters match in either case if `ignoresCase` is true. Escapes are searched as they are shown.
    public func columns(matching needle: String, ignoresCase: Bool = true) -> [Range<Int>] {
        let fold: (UInt8) -> UInt8 = { ignoresCase && $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        let wanted = needle.utf8.map(fold)
        let bytes = plain.utf8.map(fold)
        guard !wanted.isEmpty, wanted.count <= bytes.count else { return [] }
        var found: [Range<Int>] = []
        var offset = 0
        while offset + wanted.count <= bytes.count {
            if bytes[offset] == wanted[0], bytes[offset..<offset + wanted.count].elementsEqual(wanted) {
                found.append(offset..<offset + wanted.count)
                offset += wanted.count
            } else {
                offset += 1
            }
        }
        return found.isEmpty ? [] : columnRanges(ofBytes: found)
    }

    private func columnRanges(ofBytes ranges: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var remaining = ranges[...]
        var start: Int?
        var column = 0
        var offset = 0
        for scalar in plain.unicodeScalars {
            guard let range = remaining.first else { break }
            if start == nil, offset >= range.lowerBound { start = column }
            column += displayColumns(of: scalar)
            offset += UTF8.width(scalar)
            if let first = start, offset >= range.upperBound {
                result.append(first..<column)
                start = nil
                remaining = remaining.dropFirst()
            }
        }
        return result
    }

    private func slice(_ bytes: Range<Int>, width: Int) -> SafeText {
        let start = plain.utf8.index(plain.startIndex, offsetBy: bytes.lowerBound)
        let end = plain.utf8.index(start, offsetBy: bytes.count)
        let kept = escapes.compactMap { escape -> Range<Int>? in
            let part = escape.clamped(to: bytes)
            return part.isEmpty ? nil : part.lowerBound - bytes.lowerBound..<part.upperBound - bytes.lowerBound
        }
        return SafeText(plain: String(plain[start..<end]), width: width, escapes: kept)
    }
}

/// Returns the columns of a character that the sanitizer accepted.
func displayColumns(of scalar: Unicode.Scalar) -> Int {
    scalar.value < 0x300 ? 1 : CharacterWidth.columns(of: scalar)
}
