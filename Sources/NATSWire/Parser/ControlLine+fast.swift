/// The fast path for MSG with single spaces and CR LF, as servers write it. Busy connections consist of such lines.
///
/// The general reader handles every other line, complete or not. This path costs a third of it.
extension ControlLine {
    /// Returns the message that starts at `bytes[0]` if its line is complete and has the usual form.
    @usableFromInline
    static func usualMessage(_ bytes: UnsafeRawBufferPointer, limits: OperationParser.Limits) -> MessageHead? {
        // "MSG " in wire order.
        guard bytes.count >= 4, UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) == 0x2047_534D else { return nil }
        return readUsualMessage(bytes, limits: limits)
    }

    /// Reads `MSG subject sid [reply] size` CR LF. Returns nil to leave the line to the general reader.
    ///
    /// - Parameter bytes: At least four bytes: MSG in any case, then a space or tab.
    @inline(__always)
    static func readUsualMessage(_ bytes: UnsafeRawBufferPointer, limits: OperationParser.Limits) -> MessageHead? {
        guard let base = bytes.baseAddress else { return nil }
        var cursor = FastCursor(base: base, position: 4, limit: min(bytes.count, limits.maxControlLine))
        guard cursor.skipToken(), cursor.skip(.space) else { return nil }
        var head = MessageHead()
        head.subjectOffset = 4
        head.subjectLength = UInt32(truncatingIfNeeded: cursor.position - 5)
        guard let sid = cursor.readDecimal(), cursor.skip(.space) else { return nil }
        head.sid = sid

        let third = cursor.position
        var size = cursor.readDecimal()
        if size == nil || !cursor.isAt(.carriageReturn) {
            cursor.position = third
            guard cursor.skipToken() else { return nil }
            head.replyOffset = UInt32(truncatingIfNeeded: third)
            head.replyLength = UInt32(truncatingIfNeeded: cursor.position - third)
            guard cursor.skip(.space) else { return nil }
            size = cursor.readDecimal()
        }
        guard let size, size <= UInt64(limits.maxMessageSize), cursor.skip(.carriageReturn), cursor.skip(.lineFeed) else {
            return nil
        }
        head.bodyLength = UInt32(truncatingIfNeeded: size)
        head.lineLength = UInt32(truncatingIfNeeded: cursor.position)
        return head
    }
}

/// A position in the bytes, checked against a limit at every step.
private struct FastCursor {
    let base: UnsafeRawPointer
    var position: Int
    let limit: Int

    @inline(__always)
    func isAt(_ byte: UInt8) -> Bool {
        position < limit && base.load(fromByteOffset: position, as: UInt8.self) == byte
    }

    @inline(__always)
    mutating func skip(_ byte: UInt8) -> Bool {
        guard isAt(byte) else { return false }
        position += 1
        return true
    }

    /// Skips bytes above 0x20, eight at a time. Returns false if it skipped none or fewer than eight bytes are left.
    @inline(__always)
    mutating func skipToken() -> Bool {
        let start = position
        while position + 8 <= limit {
            let word = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            // Sets the high bit of each byte below 0x21. A borrow can only corrupt bytes above the first such byte.
            let found = (word &- 0x2121_2121_2121_2121) & ~word & 0x8080_8080_8080_8080
            guard found == 0 else {
                position += found.trailingZeroBitCount / 8
                return position > start
            }
            position += 8
        }
        return false
    }

    /// Reads 1 to 19 digits, which always fit 64 bits. Returns nil for none or more.
    @inline(__always)
    mutating func readDecimal() -> UInt64? {
        let start = position
        let end = min(limit, start + 19)
        var value: UInt64 = 0
        while position < end {
            let digit = base.load(fromByteOffset: position, as: UInt8.self) &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ UInt64(digit)
            position += 1
        }
        return position > start ? value : nil
    }
}
