public import NIOCore

/// A message received from a server (MSG or HMSG), sharing the storage of the read buffer that it arrived in.
///
/// Creating a message costs one retain and no copy. In return, a message keeps its whole read buffer alive (see
/// ``retainedBytes``): before keeping messages for long, call ``copied()`` or ``compact(_:)``.
///
/// Subject and reply are bytes: a server forwards any byte but spaces, tabs and line ends, including invalid UTF-8. Compare
/// and look them up by their bytes; ``subjectString`` is for display only.
public struct WireMessage: Sendable {
    /// The read buffer, with its indices narrowed to this message: from the first byte of the subject to the last of the
    /// payload.
    ///
    /// Indices instead of a slice, because slicing beyond 16 MiB copies.
    @usableFromInline
    var frame: ByteBuffer

    /// The id of the subscription that the message is for, as chosen by this client in SUB.
    public let sid: UInt64

    @usableFromInline let subjectLength: UInt32
    /// Counted from the start of the frame, like `bodyOffset`. Zero if there is no reply subject.
    @usableFromInline let replyOffset: UInt32
    @usableFromInline let replyLength: UInt32
    /// The offset of the headers, which the payload follows.
    @usableFromInline let bodyOffset: UInt32
    @usableFromInline let headerLength: UInt32
    @usableFromInline let hasHeaderBlock: Bool

    /// - Parameters:
    ///   - buffer: The buffer that holds the whole frame.
    ///   - lineStart: The index in `buffer` of the first byte of the control line.
    @inlinable
    init(buffer: ByteBuffer, lineStart: Int, head: MessageHead) {
        var frame = buffer
        frame.moveReaderIndex(to: lineStart + Int(head.subjectOffset))
        frame.moveWriterIndex(to: lineStart + Int(head.lineLength) + Int(head.bodyLength))
        self.frame = frame
        self.sid = head.sid
        self.subjectLength = head.subjectLength
        self.replyOffset = head.replyLength == 0 ? 0 : head.replyOffset - head.subjectOffset
        self.replyLength = head.replyLength
        self.bodyOffset = head.lineLength - head.subjectOffset
        self.headerLength = head.headerLength
        self.hasHeaderBlock = head.hasHeaderBlock
    }
}

// MARK: - Subject and reply

extension WireMessage {
    /// The bytes of the subject, never empty.
    @inlinable
    public var subject: ByteBuffer { self.slice(at: 0, length: Int(self.subjectLength)) }

    /// The subject for display: invalid UTF-8 is replaced by U+FFFD, so different subjects may look the same.
    public var subjectString: String { self.withSubjectBytes { String(decoding: $0, as: UTF8.self) } }

    /// Calls `body` with the bytes of the subject. The pointer is valid only inside `body`.
    @inlinable
    public func withSubjectBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R {
        try self.withBytes(at: 0, length: Int(self.subjectLength), body)
    }

    /// The bytes of the reply subject; nil if the publisher expects no reply.
    @inlinable
    public var reply: ByteBuffer? {
        self.replyLength == 0 ? nil : self.slice(at: Int(self.replyOffset), length: Int(self.replyLength))
    }

    /// The reply subject for display; see ``subjectString``.
    public var replyString: String? {
        self.reply.map { String(decoding: $0.readableBytesView, as: UTF8.self) }
    }
}

// MARK: - Headers and payload

extension WireMessage {
    /// The header block as received, from `NATS/1.0` to the empty line; nil for a message without headers.
    ///
    /// Servers forward malformed blocks, so show these bytes if ``headers()`` throws.
    @inlinable
    public var headerBytes: ByteBuffer? {
        self.hasHeaderBlock ? self.slice(at: Int(self.bodyOffset), length: Int(self.headerLength)) : nil
    }

