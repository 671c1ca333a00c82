/// One control line, read in place.
@usableFromInline
enum ControlLine {
    /// A message whose body follows the line.
    case message(MessageHead)
    /// The offsets of the JSON text from the start of the line, and the length of the line.
    case info(Range<Int>, length: Int)
    case error(Range<Int>, length: Int)
    case ping(length: Int)
    case pong(length: Int)
    case ok(length: Int)
    /// The line is not complete yet.
    case incomplete
}

extension ControlLine {
    /// Reads the line that starts at `bytes[0]`. `bytes` may continue after the line.
    ///
    /// Operations are matched case-insensitively. Arguments are separated by any number of spaces and tabs, and the line
    /// ends with LF or CR LF. The server reads its side of the protocol by the same rules.
    @usableFromInline
    static func read(_ bytes: UnsafeRawBufferPointer, limits: OperationParser.Limits) throws(WireError) -> ControlLine {
        guard bytes.count >= 4 else { return try readOther(bytes, limits: limits) }
        // ORing 0x20 maps A–Z to a–z and maps no other byte to a letter.
        let word = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self)) | 0x2020_2020
        if word & 0x00FF_FFFF == Self.keyword("msg"), bytes[3].isBlank {
            if let head = Self.readUsualMessage(bytes, limits: limits) { return .message(head) }
            return try readMessage(bytes, argumentsAt: 4, withHeaders: false, limits: limits)
        }
        if word == Self.keyword("hmsg"), bytes.count > 4, bytes[4].isBlank {
            return try readMessage(bytes, argumentsAt: 5, withHeaders: true, limits: limits)
        }
        return try readOther(bytes, limits: limits)
    }

    @inline(__always)
    private static func keyword(_ text: StaticString) -> UInt32 {
        var word: UInt32 = 0
        for index in 0..<min(text.utf8CodeUnitCount, 4) { word |= UInt32(text.utf8Start[index]) << (8 * index) }
        return word
    }
}

// MARK: - MSG and HMSG

extension ControlLine {
    /// `MSG subject sid [reply] size` or `HMSG subject sid [reply] headerSize totalSize`.
    @inline(never)
    private static func readMessage(
        _ bytes: UnsafeRawBufferPointer,
        argumentsAt start: Int,
        withHeaders: Bool,
        limits: OperationParser.Limits
    ) throws(WireError) -> ControlLine {
        // One pass, without searching for the line end first.
        var scanner = ArgumentScanner(bytes: bytes, position: start, limit: min(bytes.count, limits.maxControlLine))
        let subject = scanner.next()
        let sid = scanner.next()
        let third = scanner.next()
        let fourth = scanner.next()
        let fifth = withHeaders ? scanner.next() : .none
        let surplus = scanner.next()
        guard scanner.stop != .outOfBytes else { return try incomplete(bytes, limits: limits) }
        let isFinished = scanner.finishLine()
        guard scanner.stop != .outOfBytes else { return try incomplete(bytes, limits: limits) }
        guard isFinished, surplus.isEmpty else {
            // Reject only a complete line: the way the bytes were split into reads must not decide between waiting and
            // failing.
            guard bytes.prefix(limits.maxControlLine).contains(.lineFeed) else {
                return try incomplete(bytes, limits: limits)
            }
            throw isFinished ? .argumentCount(bytes, withHeaders: withHeaders) : .strayCarriageReturn(bytes)
        }

        let count = fourth.isEmpty ? 3 : fifth.isEmpty ? 4 : 5
        let required = withHeaders ? 4 : 3
        guard !third.isEmpty, count >= required else {
            throw WireError.argumentCount(bytes, withHeaders: withHeaders)
        }

        var head = MessageHead()
        head.subjectOffset = subject.start
        head.subjectLength = subject.end - subject.start
        guard let id = Self.decimal(bytes, sid) else { throw WireError.subscriptionID(bytes, sid) }
        head.sid = id
        if count > required {
            head.replyOffset = third.start
            head.replyLength = third.end - third.start
        }
        let total = withHeaders ? (count == 4 ? fourth : fifth) : (count == 3 ? third : fourth)
        head.bodyLength = try Self.size(bytes, total, limits: limits)
        if withHeaders {
            head.hasHeaderBlock = true
            head.headerLength = try Self.size(bytes, count == 4 ? third : fourth, limits: limits)
            guard head.headerLength <= head.bodyLength else { throw WireError.headerLongerThanMessage(bytes) }
        }
        head.lineLength = UInt32(truncatingIfNeeded: scanner.position)
        return .message(head)
    }

    /// Reads a decimal number. Returns nil if there is any byte but a digit, or if the number does not fit 64 bits.
    @inline(__always)
    private static func decimal(_ bytes: UnsafeRawBufferPointer, _ token: ArgumentScanner.Token) -> UInt64? {
        var value: UInt64 = 0
        for index in Int(token.start)..<Int(token.end) {
            let digit = bytes[index] &- UInt8(ascii: "0")
            let (product, productOverflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, sumOverflow) = product.addingReportingOverflow(UInt64(digit))
            guard digit < 10, !productOverflow, !sumOverflow else { return nil }
            value = sum
        }
        return value
    }

