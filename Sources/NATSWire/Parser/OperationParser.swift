public import NIOCore

/// Turns the bytes of a server into operations, in place.
///
/// Give it every read as it comes. Complete operations are reported while `parse` runs, as slices of that read; only the
/// partial frame at the end is copied, and with the next read only as many bytes as complete it are.
///
/// One parser belongs to one connection: start a new one with every connection, so that nothing is carried over.
public struct OperationParser: Sendable {
    /// Bounds on what a server may send. A server before TLS and authentication is anyone.
    public struct Limits: Sendable, Hashable {
        /// The longest MSG, HMSG, PING, PONG or +OK line in bytes, line end included.
        public let maxControlLine: Int
        /// The longest INFO line in bytes, line end included.
        public let maxInfoLine: Int
        /// The longest -ERR line in bytes, line end included. See also ``maxErrorText``.
        public let maxErrorLine: Int
        /// How many bytes of an -ERR text are reported; the rest is dropped.
        public let maxErrorText: Int
        /// The largest announced message in bytes, headers included.
        public let maxMessageSize: Int

        /// Sets the bounds; the defaults fit every server with the usual `max_payload`.
        ///
        /// - Precondition: Lines of 64 bytes to 64 MiB, messages of at most 1 GiB: both are indices of a `ByteBuffer`.
        public init(
            maxControlLine: Int = 64 << 10,
            maxInfoLine: Int = 1 << 20,
            maxErrorLine: Int = 1 << 20,
            maxErrorText: Int = 1 << 10,
            maxMessageSize: Int = 64 << 20
        ) {
            for limit in [maxControlLine, maxInfoLine, maxErrorLine] {
                precondition((64...64 << 20).contains(limit), "a line limit must be 64 bytes to 64 MiB, not \(limit)")
            }
            precondition((0...1 << 30).contains(maxMessageSize), "maxMessageSize must be 0 to 1 GiB, not \(maxMessageSize)")
            precondition(maxErrorText >= 0, "maxErrorText must not be negative")
            self.maxControlLine = maxControlLine
            self.maxInfoLine = maxInfoLine
            self.maxErrorLine = maxErrorLine
            self.maxErrorText = maxErrorText
            self.maxMessageSize = maxMessageSize
        }
    }

    /// How much of the frame in `pending` is known.
    @usableFromInline
    enum Pending: Sendable {
        /// A line without its end, searched already.
        case line
        /// A whole control line and a part of the body it announces.
        case message(MessageHead)
    }

    /// What one step of the loop found.
    @usableFromInline
    enum Step {
        /// An operation of so many bytes was reported.
        case operation(length: Int)
        /// The bytes end inside an operation.
        case partial(Pending)
    }

    /// The bounds in force.
    public let limits: Limits

    /// The frame that the last read ended in, always less than a whole one.
    @usableFromInline var pending = ByteBuffer()
    @usableFromInline var stage = Pending.line
    @usableFromInline var failure: WireError?

    /// A parser for a new connection.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// The bytes kept of an operation that is not complete yet. Not zero at end of file means that the server was cut off.
    public var pendingBytes: Int { self.pending.readableBytes }

    /// Reports all operations that `buffer` completes, and keeps the start of the next.
    ///
    /// - Parameters:
    ///   - buffer: One read, of any size. Its storage is shared by the messages reported.
    ///   - sink: Told of each operation before the next one is looked at.
    /// - Throws: ``WireError`` at the first byte that breaks the protocol, after the operations before it were reported.
    ///   The stream has lost its place then: close the connection. Further calls throw the same error.
    @inlinable
    public mutating func parse(_ buffer: ByteBuffer, into sink: inout some OperationSink) throws(WireError) {
        if let failure { throw failure }
        do {
            var position = buffer.readerIndex
            if self.pending.readableBytes > 0 {
                position = try self.completePending(with: buffer, sink: &sink)
            }
            while position < buffer.writerIndex {
                position = Self.usualMessages(in: buffer, at: position, limits: self.limits, sink: &sink)
                guard position < buffer.writerIndex else { return }
                switch try Self.step(in: buffer, at: position, limits: self.limits, sink: &sink) {
                case .operation(let length):
                    position += length
                case .partial(let stage):
                    self.keep(buffer, from: position, stage: stage)
                    return
                }
            }
        } catch {
            self.fail(error)
            throw error
        }
    }
}

// MARK: - One operation

extension OperationParser {
    /// Reads and reports all messages from an index on, up to the first operation that is anything else than a whole message
    /// as servers usually write it. The memory of `buffer` is asked for once: this is where a busy connection spends its time.
    ///
    /// - Returns: The index behind the last of them.
    @inlinable
    static func usualMessages(in buffer: ByteBuffer, at index: Int, limits: Limits, sink: inout some OperationSink) -> Int {
        buffer.withUnsafeReadableBytes { bytes in
            let start = buffer.readerIndex
            var offset = index - start
            while true {
                let rest = UnsafeRawBufferPointer(rebasing: bytes[offset..<bytes.count])
                guard let head = ControlLine.usualMessage(rest, limits: limits), head.frameLength <= rest.count,
                    rest[head.frameLength - 2] == .carriageReturn, rest[head.frameLength - 1] == .lineFeed
                else { return start + offset }
                sink.message(WireMessage(buffer: buffer, lineStart: start + offset, head: head))
                offset += head.frameLength
            }
        }
    }

