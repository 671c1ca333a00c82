public import NIOCore

/// Writes the operations of a client.
///
/// Each function appends exactly one complete frame, through one pointer, after reserving the space once. Nothing is
/// checked here: `Subject`, `QueueGroup` and `Headers` are valid by construction. The caller must check that wildcards,
/// headers and the size are allowed (``publishSize(subject:reply:headers:payloadLength:)``, ``ServerInfo``).
public enum FrameEncoder {
    // MARK: PUB and HPUB

    /// Appends PUB, or HPUB if there are headers.
    ///
    /// - Parameters:
    ///   - subject: The subject to publish to; not a wildcard.
    ///   - reply: The subject for replies, if any. Check with ``Subject/checkFit(with:)-(Subject)`` that both fit the
    ///     control line.
    ///   - headers: Nil for PUB. Empty headers still make an HPUB.
    ///   - payload: The payload, copied.
    ///   - buffer: The buffer to append to.
    public static func publish(
        subject: Subject,
        reply: Subject? = nil,
        headers: Headers? = nil,
        payload: UnsafeRawBufferPointer,
        into buffer: inout ByteBuffer
    ) {
        subject.withBytes { subject in
            guard let reply else {
                return Self.publish(validSubject: subject, validReply: nil, headers: headers, payload: payload, into: &buffer)
            }
            reply.withBytes { reply in
                Self.publish(validSubject: subject, validReply: reply, headers: headers, payload: payload, into: &buffer)
            }
        }
    }

    /// Appends PUB, or HPUB if there are headers, with the readable bytes of a buffer as payload.
    ///
    /// The parameters are those of ``publish(subject:reply:headers:payload:into:)-(_,_,_,UnsafeRawBufferPointer,_)``.
    public static func publish(
        subject: Subject,
        reply: Subject? = nil,
        headers: Headers? = nil,
        payload: ByteBuffer,
        into buffer: inout ByteBuffer
    ) {
        payload.withUnsafeReadableBytes {
            Self.publish(subject: subject, reply: reply, headers: headers, payload: $0, into: &buffer)
        }
    }

    /// Appends PUB or HPUB for subjects held as bytes, such as the UTF-8 of a String.
    ///
    /// - Parameters:
    ///   - validSubject: Bytes that ``Subject/validate(_:)`` accepted. Other bytes could inject protocol.
    ///   - validReply: Likewise, for the reply subject.
    package static func publish(
        validSubject: UnsafeRawBufferPointer,
        validReply: UnsafeRawBufferPointer?,
        headers: Headers?,
        payload: UnsafeRawBufferPointer,
        into buffer: inout ByteBuffer
    ) {
        let headerLength = headers.map { $0.encodedSize }
        let size = Self.publishSize(
            subjectLength: validSubject.count,
            replyLength: validReply?.count,
            headerLength: headerLength,
            payloadLength: payload.count
        )
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { bytes in
            let frame = UnsafeMutableRawBufferPointer(rebasing: bytes[..<size])
            Self.publish(validSubject: validSubject, validReply: validReply, headers: headers, payload: payload, into: frame)
            return size
        }
    }

    /// Writes PUB or HPUB to memory of exactly the size that
    /// ``publishSize(subjectLength:replyLength:headerLength:payloadLength:)`` returns.
    package static func publish(
        validSubject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        payload: UnsafeRawBufferPointer,
        into frame: UnsafeMutableRawBufferPointer
    ) {
        guard let reply else {
            return Self.publish(validSubject: validSubject, validReply: nil, headers: headers, payload: payload, into: frame)
        }
        reply.withBytes { reply in
            Self.publish(validSubject: validSubject, validReply: reply, headers: headers, payload: payload, into: frame)
        }
    }

    @inline(__always)
    private static func publish(
        validSubject: UnsafeRawBufferPointer,
        validReply: UnsafeRawBufferPointer?,
        headers: Headers?,
        payload: UnsafeRawBufferPointer,
        into frame: UnsafeMutableRawBufferPointer
    ) {
        let headerLength = headers.map { $0.encodedSize }
        var writer = FrameWriter(frame)
        if headers != nil { writer.write(UInt8(ascii: "H")) }
        writer.write(static: "PUB ")
        writer.write(validSubject)
        writer.write(.space)
        if let validReply {
            writer.write(validReply)
            writer.write(.space)
        }
        if let headerLength {
            writer.write(decimal: UInt64(headerLength))
            writer.write(.space)
        }
        writer.write(decimal: UInt64(payload.count + (headerLength ?? 0)))
        writer.writeLineEnd()
        if let headers, let headerLength {
            let start = writer.count
            headers.write(into: UnsafeMutableRawBufferPointer(rebasing: frame[start..<start + headerLength]))
            writer.skip(headerLength)
        }
        writer.write(payload)
        writer.writeLineEnd()
        precondition(writer.count == frame.count, "a frame must have the size computed for it")
    }