    /// Decodes the header block. Returns nil for a message without headers.
    ///
    /// - Throws: ``WireError`` if the block does not follow ADR-4. The payload is still valid then.
    public func headers() throws(WireError) -> Headers? {
        guard self.hasHeaderBlock else { return nil }
        return try self.withBytes(at: Int(self.bodyOffset), length: Int(self.headerLength)) { (bytes) throws(WireError) in
            try Headers(block: bytes)
        }
    }

    /// The status on the first line of the header block, such as 503 (no responders); nil if there is none.
    ///
    /// Reads only that line, so it is cheap enough for every reply. A malformed line has no status.
    public var status: HeaderStatus? {
        guard self.hasHeaderBlock else { return nil }
        return self.withBytes(at: Int(self.bodyOffset), length: Int(self.headerLength)) { HeaderStatus(block: $0) }
    }

    /// The payload, a slice of the read buffer.
    @inlinable
    public var payload: ByteBuffer { self.slice(at: self.payloadOffset, length: self.payloadLength) }

    /// Calls `body` with the bytes of the payload. The pointer is valid only inside `body`.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R {
        try self.withBytes(at: self.payloadOffset, length: self.payloadLength, body)
    }

    /// The length of the payload in bytes, without headers.
    @inlinable
    public var payloadLength: Int { self.frame.readableBytes - self.payloadOffset }

    /// The number of bytes of subject, reply, headers and payload together, used for bounds on queued bytes.
    @inlinable
    public var byteCount: Int {
        Int(self.subjectLength) + Int(self.replyLength) + self.frame.readableBytes - Int(self.bodyOffset)
    }
}

// MARK: - Retention

extension WireMessage {
    /// The number of bytes of storage that this message keeps alive, shared with the other messages of its read buffer.
    @inlinable
    public var retainedBytes: Int { self.frame.storageCapacity }

    /// Returns the message with its own storage, as small as `ByteBuffer` allows (its size rounded up to a power of two).
    public func copied() -> WireMessage {
        var copy = self
        copy.frame = Self.newStorage(capacity: self.frame.readableBytes)
        copy.frame.writeImmutableBuffer(self.frame)
        return copy
    }

    /// Copies the frames of a batch out of larger read buffers into one allocation of their total size.
    ///
    /// Makes one allocation for the batch instead of one for each message. It lives as long as any message of the batch.
    ///
    /// - Parameter messages: The messages of one batch. Only their ``retainedBytes`` change.
    public static func compact(_ messages: inout [WireMessage]) {
        // Indices of a ByteBuffer are 32 bits wide and its capacity is rounded up to a power of two.
        let largest = 1 << 31
        var start = messages.startIndex
        while start < messages.endIndex {
            var total = 0
            var end = start
            while end < messages.endIndex, end == start || total + messages[end].frame.readableBytes <= largest {
                total += messages[end].frame.readableBytes
                end += 1
            }
            var storage = Self.newStorage(capacity: total)
            for message in messages[start..<end] { storage.writeImmutableBuffer(message.frame) }
            var offset = 0
            for index in start..<end {
                let length = messages[index].frame.readableBytes
                messages[index].frame = storage
                messages[index].frame.moveReaderIndex(to: offset)
                messages[index].frame.moveWriterIndex(to: offset + length)
                offset += length
            }
            start = end
        }
    }

    private static func newStorage(capacity: Int) -> ByteBuffer { ByteBufferAllocator().buffer(capacity: capacity) }
}

// MARK: - Access

extension WireMessage {
    @inlinable
    var payloadOffset: Int { Int(self.bodyOffset) + Int(self.headerLength) }

    @inlinable
    func slice(at offset: Int, length: Int) -> ByteBuffer {
        // The parser checked every length against the frame, so the bytes exist.
        self.frame.getSlice(at: self.frame.readerIndex + offset, length: length) ?? ByteBuffer()
    }

    @inlinable
    func withBytes<R, Failure: Error>(
        at offset: Int,
        length: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try self.frame.withUnsafeReadableBytes { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        }
    }
}
