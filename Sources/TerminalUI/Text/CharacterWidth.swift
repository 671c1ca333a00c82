/// The number of columns that text takes.
///
/// The rules are our own. Those of the C library differ between systems, and a width that is off by one column breaks every
/// row with the character.
enum CharacterWidth {
    /// Returns the columns of one scalar: 0 for combining marks, 2 for wide characters, 1 for all others.
    ///
    /// Control and format characters have no defined width; text is sanitized before it is measured.
    static func columns(of scalar: Unicode.Scalar) -> Int {
        let value = scalar.value
        if value < 0x300 { return 1 }
        if value < 0x1100 { return isCombining(scalar) ? 0 : 1 }
        if isWide(value) { return isCombining(scalar) ? 0 : 2 }
        return isCombining(scalar) ? 0 : 1
    }

    /// True for scalars that are drawn on top of the character before them: nonspacing and enclosing marks, and the Hangul
    /// vowels and finals that complete a syllable.
    static func isCombining(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x300: return false
        case 0x1160...0x11FF, 0xD7B0...0xD7FF: return true
        // Ideographs and Hangul syllables, the bulk of wide text, skip the property lookup.
        case 0x3400...0x9FFF, 0xAC00...0xD7A3, 0x20000...0x3FFFD: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return true
        default: return false
        }
    }

    static func isWide(_ value: UInt32) -> Bool {
        let ranges = WideCharacterRanges.all
        guard value >= ranges[0].first else { return false }
        var low = 0
        var high = ranges.count - 1
        while low <= high {
            let middle = (low + high) / 2
            if value < ranges[middle].first {
                high = middle - 1
            } else if value > ranges[middle].last {
                low = middle + 1
            } else {
                return true
            }
        }
        return false
    }
}
