import TextCoding

/// Converts bytes to `SafeText` by the rules of `SafeText.init(untrusted:)`.
struct Sanitizer {
    private var output: [UInt8] = []
    private var escapes: [Range<Int>] = []
    private var columns = 0
    /// True in a second pass over a text that needs an escape and contains a backslash.
    private var doublesBackslashes: Bool
    private var sawBackslash = false
    /// Whether a mark may combine with the last written character, and its kind.
    private var base = Base.none
    private var marks = 0

    private enum Base {
        case none
        case character
        case emoji
    }

    private init(doublesBackslashes: Bool) {
        self.doublesBackslashes = doublesBackslashes
    }

    // MARK: One line

    static func singleLine(_ bytes: UnsafeBufferPointer<UInt8>, maximumBytes: Int = .max) -> SafeText {
        let end = cut(bytes, at: maximumBytes)
        let isCut = end < bytes.count
        let kept = UnsafeBufferPointer(rebasing: bytes[..<end])
        if kept.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
            let text = SafeText(plain: String(decoding: kept, as: UTF8.self), width: kept.count, escapes: [])
            return isCut ? text + .cutMark : text
        }
        var sanitizer = Sanitizer(doublesBackslashes: false)
        sanitizer.output.reserveCapacity(kept.count)
        sanitizer.add(kept)
        if sanitizer.sawBackslash, !sanitizer.escapes.isEmpty {
            sanitizer = Sanitizer(doublesBackslashes: true)
            sanitizer.add(kept)
        }
        return isCut ? sanitizer.take() + .cutMark : sanitizer.take()
    }

    /// Returns where to cut so that at most `limit` bytes remain and no character is divided.
    private static func cut(_ bytes: UnsafeBufferPointer<UInt8>, at limit: Int) -> Int {
        guard bytes.count > limit else { return bytes.count }
        var end = max(0, limit)
        // A character has at most three bytes after its first one.
        var steps = 0
        while end > 0, steps < 3, bytes[end] & 0xC0 == 0x80 {
            end -= 1
            steps += 1
        }
        return bytes[end] & 0xC0 == 0x80 ? max(0, limit) : end
    }

    // MARK: Many lines

    struct LineLimits {
        let tabWidth: Int
        let rows: Int
        let bytes: Int
        let wrap: Int?
    }

    static func lines(_ bytes: UnsafeBufferPointer<UInt8>, _ limits: LineLimits) -> SafeText.Lines {
        let end = cut(bytes, at: limits.bytes)
        let kept = UnsafeBufferPointer(rebasing: bytes[..<end])
        var result = lines(kept, limits, doublesBackslashes: false)
        if kept.contains(UInt8(ascii: "\\")), result.lines.contains(where: \.hasEscapes) {
            result = lines(kept, limits, doublesBackslashes: true)
        }
        return SafeText.Lines(lines: result.lines, isTruncated: result.isTruncated || end < bytes.count)
    }

    private static func lines(
        _ bytes: UnsafeBufferPointer<UInt8>,
        _ limits: LineLimits,
        doublesBackslashes: Bool
    ) -> SafeText.Lines {
        var rows: [SafeText] = []
        var rest = bytes[...]
        while true {
            guard rows.count < limits.rows else { return SafeText.Lines(lines: rows, isTruncated: true) }
            let newline = rest.firstIndex(of: UInt8(ascii: "\n"))
            var line = rest[..<(newline ?? rest.endIndex)]
            if newline != nil, line.last == UInt8(ascii: "\r") { line = line.dropLast() }

            var sanitizer = Sanitizer(doublesBackslashes: doublesBackslashes)
            sanitizer.addLine(UnsafeBufferPointer(rebasing: line), tabWidth: limits.tabWidth)
            let text = sanitizer.take()
            if let wrap = limits.wrap {
                let wrapped = text.wrapped(at: wrap, maximumRows: limits.rows - rows.count)
                rows += wrapped.lines
                if wrapped.isTruncated { return SafeText.Lines(lines: rows, isTruncated: true) }
            } else {
                rows.append(text)
            }
            guard let newline else { return SafeText.Lines(lines: rows, isTruncated: false) }
            rest = rest[(newline + 1)...]
            // A newline at the end closes the last line and does not open another.
            if rest.isEmpty { return SafeText.Lines(lines: rows, isTruncated: false) }
        }
    }

    private mutating func addLine(_ line: UnsafeBufferPointer<UInt8>, tabWidth: Int) {
        var isFirst = true
        for part in line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false) {
            if !isFirst {
                for _ in 0..<(tabWidth - columns % tabWidth) { addCharacter(" ", columns: 1) }
            }
            isFirst = false
            add(UnsafeBufferPointer(rebasing: part))
        }
    }

    // MARK: Characters

    private mutating func add(_ bytes: UnsafeBufferPointer<UInt8>) {
        var offset = 0
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte < 0x80 {
                offset += 1
                addASCII(byte)
            } else if let (scalar, length) = decodeUTF8(bytes, at: offset) {
                offset += length
                add(scalar)
            } else {
                offset += 1
                addEscape("\\x" + hexadecimal(UInt32(byte), digits: 2))
            }
        }
    }

    private mutating func addASCII(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\\"):
            sawBackslash = true
            addCharacter("\\", columns: 1)
            if doublesBackslashes { addCharacter("\\", columns: 1) }
        case 0x20..<0x7F:
            output.append(byte)
            columns += 1
            (base, marks) = (.character, 0)
        default:
            // Caret notation: the letter is the control character with bit 6 flipped, so DEL is `^?`.
            addEscape("^" + String(Unicode.Scalar(byte ^ 0x40)))
        }
    }

    private mutating func add(_ scalar: Unicode.Scalar) {
        switch CharacterClass(scalar) {
        case .shown(let columns, let isEmoji):
            addCharacter(scalar, columns: columns)
            if isEmoji { base = .emoji }
        case .mark where base != .none && marks < 2:
            output.append(contentsOf: UTF8.encode(scalar)!)
            marks += 1
        case .variationSelector where base == .emoji:
            // Selects one of two forms of an emoji. Output keeps it; cells drop it.
            output.append(contentsOf: UTF8.encode(scalar)!)
        case .skinTone where base != .emoji:
            addCharacter(scalar, columns: 2)
            base = .emoji
        case .mark, .variationSelector, .skinTone, .hidden:
            addEscape("<U+" + hexadecimal(scalar.value, digits: 4) + ">")
        }
    }

    private mutating func addCharacter(_ scalar: Unicode.Scalar, columns: Int) {
        output.append(contentsOf: UTF8.encode(scalar)!)
        self.columns += columns
        (base, marks) = (.character, 0)
    }

    private mutating func addEscape(_ text: String) {
        let start = output.count
        output.append(contentsOf: text.utf8)
        columns += output.count - start
        if let last = escapes.last, last.upperBound == start {
            escapes[escapes.count - 1] = last.lowerBound..<output.count
        } else {
            escapes.append(start..<output.count)
        }
        (base, marks) = (.none, 0)
    }

    private mutating func take() -> SafeText {
        SafeText(plain: String(decoding: output, as: UTF8.self), width: columns, escapes: escapes)
    }
}

extension SafeText {
    /// Replaces text that was cut off. It is marked as an escape to distinguish it from `…` in the text.
    static let cutMark = SafeText(plain: "…", width: 1, escapes: [0..<3])
}