    @inline(__always)
    private static func size(
        _ bytes: UnsafeRawBufferPointer,
        _ token: ArgumentScanner.Token,
        limits: OperationParser.Limits
    ) throws(WireError) -> UInt32 {
        guard let value = Self.decimal(bytes, token) else { throw WireError.size(bytes, token) }
        guard value <= UInt64(limits.maxMessageSize) else { throw WireError.messageTooLarge(bytes, limits: limits) }
        // The limit itself is below 2³⁰ (see `Limits`).
        return UInt32(truncatingIfNeeded: value)
    }
}

// MARK: - All other operations

extension ControlLine {
    @inline(never)
    private static func readOther(_ bytes: UnsafeRawBufferPointer, limits: OperationParser.Limits) throws(WireError)
        -> ControlLine
    {
        let limit = try Self.lineLimit(bytes, limits: limits)
        let searched = UnsafeRawBufferPointer(rebasing: bytes.prefix(limit))
        guard let lineFeed = searched.firstIndex(of: .lineFeed) else { return try incomplete(bytes, limits: limits) }
        let length = lineFeed + 1
        var end = lineFeed
        if end > 0, searched[end - 1] == .carriageReturn { end -= 1 }
        let line = UnsafeRawBufferPointer(rebasing: searched[..<end])
        let keywordEnd = line.firstIndex { $0.isBlank } ?? end
        let keyword = line[..<keywordEnd]
        let argument = Self.trimmed(line, from: keywordEnd)

        if Self.matches(keyword, "info") { return .info(argument, length: length) }
        if Self.matches(keyword, "-err") { return .error(Self.errorText(line, argument, limits: limits), length: length) }
        // With a carriage return anywhere else, two readers of the stream could disagree about where a line ends.
        guard !line.contains(.carriageReturn) else { throw WireError.strayCarriageReturn(line) }
        if Self.matches(keyword, "msg") { throw WireError.argumentCount(line, withHeaders: false) }
        if Self.matches(keyword, "hmsg") { throw WireError.argumentCount(line, withHeaders: true) }
        guard argument.isEmpty else { throw WireError.unknownOperation(line) }
        if Self.matches(keyword, "ping") { return .ping(length: length) }
        if Self.matches(keyword, "pong") { return .pong(length: length) }
        if Self.matches(keyword, "+ok") { return .ok(length: length) }
        throw WireError.unknownOperation(line)
    }

    /// Returns the longest line that may start with these bytes, line end included.
    ///
    /// Rejects a first byte that starts no operation, so that a peer that does not speak NATS (a TLS alert, for example) is
    /// detected without waiting for a line end.
    static func lineLimit(_ bytes: UnsafeRawBufferPointer, limits: OperationParser.Limits) throws(WireError) -> Int {
        guard let first = bytes.first else { return limits.maxControlLine }
        switch first {
        case UInt8(ascii: "M"), UInt8(ascii: "m"), UInt8(ascii: "H"), UInt8(ascii: "h"), UInt8(ascii: "P"), UInt8(ascii: "p"),
            UInt8(ascii: "+"):
            return limits.maxControlLine
        case UInt8(ascii: "I"), UInt8(ascii: "i"): return limits.maxInfoLine
        case UInt8(ascii: "-"): return limits.maxErrorLine
        default: throw WireError.unknownOperation(bytes)
        }
    }

    private static func incomplete(_ bytes: UnsafeRawBufferPointer, limits: OperationParser.Limits) throws(WireError)
        -> ControlLine
    {
        let limit = try Self.lineLimit(bytes, limits: limits)
        guard bytes.count < limit else { throw WireError.lineTooLong(bytes, limit: limit) }
        return .incomplete
    }

    private static func matches(_ keyword: Slice<UnsafeRawBufferPointer>, _ lowercase: StaticString) -> Bool {
        guard keyword.count == lowercase.utf8CodeUnitCount else { return false }
        return zip(keyword, 0..<keyword.count).allSatisfy { byte, index in
            let expected = lowercase.utf8Start[index]
            return byte == expected || (expected >= UInt8(ascii: "a") && byte | 0x20 == expected)
        }
    }

    private static func trimmed(_ line: UnsafeRawBufferPointer, from start: Int) -> Range<Int> {
        var start = start
        var end = line.count
        while start < end, line[start].isBlank { start += 1 }
        while end > start, line[end - 1].isBlank { end -= 1 }
        return start..<end
    }

    /// Returns the text without one pair of single quotes around it, cut to its limit.
    private static func errorText(
        _ line: UnsafeRawBufferPointer,
        _ argument: Range<Int>,
        limits: OperationParser.Limits
    ) -> Range<Int> {
        var text = argument
        let quote = UInt8(ascii: "'")
        if text.count >= 2, line[text.lowerBound] == quote, line[text.upperBound - 1] == quote {
            text = text.lowerBound + 1..<text.upperBound - 1
        }
        return text.lowerBound..<text.lowerBound + min(text.count, limits.maxErrorText)
    }
}
