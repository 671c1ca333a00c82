package import NIOCore

extension Headers {
    /// Decodes a header block: `NATS/1.0 [status [text]]`, one line for each field, an empty line.
    ///
    /// Decoding is strict, because two readers must not understand a block differently: every line ends with CR LF, names
    /// follow ADR-4 with no space before the colon, and lines are not folded. Spaces and tabs around a value are dropped.
    ///
    /// - Throws: ``WireError`` for the first wrong line.
    public init(block: UnsafeRawBufferPointer) throws(WireError) {
        guard let version = HeaderVersionLine(block: block) else {
            throw WireError(
                code: .malformedHeaders,
                message: "a header block must start with NATS/1.0 and, if any, a status of three digits",
                offending: block
            )
        }
        var fields: [Field] = []
        var rest = UnsafeRawBufferPointer(rebasing: block[version.length...])
        while true {
            let line = try Self.firstLine(of: rest)
            rest = UnsafeRawBufferPointer(rebasing: rest[(line.count + 2)...])
            if line.isEmpty { break }
            guard fields.count < Self.maxFields else {
                throw WireError(code: .tooManyHeaders, message: "a header block of more than \(Self.maxFields) fields")
            }
            fields.append(try Self.decode(line))
        }
        guard rest.isEmpty else {
            throw WireError(code: .malformedHeaders, message: "bytes after the empty line of a header block", offending: rest)
        }
        self.init(status: version.status, fields: fields)
    }

    private static func firstLine(of bytes: UnsafeRawBufferPointer) throws(WireError) -> UnsafeRawBufferPointer {
        guard let lineFeed = bytes.firstIndex(of: .lineFeed), lineFeed > 0, bytes[lineFeed - 1] == .carriageReturn else {
            throw WireError(
                code: .malformedHeaders,
                message: "a line of a header block does not end with CR LF, or the empty line at its end is missing",
                offending: bytes
            )
        }
        return UnsafeRawBufferPointer(rebasing: bytes[..<(lineFeed - 1)])
    }

    private static func decode(_ line: UnsafeRawBufferPointer) throws(WireError) -> Field {
        guard let colon = line.firstIndex(of: .colon) else {
            throw WireError(code: .malformedHeaders, message: "a header line without a colon", offending: line)
        }
        guard Self.isValidName(line[..<colon]) else { throw .invalidHeaderName(line[..<colon]) }
        let value = UnsafeRawBufferPointer(rebasing: line[(colon + 1)...]).trimmingBlanks()
        guard value.allSatisfy({ $0 != .carriageReturn && $0 != 0 }) else {
            throw .invalidHeaderValue(value, "a header value must not have CR, LF or NUL")
        }
        guard let text = String(validating: value, as: UTF8.self) else {
            throw .invalidHeaderValue(value, "a header value is not UTF-8")
        }
        return Field(name: String(decoding: line[..<colon], as: UTF8.self), value: text)
    }

    /// The exact size of the block that ``write(into:)`` writes, in bytes.
    public var encodedSize: Int {
        var size = HeaderVersionLine.version.utf8CodeUnitCount + 4
        if let status { size += 1 + status.description.utf8.count }
        for field in fields { size += field.name.utf8.count + field.value.utf8.count + 4 }
        return size
    }

    /// The block, from `NATS/1.0` to the empty line.
    package var block: ByteBuffer {
        let bytes = [UInt8](unsafeUninitializedCapacity: encodedSize) { buffer, count in
            count = write(into: UnsafeMutableRawBufferPointer(buffer))
        }
        return ByteBuffer(bytes: bytes)
    }

    /// Writes the block, from `NATS/1.0` to the empty line.
    ///
    /// - Parameter bytes: At least ``encodedSize`` bytes.
    /// - Returns: The number of bytes written, ``encodedSize``.
    @discardableResult
    public func write(into bytes: UnsafeMutableRawBufferPointer) -> Int {
        var writer = FrameWriter(bytes)
        writer.write(static: HeaderVersionLine.version)
        if let status {
            writer.write(.space)
            writer.write(status.description)
        }
        writer.writeLineEnd()
        for field in fields {
            writer.write(field.name)
            writer.write(.colon)
            writer.write(.space)
            writer.write(field.value)
            writer.writeLineEnd()
        }
        writer.writeLineEnd()
        return writer.count
    }
}
