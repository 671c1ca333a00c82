// Determines where a text may be cut, because a part of a figure is another figure.

extension SafeText {
    /// The units after a figure, with or without a space.
    private static let units: Set<String> = [
        "%", "B", "kB", "MB", "GB", "TB", "PB", "EB", "B/s", "kB/s", "MB/s", "GB/s", "TB/s", "PB/s", "EB/s", "/s", "k", "M", "G",
        "T", "P", "E", "k/s", "M/s", "G/s", "T/s", "P/s", "E/s", "ns", "µs", "ms", "s", "m", "h", "d", "y", "x",
    ]
    /// The signs before a figure that belong to it.
    private static let signs: Set<Unicode.Scalar> = ["≤", "≥", "<", ">", "-", "+", "~"]

    /// Returns the number of columns to keep if the text is cut after `columns` of them; fewer if a figure would lose a
    /// part.
    public func columnsBeforeFigure(at columns: Int) -> Int {
        var scalars: [Unicode.Scalar] = []
        var cut = 0
        var column = 0
        for scalar in plain.unicodeScalars {
            column += displayColumns(of: scalar)
            scalars.append(scalar)
            if column <= columns { cut = scalars.count }
            // The longest unit, and the separator between it and its figure.
            if scalars.count > cut + 8, column > columns { break }
        }
        guard cut > 0, cut < scalars.count else { return columns }
        let start = Self.startOfFigure(scalars, around: cut) ?? cut
        let end = Self.droppingSign(scalars, before: Self.droppingDigits(scalars, before: start))
        guard end < cut else { return columns }
        return scalars[..<end].reduce(0) { $0 + displayColumns(of: $1) }
    }

    /// Returns the start of the figure that a cut would divide or separate from its unit; nil if there is none.
    private static func startOfFigure(_ scalars: [Unicode.Scalar], around cut: Int) -> Int? {
        // The word that contains or follows the cut.
        var start = cut
        while start > 0, !isBlank(scalars[start - 1]) { start -= 1 }
        var end = cut
        while end < scalars.count, !isBlank(scalars[end]) { end += 1 }
        if start < cut, end > cut, let figure = scalars[start..<end].firstIndex(where: isDigit),
            isFigure(scalars[figure..<end]), scalars[start..<figure].allSatisfy({ !isLetter($0) })
        {
            return withSign(scalars, figure)
        }
        // A separate unit after a figure.
        if end == cut, end < scalars.count {
            (start, end) = (cut + 1, cut + 1)
            while end < scalars.count, !isBlank(scalars[end]) { end += 1 }
        }
        guard start > 1, start < end, isUnit(scalars[start..<end]), isBlank(scalars[start - 1]), isDigit(scalars[start - 2])
        else {
            return nil
        }
        var figure = start - 2
        while figure > 0,
            isDigit(scalars[figure - 1]) || (isJoint(scalars[figure - 1]) && figure > 1 && isDigit(scalars[figure - 2]))
        {
            figure -= 1
        }
        return withSign(scalars, figure)
    }

    /// Returns whether the word consists of digits with separators and units, possibly repeated as in `3d4h`, and
    /// punctuation.
    private static func isFigure(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        var rest = word
        while let last = rest.last, ",;:.)".unicodeScalars.contains(last) { rest.removeLast() }
        while !rest.isEmpty {
            let digits = rest.prefix { isDigit($0) || isJoint($0) }
            guard !digits.isEmpty else { return false }
            rest = rest.dropFirst(digits.count)
            let unit = rest.prefix { !isDigit($0) }
            guard unit.isEmpty || isUnit(unit) else { return false }
            rest = rest.dropFirst(unit.count)
        }
        return true
    }

    private static func isUnit(_ word: ArraySlice<Unicode.Scalar>) -> Bool {
        var word = word
        while let last = word.last, ",;:.)".unicodeScalars.contains(last) { word.removeLast() }
        var text = ""
        text.unicodeScalars.append(contentsOf: word)
        return units.contains(text)
    }

    private static func withSign(_ scalars: [Unicode.Scalar], _ figure: Int) -> Int {
        if figure > 0, signs.contains(scalars[figure - 1]) { return figure - 1 }
        if figure > 1, isBlank(scalars[figure - 1]), signs.contains(scalars[figure - 2]) { return figure - 2 }
        return figure
    }

    /// Removes digits from the end, which would look as if more of them were cut off.
    private static func droppingDigits(_ scalars: [Unicode.Scalar], before end: Int) -> Int {
        var end = end
        while end > 0, isDigit(scalars[end - 1]) || (isJoint(scalars[end - 1]) && end > 1 && isDigit(scalars[end - 2])) {
            end -= 1
        }
        return end
    }

    /// Removes a sign whose figure is cut off. A hyphen in a name is not a sign.
    private static func droppingSign(_ scalars: [Unicode.Scalar], before end: Int) -> Int {
        guard end < scalars.count, isDigit(scalars[end]) else { return end }
        var sign = end
        while sign > 0, isBlank(scalars[sign - 1]) { sign -= 1 }
        guard sign > 0, signs.contains(scalars[sign - 1]) else { return end }
        let isName = sign > 1 && (isLetter(scalars[sign - 2]) || isDigit(scalars[sign - 2]))
        return isName ? end : sign - 1
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { scalar >= "0" && scalar <= "9" }
    private static func isJoint(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "." || scalar == "," || scalar == ":" || scalar == "/"
    }
    private static func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic }
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool { scalar == " " || scalar == "\u{A0}" }
}