    /// Reads and reports the operation that starts at an index of `buffer`.
    @inlinable
    static func step(
        in buffer: ByteBuffer,
        at index: Int,
        limits: Limits,
        sink: inout some OperationSink
    ) throws(WireError) -> Step {
        let offset = index - buffer.readerIndex
        let line = try buffer.withUnsafeReadableBytes { (bytes) throws(WireError) in
            try ControlLine.read(UnsafeRawBufferPointer(rebasing: bytes[offset..<bytes.count]), limits: limits)
        }
        switch line {
        case .message(let head):
            guard head.frameLength <= buffer.writerIndex - index else { return .partial(.message(head)) }
            try Self.checkTerminator(of: head, in: buffer, at: offset)
            sink.message(WireMessage(buffer: buffer, lineStart: index, head: head))
            return .operation(length: head.frameLength)
        case .info(let range, let length):
            sink.info(Self.text(in: buffer, at: index, range))
            return .operation(length: length)
        case .error(let range, let length):
            sink.serverError(Self.text(in: buffer, at: index, range))
            return .operation(length: length)
        case .ping(let length):
            sink.ping()
            return .operation(length: length)
        case .pong(let length):
            sink.pong()
            return .operation(length: length)
        case .ok(let length):
            sink.ok()
            return .operation(length: length)
        case .incomplete:
            return .partial(.line)
        }
    }

    @inlinable
    static func text(in buffer: ByteBuffer, at index: Int, _ range: Range<Int>) -> ByteBuffer {
        // The range lies inside the line just read, so the slice exists.
        buffer.getSlice(at: index + range.lowerBound, length: range.count) ?? ByteBuffer()
    }

    /// Checks the CR LF behind a payload. Unlike a control line, a payload is never ended by LF alone: the server refuses that too.
    @inlinable
    static func checkTerminator(of head: MessageHead, in buffer: ByteBuffer, at offset: Int) throws(WireError) {
        let end = offset + head.frameLength
        try buffer.withUnsafeReadableBytes { (bytes) throws(WireError) in
            guard bytes[end - 2] == .carriageReturn, bytes[end - 1] == .lineFeed else {
                throw WireError.missingPayloadTerminator(UnsafeRawBufferPointer(rebasing: bytes[offset..<end]))
            }
        }
    }
}

// MARK: - The partial frame

extension OperationParser {
    /// Adds to the partial frame only the bytes that complete it, and reports it if they do.
    ///
    /// - Returns: The index of `buffer` behind the bytes taken.
    @inlinable
    mutating func completePending(with buffer: ByteBuffer, sink: inout some OperationSink) throws(WireError) -> Int {
        var position = buffer.readerIndex
        if case .line = self.stage {
            let taken = try self.extendPendingLine(with: buffer)
            position += taken.count
            guard taken.hasLineEnd else { return position }
            switch try Self.step(in: self.pending, at: self.pending.readerIndex, limits: self.limits, sink: &sink) {
            case .operation: self.pending = ByteBuffer()
            case .partial(let stage): self.stage = stage
            }
        }
        if case .message(let head) = self.stage, self.pending.readableBytes > 0 {
            position += self.extendPendingBody(of: head, with: buffer, from: position)
            guard self.pending.readableBytes == head.frameLength else { return position }
            let frame = self.pending
            self.pending = ByteBuffer()
            self.stage = .line
            try Self.checkTerminator(of: head, in: frame, at: 0)
            sink.message(WireMessage(buffer: frame, lineStart: frame.readerIndex, head: head))
        }
        return position
    }

    @usableFromInline
    mutating func extendPendingLine(with buffer: ByteBuffer) throws(WireError) -> (count: Int, hasLineEnd: Bool) {
        let limit = try self.pending.withUnsafeReadableBytes { (bytes) throws(WireError) in
            try ControlLine.lineLimit(bytes, limits: self.limits)
        }
        return try buffer.withUnsafeReadableBytes { (bytes) throws(WireError) in
            let candidate = bytes.prefix(limit - self.pending.readableBytes)
            let lineFeed = candidate.firstIndex(of: .lineFeed)
            let taken = UnsafeRawBufferPointer(rebasing: candidate[..<(lineFeed.map { $0 + 1 } ?? candidate.endIndex)])
            self.pending.writeBytes(taken)
            guard lineFeed != nil || self.pending.readableBytes < limit else {
                throw self.pending.withUnsafeReadableBytes { WireError.lineTooLong($0, limit: limit) }
            }
            return (taken.count, lineFeed != nil)
        }
    }

    @usableFromInline
    mutating func extendPendingBody(of head: MessageHead, with buffer: ByteBuffer, from index: Int) -> Int {
        let count = min(head.frameLength - self.pending.readableBytes, buffer.writerIndex - index)
        // Grows by doubling with the bytes that really came: an announced size alone allocates nothing.
        buffer.withUnsafeReadableBytes { bytes in
            let offset = index - buffer.readerIndex
            _ = self.pending.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
        }
        return count
    }

    /// Copies the partial frame at the end of a read.
    @usableFromInline
    mutating func keep(_ buffer: ByteBuffer, from index: Int, stage: Pending) {
        let count = buffer.writerIndex - index
        var capacity = count
        // A frame up to the size of a usual read is likely to be completed by the next one, so it gets its room at once.
        if case .message(let head) = stage, head.frameLength <= 64 << 10 { capacity = head.frameLength }
        self.pending = ByteBufferAllocator().buffer(capacity: capacity)
        self.stage = stage
        buffer.withUnsafeReadableBytes { bytes in
            _ = self.pending.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[(index - buffer.readerIndex)...]))
        }
    }

    @usableFromInline
    mutating func fail(_ error: WireError) {
        self.failure = error
        self.pending = ByteBuffer()
    }
}
