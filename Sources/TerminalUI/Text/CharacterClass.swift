import TextCoding

/// The sanitizer's treatment of a character outside ASCII.
enum CharacterClass: Equatable {
    /// Drawn as it is.
    case shown(columns: Int, isEmoji: Bool)
    /// Drawn on top of the character before it.
    case mark
    /// U+FE0E or U+FE0F, which select the text or the picture form of an emoji.
    case variationSelector
    /// A skin tone, which only some terminals join with the emoji before it.
    case skinTone
    /// Invisible, or affects the terminal or the surrounding text.
    case hidden

    init(_ scalar: Unicode.Scalar) {
        switch scalar.value {
        // Latin letters from À to the end of Latin Extended-B, then ideographs and Hangul syllables. They are the bulk of
        // text, so they skip the property lookups.
        case 0xC0..<0x250:
            self = .shown(columns: 1, isEmoji: false)
            return
        case 0x4E00...0x9FFF, 0xAC00...0xD7A3:
            self = .shown(columns: 2, isEmoji: false)
            return
        case 0xFE0E, 0xFE0F:
            self = .variationSelector
            return
        case 0x1F3FB...0x1F3FF:
            self = .skinTone
            return
        default:
            break
        }
        if scalar.isInvisible || scalar.properties.isDefaultIgnorableCodePoint {
            self = .hidden
        } else if CharacterWidth.isCombining(scalar) {
            self = .mark
        } else {
            self = .shown(columns: CharacterWidth.columns(of: scalar), isEmoji: scalar.properties.isEmoji)
        }
    }
}

/// Decodes the character at `offset` and returns it with its length in bytes.
///
/// Returns nil if the bytes are not well-formed UTF-8 according to Unicode table 3-7 (no overlong forms, no surrogates,
/// nothing above U+10FFFF).
func decodeUTF8(_ bytes: UnsafeBufferPointer<UInt8>, at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
    let first = bytes[offset]
    let length: Int
    let lowest: UInt32
    var value: UInt32
    switch first {
    case 0..<0x80: return (Unicode.Scalar(first), 1)
    case 0xC2...0xDF: (length, lowest, value) = (2, 0x80, UInt32(first & 0x1F))
    case 0xE0...0xEF: (length, lowest, value) = (3, 0x800, UInt32(first & 0x0F))
    case 0xF0...0xF4: (length, lowest, value) = (4, 0x1_0000, UInt32(first & 0x07))
    default: return nil
    }
    guard offset + length <= bytes.count else { return nil }
    for next in bytes[(offset + 1)..<(offset + length)] {
        guard next & 0xC0 == 0x80 else { return nil }
        value = value << 6 | UInt32(next & 0x3F)
    }
    guard value >= lowest, let scalar = Unicode.Scalar(value) else { return nil }
    return (scalar, length)
}
