/// Splits the arguments of a control line at spaces and tabs, up to the line end.
struct ArgumentScanner {
    /// The position of an argument. The range is empty if the line has no more arguments.
    struct Token {
        var start: UInt32
        var end: UInt32

        static var none: Token { Token(start: 0, end: 0) }
        var isEmpty: Bool { start == end }
    }

    enum Stop {
        /// More arguments may follow.
        case none
        /// The scanner is at a CR or LF.
        case lineEnd
        /// The bytes, or the limit for a line, ended before the line did.
        case outOfBytes
    }

    private let base: UnsafePointer<UInt8>
    private let limit: Int
    private(set) var position: Int
    private(set) var stop: Stop = .none

    /// - Parameters:
    ///   - bytes: Not empty. May continue after the line.
    ///   - limit: The index before which the line must end, at most the count of `bytes`.
    init(bytes: UnsafeRawBufferPointer, position: Int, limit: Int) {
        // The caller has read the operation's name from these bytes, so the base address is not nil.
        base = bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
        self.limit = limit
        self.position = position
    }

    /// Returns the next argument. Control bytes other than tab, CR and LF are part of it, because the server forwards them.
    @inline(__always)
    mutating func next() -> Token {
        guard stop == .none else { return .none }
        var index = position
        while index < limit, base[index] == .space || base[index] == .tab { index += 1 }
        let start = index
        while index < limit {
            let byte = base[index]
            if byte <= .space, byte == .space || byte == .lineFeed || byte == .carriageReturn || byte == .tab { break }
            index += 1
        }
        position = index
        if index >= limit {
            stop = .outOfBytes
        } else if base[index] == .lineFeed || base[index] == .carriageReturn {
            stop = .lineEnd
        }
        return Token(start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: index))
    }

    /// Skips the line end. Returns false if a CR is not followed by LF, or not yet (see `stop`).
    @inline(__always)
    mutating func finishLine() -> Bool {
        guard stop == .lineEnd else { return stop == .none }
        if base[position] == .carriageReturn {
            guard position + 1 < limit else {
                stop = .outOfBytes
                return false
            }
            guard base[position + 1] == .lineFeed else { return false }
            position += 1
        }
        position += 1
        return true
    }
}
