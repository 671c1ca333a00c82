/// A validated subject, hashed and compared by its bytes.
///
/// Subjects are never compared as `String`: canonical equivalence would merge subjects that the server distinguishes. The
/// rules are those of ADR-6 and are always enforced. A server accepts more than it can route, and a line end inside a
/// subject would allow protocol injection.
///
/// - Not empty, and no empty token: no dot at either end, no two in a row.
/// - No byte up to 0x20 (space), and no DEL. All other bytes are allowed, as on the server.
/// - `*` and `>` only as whole tokens and only in patterns; `>` only as the last token.
/// - At most ``maxLength`` bytes.
public struct Subject: Sendable, Hashable, CustomStringConvertible, ExpressibleByStringLiteral {
    @usableFromInline let bytes: [UInt8]

    /// True for a pattern with wildcards, which can be subscribed to but not published to.
    public let isWildcard: Bool

    /// The longest control line that a server accepts by default, in bytes, including the line end (`max_control_line`).
    public static let maxControlLine = 4096

    /// The longest subject in bytes: the control line without `HPUB`, two sizes of ten digits, spaces and line end.
    ///
    /// A subject together with a reply subject or a queue group must fit too; see ``checkFit(with:)-(Subject)``.
    public static let maxLength = Self.maxControlLine - 29

    /// Creates a subject to publish to.
    ///
    /// - Throws: ``WireError`` that names the violated rule.
    public init(_ string: some StringProtocol) throws(WireError) {
        try self.init(checking: Array(string.utf8), allowingWildcards: false)
    }

    /// Creates a subject to publish to from bytes that need not be UTF-8, such as the reply subject of a received message.
    ///
    /// - Throws: ``WireError`` that names the violated rule.
    public init(bytes: some Sequence<UInt8>) throws(WireError) {
        try self.init(checking: Array(bytes), allowingWildcards: false)
    }

    /// Creates a subject to subscribe to, which may contain wildcards: `*` for one token, `>` for one or more final tokens.
    ///
    /// - Throws: ``WireError`` that names the violated rule.
    public static func pattern(_ string: some StringProtocol) throws(WireError) -> Subject {
        try Subject(checking: Array(string.utf8), allowingWildcards: true)
    }

    /// Creates a subject or pattern from a literal.
    ///
    /// Swift also calls this initializer for `Subject("text")`. Everything but a plain literal, including interpolated
    /// strings, uses a throwing initializer.
    ///
    /// - Precondition: The literal follows the rules of ``pattern(_:)``.
    public init(stringLiteral literal: String) {
        do {
            try self.init(checking: Array(literal.utf8), allowingWildcards: true)
        } catch {
            // Only source code gets here, never input from a peer or a user.
            preconditionFailure("invalid subject literal: \(error)")
        }
    }

    private init(checking bytes: [UInt8], allowingWildcards: Bool) throws(WireError) {
        let hasWildcard = try bytes.withUnsafeBufferPointer { (raw) throws(WireError) in
            let raw = UnsafeRawBufferPointer(raw)
            guard !allowingWildcards else { return try Self.validate(raw) }
            try Self.validate(publishable: raw)
            return false
        }
        self.bytes = bytes
        isWildcard = hasWildcard
    }

    /// Checks bytes against the rules for subscriptions, without creating a `Subject`.
    ///
    /// - Returns: Whether the bytes contain a wildcard.
    public static func validate(_ bytes: UnsafeRawBufferPointer) throws(WireError) -> Bool {
        guard !bytes.isEmpty else {
            throw WireError(code: .emptySubject, message: "a subject must have at least one character")
        }
        guard bytes.count <= Self.maxLength else {
            throw WireError(
                code: .controlLineTooLong,
                message: "a subject of \(bytes.count) bytes; the server's control line has room for \(Self.maxLength)",
                offending: bytes
            )
        }
        var hasWildcard = false
        var tokenStart = 0
        for index in 0..<bytes.count {
            let byte = bytes[index]
            // Test for letters first: this code runs for every published message.
            if byte > .greaterThan, byte != .delete { continue }
            if byte == .dot {
                guard index > tokenStart else { throw Self.emptyToken(bytes) }
                tokenStart = index + 1
            } else if byte <= .space || byte == .delete {
                throw WireError(
                    code: .invalidSubjectByte,
                    message: "a space or control character in a subject at byte \(index); use only visible characters",
                    offending: bytes
                )
            } else if byte == .star || byte == .greaterThan {
                let isLast = index + 1 == bytes.count
                guard index == tokenStart, isLast || (byte == .star && bytes[index + 1] == .dot) else {
                    throw WireError(
                        code: .misplacedWildcard,
                        message: "* and > must be whole tokens between dots, and > the last one",
                        offending: bytes
                    )
                }
                hasWildcard = true
            }
        }
        guard tokenStart < bytes.count else { throw Self.emptyToken(bytes) }
        return hasWildcard
    }

    /// Checks bytes against the rules for subjects to publish to, without creating a `Subject`.
    public static func validate(publishable bytes: UnsafeRawBufferPointer) throws(WireError) {
        guard try Self.validate(bytes) else { return }
        throw WireError(
            code: .wildcardNotAllowed,
            message: "a wildcard in a subject to publish to; name the subject in full",
            offending: bytes
        )
    }

    private static func emptyToken(_ bytes: UnsafeRawBufferPointer) -> WireError {
        WireError(
            code: .emptySubjectToken,
            message: "an empty token in a subject; no dot may be first, last or next to another",
            offending: bytes
        )
    }

    /// The text of the subject, for display only. Bytes that are not UTF-8 are replaced by U+FFFD.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// The length in bytes, 1 to ``maxLength``.
    @inlinable
    public var count: Int { bytes.count }

    /// Calls `body` with the bytes. The pointer is valid only inside `body`.
    @inlinable
    public func withBytes<R, Failure: Error>(_ body: (UnsafeRawBufferPointer) throws(Failure) -> R) throws(Failure) -> R {
        try self.bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in try body(UnsafeRawBufferPointer(bytes)) }
    }

    /// Checks that this subject and a reply subject fit in one control line of the server.
    ///
    /// - Throws: ``WireError/Code/controlLineTooLong`` if together they are longer than ``maxLength`` - 1 bytes.
    public func checkFit(with reply: Subject) throws(WireError) {
        try reply.checkFit(behind: count)
    }

    /// Checks that this reply subject fits in the server's control line after a subject of `length` bytes.
    ///
    /// - Throws: ``WireError/Code/controlLineTooLong`` if together they are longer than ``maxLength`` - 1 bytes.
    package func checkFit(behind length: Int) throws(WireError) {
        guard length + 1 + count <= Self.maxLength else { throw Self.doesNotFit(length, count) }
    }

    /// Checks that this subject and a queue group fit in one control line of the server.
    ///
    /// - Throws: ``WireError/Code/controlLineTooLong`` if together they are longer than ``maxLength`` - 1 bytes.
    @inlinable
    public func checkFit(with queue: QueueGroup) throws(WireError) {
        guard count + 1 + queue.count <= Self.maxLength else { throw Self.doesNotFit(count, queue.count) }
    }

    @usableFromInline
    static func doesNotFit(_ first: Int, _ second: Int) -> WireError {
        WireError(
            code: .controlLineTooLong,
            message: """
                a subject of \(first) bytes with a reply subject or queue group of \(second); \
                together the server's control line has room for \(Self.maxLength - 1)
                """
        )
    }
}
