public import NIOCore

/// Parses the bytes from a server into operations, in place.
///
/// Pass every read to ``parse(_:into:)`` as it arrives. It reports complete operations immediately, as slices of that read.
/// Only the partial frame at the end is copied, and the next read adds only the bytes that complete it.
///
/// Use a new parser for every connection, so that no state is carried over.
public struct OperationParser: Sendable {
    /// Bounds on the sizes that a server may send. Before TLS and authentication the server is not trusted.
    public struct Limits: Sendable, Hashable {
        /// The longest MSG, HMSG, PING, PONG or +OK line in bytes, line end included.
        public let maxControlLine: Int
        /// The longest INFO line in bytes, line end included.
        public let maxInfoLine: Int
        /// The longest -ERR line in bytes, line end included. See also ``maxErrorText``.
        public let maxErrorLine: Int
        /// The number of bytes of an -ERR text to report. The rest is dropped.
        public let maxErrorText: Int
        /// The largest announced message in bytes, headers included.
        public let maxMessageSize: Int

        /// Creates limits. The defaults fit every server with the usual `max_payload`.
        ///
        /// - Precondition: Lines have 64 bytes to 64 MiB and messages at most 1 GiB, because both are indices of a
        ///   `ByteBuffer`.
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

    /// The part of the frame in `pending` that is known.
    @usableFromInline
    enum Pending: Sendable {
        /// An incomplete line. Its bytes have been searched for a line end.
        case line
        /// A complete control line and a part of the body that it announces.
        case message(MessageHead)
    }

    /// The result of one step of the loop.
    @usableFromInline
    enum Step {
        /// An operation of this length was reported.
        case operation(length: Int)
        /// The bytes end inside an operation.
        case partial(Pending)
    }

    /// The limits that this parser enforces.
    public let limits: Limits

    /// The frame that the last read ended in; never a complete one.
    @usableFromInline var pending = ByteBuffer()
    @usableFromInline var stage = Pending.line
    @usableFromInline var failure: WireError?

    /// Creates a parser for a new connection.
    public init(limits: Limits = Limits()) {
        self.limits = limits
    }

    /// The number of bytes kept for an incomplete operation. If it is not zero at end of file, the stream was cut off.
    public var pendingBytes: Int { pending.readableBytes }

    /// Reports all operations that `buffer` completes, and keeps the start of the next one.
    ///
    /// - Parameters:
    ///   - buffer: One read, of any size. The reported messages share its storage.
    ///   - sink: Receives each operation before the next one is parsed.
    /// - Throws: ``WireError`` at the first byte that violates the protocol, after reporting the operations before it. The
    ///   position in the stream is then lost: close the connection. Further calls throw the same error.
    @inlinable
    public mutating func parse(_ buffer: ByteBuffer, into sink: inout some OperationSink) throws(WireError) {
        if let failure { throw failure }
        do {
            var position = buffer.readerIndex
            if pending.readableBytes > 0 {
                position = try completePending(with: buffer, sink: &sink)
            }
            while position < buffer.writerIndex {
                position = Self.usualMessages(in: buffer, at: position, limits: self.limits, sink: &sink)
                guard position < buffer.writerIndex else { return }
                switch try Self.step(in: buffer, at: position, limits: self.limits, sink: &sink) {
                case .operation(let length):
                    position += length
                case .partial(let stage):
                    keep(buffer, from: position, stage: stage)
                    return
                }
            }
        } catch {
            fail(error)
            throw error
        }
    }
}

// MARK: - One operation

extension OperationParser {
    /// Reads and reports all messages from an index on, up to the first operation that is not a complete message in the
    /// usual form.
    ///
    /// Accesses the memory of `buffer` once, because a busy connection spends most of its time here.
    ///
    /// - Returns: The index after the last message.
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

    /// Checks the CR LF after a payload. Unlike a control line, a payload never ends with LF alone: the server rejects that
    /// too.
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
    /// Adds to the partial frame only the bytes that complete it, and reports it if it is complete.
    ///
    /// - Returns: The index in `buffer` after the bytes taken.
    @inlinable
    mutating func completePending(with buffer: ByteBuffer, sink: inout some OperationSink) throws(WireError) -> Int {
        var position = buffer.readerIndex
        if case .line = self.stage {
            let taken = try extendPendingLine(with: buffer)
            position += taken.count
            guard taken.hasLineEnd else { return position }
            switch try Self.step(in: pending, at: pending.readerIndex, limits: self.limits, sink: &sink) {
            case .operation: pending = ByteBuffer()
            case .partial(let stage): self.stage = stage
            }
        }
        if case .message(let head) = self.stage, pending.readableBytes > 0 {
            position += extendPendingBody(of: head, with: buffer, from: position)
            guard pending.readableBytes == head.frameLength else { return position }
            let frame = pending
            pending = ByteBuffer()
            self.stage = .line
            try Self.checkTerminator(of: head, in: frame, at: 0)
            sink.message(WireMessage(buffer: frame, lineStart: frame.readerIndex, head: head))
        }
        return position
    }

    @usableFromInline
    mutating func extendPendingLine(with buffer: ByteBuffer) throws(WireError) -> (count: Int, hasLineEnd: Bool) {
        let limit = try pending.withUnsafeReadableBytes { (bytes) throws(WireError) in
            try ControlLine.lineLimit(bytes, limits: self.limits)
        }
        return try buffer.withUnsafeReadableBytes { (bytes) throws(WireError) in
            let candidate = bytes.prefix(limit - pending.readableBytes)
            let lineFeed = candidate.firstIndex(of: .lineFeed)
            let taken = UnsafeRawBufferPointer(rebasing: candidate[..<(lineFeed.map { $0 + 1 } ?? candidate.endIndex)])
            pending.writeBytes(taken)
            guard lineFeed != nil || pending.readableBytes < limit else {
                throw pending.withUnsafeReadableBytes { WireError.lineTooLong($0, limit: limit) }
            }
            return (taken.count, lineFeed != nil)
        }
    }

    @usableFromInline
    mutating func extendPendingBody(of head: MessageHead, with buffer: ByteBuffer, from index: Int) -> Int {
        let count = min(head.frameLength - pending.readableBytes, buffer.writerIndex - index)
        // Grows by doubling as bytes arrive. An announced size alone does not allocate memory.
        buffer.withUnsafeReadableBytes { bytes in
            let offset = index - buffer.readerIndex
            _ = pending.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count]))
        }
        return count
    }

    /// Copies the partial frame at the end of a read.
    @usableFromInline
    mutating func keep(_ buffer: ByteBuffer, from index: Int, stage: Pending) {
        let count = buffer.writerIndex - index
        var capacity = count
        // The next read probably completes a frame up to the size of a usual read, so reserve its space now.
        if case .message(let head) = stage, head.frameLength <= 64 << 10 { capacity = head.frameLength }
        pending = ByteBufferAllocator().buffer(capacity: capacity)
        self.stage = stage
        buffer.withUnsafeReadableBytes { bytes in
            _ = pending.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[(index - buffer.readerIndex)...]))
        }
    }

    @usableFromInline
    mutating func fail(_ error: WireError) {
        failure = error
        pending = ByteBuffer()
    }
}
