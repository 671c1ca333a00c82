/// The validated name of a queue group. The server delivers each message to one member of the group.
///
/// All visible bytes are allowed. The server compares names byte by byte.
public struct QueueGroup: Sendable, Hashable, CustomStringConvertible {
    @usableFromInline let bytes: [UInt8]

    /// Creates a queue group after checking its name.
    ///
    /// - Throws: ``WireError`` if the name is empty, contains a space, control byte or DEL, or is longer than a subject may
    ///   be.
    public init(_ string: some StringProtocol) throws(WireError) {
        let bytes = Array(string.utf8)
        guard !bytes.isEmpty, bytes.allSatisfy({ $0 > .space && $0 != .delete }) else {
            throw WireError(
                code: .invalidQueueGroup,
                message: "a queue group must have a name without spaces and control characters",
                offending: bytes
            )
        }
        guard bytes.count < Subject.maxLength else {
            throw WireError(
                code: .controlLineTooLong,
                message: "a queue group of \(bytes.count) bytes; the server's control line has room for \(Subject.maxLength - 1)",
                offending: bytes
            )
        }
        self.bytes = bytes
    }

    /// The length in bytes.
    @inlinable
    public var count: Int { bytes.count }

    /// The name.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