    /// The exact size in bytes of the frame that `publish` appends.
    ///
    /// The server's `max_payload` limits `headers.encodedSize + payloadLength`, not this size.
    public static func publishSize(subject: Subject, reply: Subject?, headers: Headers?, payloadLength: Int) -> Int {
        Self.publishSize(
            subjectLength: subject.count,
            replyLength: reply?.count,
            headerLength: headers?.encodedSize,
            payloadLength: payloadLength
        )
    }

    /// The exact size in bytes of a PUB (`headerLength` nil) or HPUB frame with parts of these lengths.
    package static func publishSize(subjectLength: Int, replyLength: Int?, headerLength: Int?, payloadLength: Int) -> Int {
        var size = "PUB ".utf8.count + subjectLength + 1
        if let replyLength { size += replyLength + 1 }
        let total = payloadLength + (headerLength ?? 0)
        if let headerLength { size += 1 + FrameWriter.digitCount(UInt64(headerLength)) + 1 }
        return size + FrameWriter.digitCount(UInt64(total)) + 2 + total + 2
    }

    // MARK: SUB and UNSUB

    /// Appends SUB.
    ///
    /// - Parameters:
    ///   - subject: A subject or a pattern.
    ///   - queue: The queue group to join, if any. Check with ``Subject/checkFit(with:)-(QueueGroup)`` that both fit the
    ///     control line.
    ///   - sid: The id that messages will carry. Use each id once per connection.
    ///   - buffer: The buffer to append to.
    public static func subscribe(subject: Subject, queue: QueueGroup? = nil, sid: UInt64, into buffer: inout ByteBuffer) {
        let size = "SUB ".utf8.count + subject.count + 1 + (queue.map { $0.count + 1 } ?? 0) + FrameWriter.digitCount(sid) + 2
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { bytes in
            var writer = FrameWriter(bytes)
            writer.write(static: "SUB ")
            subject.withBytes { writer.write($0) }
            writer.write(.space)
            if let queue {
                queue.bytes.withUnsafeBytes { writer.write($0) }
                writer.write(.space)
            }
            writer.write(decimal: sid)
            writer.writeLineEnd()
            return writer.count
        }
    }

    /// Appends UNSUB.
    ///
    /// - Parameters:
    ///   - sid: The subscription to end.
    ///   - max: Ends the subscription after this many messages since SUB, including those already received; nil ends it
    ///     now.
    ///   - buffer: The buffer to append to.
    public static func unsubscribe(sid: UInt64, max: UInt64? = nil, into buffer: inout ByteBuffer) {
        let size = "UNSUB ".utf8.count + FrameWriter.digitCount(sid) + (max.map { 1 + FrameWriter.digitCount($0) } ?? 0) + 2
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { bytes in
            var writer = FrameWriter(bytes)
            writer.write(static: "UNSUB ")
            writer.write(decimal: sid)
            if let max {
                writer.write(.space)
                writer.write(decimal: max)
            }
            writer.writeLineEnd()
            return writer.count
        }
    }

    // MARK: PING and PONG

    /// Appends PING.
    public static func ping(into buffer: inout ByteBuffer) { buffer.writeStaticString("PING\r\n") }

    /// Appends PONG.
    public static func pong(into buffer: inout ByteBuffer) { buffer.writeStaticString("PONG\r\n") }
}

extension FrameEncoder {
    /// Removes the PUB and HPUB frames whose headers and payload together exceed `limit` bytes.
    ///
    /// - Parameter buffer: Complete frames as appended by `publish`, and nothing else.
    /// - Returns: The number of removed frames.
    package static func removePublishes(above limit: Int, from buffer: inout ByteBuffer) -> Int {
        var kept = ByteBuffer()
        kept.reserveCapacity(buffer.readableBytes)
        var removed = 0
        while let frame = Self.nextPublish(of: buffer) {
            if frame.messageLength > limit {
                removed += 1
            } else if let bytes = buffer.getSlice(at: buffer.readerIndex, length: frame.length) {
                kept.writeImmutableBuffer(bytes)
            }
            buffer.moveReaderIndex(forwardBy: frame.length)
        }
        buffer = kept
        return removed
    }

    /// The lengths of the first frame; nil at the end.
    private static func nextPublish(of buffer: ByteBuffer) -> (length: Int, messageLength: Int)? {
        buffer.withUnsafeReadableBytes { bytes in
            guard let lineFeed = bytes.firstIndex(of: .lineFeed) else { return nil }
            // The last argument is the size, as `publish` wrote it: digits, then CR LF.
            var size = 0
            var factor = 1
            var index = lineFeed - 2
            while index > 0, bytes[index] != .space {
                size += Int(bytes[index] - UInt8(ascii: "0")) * factor
                factor *= 10
                index -= 1
            }
            let length = lineFeed + 1 + size + 2
            return length <= bytes.count ? (length, size) : nil
        }
    }
}
