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
        sid = head.sid
        subjectLength = head.subjectLength
        replyOffset = head.replyLength == 0 ? 0 : head.replyOffset - head.subjectOffset
        replyLength = head.replyLength
        bodyOffset = head.lineLength - head.subjectOffset
        headerLength = head.headerLength
        hasHeaderBlock = head.hasHeaderBlock
    }

    /// Creates a message that was not received from a server.
    ///
    /// - Parameters:
    ///   - subject: A valid subject.
    ///   - headers: The block of headers, if there is one.
    package init(subject: ByteBuffer, reply: ByteBuffer?, headers: ByteBuffer?, payload: ByteBuffer) {
        let parts = [subject, reply, headers, payload].compactMap(\.self)
        var frame = Self.newStorage(capacity: parts.reduce(0) { $0 + $1.readableBytes })
        for part in parts { frame.writeImmutableBuffer(part) }
        self.frame = frame
        sid = 0
        subjectLength = UInt32(subject.readableBytes)
        replyLength = UInt32(reply?.readableBytes ?? 0)
        replyOffset = replyLength == 0 ? 0 : subjectLength
        bodyOffset = subjectLength + replyLength
        headerLength = UInt32(headers?.readableBytes ?? 0)
        hasHeaderBlock = headers != nil
    }
}

// MARK: - Subject and reply

extension WireMessage {
    /// The bytes of the subject, never empty.
    @inlinable
    public var subject: ByteBuffer { slice(at: 0, length: Int(subjectLength)) }

    /// The subject for display: invalid UTF-8 is replaced by U+FFFD, so different subjects may look the same.
    public var subjectString: String { withSubjectBytes { String(decoding: $0, as: UTF8.self) } }

    /// Calls `body` with the bytes of the subject. The pointer is valid only inside `body`.
    @inlinable
    public func withSubjectBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R {
        try withBytes(at: 0, length: Int(subjectLength), body)
    }

    /// The bytes of the reply subject; nil if the publisher expects no reply.
    @inlinable
    public var reply: ByteBuffer? {
        replyLength == 0 ? nil : slice(at: Int(replyOffset), length: Int(replyLength))
    }

    /// Whether the publisher expects a reply.
    @inlinable
    package var isRequest: Bool { replyLength > 0 }

    /// The reply subject for display; see ``subjectString``.
    public var replyString: String? {
        reply.map { String(decoding: $0.readableBytesView, as: UTF8.self) }
    }
}

// MARK: - Headers and payload

extension WireMessage {
    /// The header block as received, from `NATS/1.0` to the empty line; nil for a message without headers.
    ///
    /// Servers forward malformed blocks, so show these bytes if ``headers()`` throws.
    @inlinable
    public var headerBytes: ByteBuffer? {
        hasHeaderBlock ? slice(at: Int(bodyOffset), length: Int(headerLength)) : nil
    }

    /// Decodes the header block. Returns nil for a message without headers.
    ///
    /// - Throws: ``WireError`` if the block does not follow ADR-4. The payload is still valid then.
    public func headers() throws(WireError) -> Headers? {
        guard hasHeaderBlock else { return nil }
        return try withBytes(at: Int(bodyOffset), length: Int(headerLength)) { (bytes) throws(WireError) in
            try Headers(block: bytes)
        }
    }

    /// The status on the first line of the header block, such as 503 (no responders); nil if there is none.
    ///
    /// Reads only that line, so it is cheap enough for every reply. A malformed line has no status.
    public var status: HeaderStatus? {
        guard hasHeaderBlock else { return nil }
        return withBytes(at: Int(bodyOffset), length: Int(headerLength)) { HeaderStatus(block: $0) }
    }

    /// The payload, a slice of the read buffer.
    @inlinable
    public var payload: ByteBuffer { slice(at: payloadOffset, length: payloadLength) }

    /// Calls `body` with the bytes of the payload. The pointer is valid only inside `body`.
    @inlinable
    public func withPayloadBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R {
        try withBytes(at: payloadOffset, length: payloadLength, body)
    }

    /// The length of the payload in bytes, without headers.
    @inlinable
    public var payloadLength: Int { frame.readableBytes - payloadOffset }

    /// The number of bytes of subject, reply, headers and payload together, used for bounds on queued bytes.
    @inlinable
    public var byteCount: Int {
        Int(subjectLength) + Int(replyLength) + frame.readableBytes - Int(bodyOffset)
    }
}

// MARK: - Retention

extension WireMessage {
    /// The number of bytes of storage that this message keeps alive, shared with the other messages of its read buffer.
    @inlinable
    public var retainedBytes: Int { frame.storageCapacity }

    /// Returns the message with its own storage, as small as `ByteBuffer` allows (its size rounded up to a power of two).
    public func copied() -> WireMessage {
        var copy = self
        copy.frame = Self.newStorage(capacity: frame.readableBytes)
        copy.frame.writeImmutableBuffer(frame)
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
    var payloadOffset: Int { Int(bodyOffset) + Int(headerLength) }

    @inlinable
    func slice(at offset: Int, length: Int) -> ByteBuffer {
        // The parser checked every length against the frame, so the bytes exist.
        frame.getSlice(at: frame.readerIndex + offset, length: length) ?? ByteBuffer()
    }

    @inlinable
    func withBytes<R, Failure: Error>(
        at offset: Int,
        length: Int,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> R
    ) throws(Failure) -> R {
        try frame.withUnsafeReadableBytes { (bytes) throws(Failure) in
            try body(UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length]))
        }
    }
}
