import TextCoding

/// An error in received bytes, or in a value to send.
///
/// Compare codes; do not switch over them exhaustively. A minor version may add codes.
public struct WireError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of a ``WireError``.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unknownOperation, invalidLineEnding, lineTooLong, argumentCount, invalidSubscriptionID, invalidSize
            case messageTooLarge, headerLongerThanMessage, missingPayloadTerminator
            case invalidJSON, invalidField
            case emptySubject, invalidSubjectByte, emptySubjectToken, misplacedWildcard, wildcardNotAllowed
            case invalidQueueGroup, controlLineTooLong
            case malformedHeaders, tooManyHeaders, invalidHeaderName, invalidHeaderValue
        }

        private let kind: Kind

        private init(_ kind: Kind) { self.kind = kind }

        /// The name of the code, as in `WireError.Code.<name>`.
        public var description: String { kind.rawValue }

        // MARK: What a server sent

        /// The line does not begin with a server operation: the peer is not a NATS server, or the position in the stream
        /// was lost.
        public static let unknownOperation = Self(.unknownOperation)
        /// A control line contains a carriage return.
        public static let invalidLineEnding = Self(.invalidLineEnding)
        /// A line exceeds its limit without an end.
        public static let lineTooLong = Self(.lineTooLong)
        /// An operation has too few or too many arguments.
        public static let argumentCount = Self(.argumentCount)
        /// A subscription id is not a decimal number of at most 64 bits.
        public static let invalidSubscriptionID = Self(.invalidSubscriptionID)
        /// A size is not a decimal number.
        public static let invalidSize = Self(.invalidSize)
        /// The announced size of a message exceeds the parser's limit.
        public static let messageTooLarge = Self(.messageTooLarge)
        /// An HMSG announces more header bytes than bytes in all.
        public static let headerLongerThanMessage = Self(.headerLongerThanMessage)
        /// A payload is not followed by CR LF: the announced size and the bytes sent disagree.
        public static let missingPayloadTerminator = Self(.missingPayloadTerminator)
        /// The text after INFO is not one well-formed JSON object, or is nested too deeply.
        public static let invalidJSON = Self(.invalidJSON)
        /// A field of INFO has the wrong type or a value outside its bounds.
        public static let invalidField = Self(.invalidField)

        // MARK: Subjects and queue groups

        /// A subject is empty.
        public static let emptySubject = Self(.emptySubject)
        /// A subject contains a space, control byte or DEL.
        public static let invalidSubjectByte = Self(.invalidSubjectByte)
        /// A subject contains two dots in a row, or a dot at either end.
        public static let emptySubjectToken = Self(.emptySubjectToken)
        /// A `*` or `>` is not a whole token, or a `>` is not the last token.
        public static let misplacedWildcard = Self(.misplacedWildcard)
        /// A wildcard in a subject to publish to, or in a reply subject.
        public static let wildcardNotAllowed = Self(.wildcardNotAllowed)
        /// The name of a queue group is empty or contains a space, control byte or DEL.
        public static let invalidQueueGroup = Self(.invalidQueueGroup)
        /// Subject and reply (or queue group) together do not fit the server's control line.
        public static let controlLineTooLong = Self(.controlLineTooLong)

        // MARK: Headers

        /// A header block does not follow ADR-4.
        public static let malformedHeaders = Self(.malformedHeaders)
        /// A header block has more fields than ``Headers/maxFields``.
        public static let tooManyHeaders = Self(.tooManyHeaders)
        /// A header name is empty, or contains a colon or a byte outside 33–126.
        public static let invalidHeaderName = Self(.invalidHeaderName)
        /// A header value contains CR, LF or NUL, or is not UTF-8.
        public static let invalidHeaderValue = Self(.invalidHeaderValue)
    }

    /// The kind of error.
    public let code: Code

    /// The problem and the rule that it violates. Contains no bytes from a peer.
    public let message: String

    /// The start of the offending bytes; one byte more than an excerpt shows, if there are more.
    private let offending: [UInt8]?

    /// The maximum number of bytes in an ``excerpt``.
    public static let maxExcerptBytes = 64

    /// Creates an error about specific bytes.
    ///
    /// - Parameters:
    ///   - code: The kind of error.
    ///   - message: The problem and the rule that it violates. Must not contain bytes from a peer: pass those in
    ///     `offending`.
    ///   - offending: The bytes to show an excerpt of.
    public init(code: Code, message: String, offending: (some Sequence<UInt8>)?) {
        self.code = code
        self.message = message
        self.offending = offending.map { Array($0.prefix(Self.maxExcerptBytes + 1)) }
    }

    /// Creates an error that does not concern specific bytes.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
        offending = nil
    }

    /// The start of the offending bytes, at most ``maxExcerptBytes`` of them, escaped.
    ///
    /// Printable ASCII is shown unchanged, with a backslash before backslashes and quotes. All other bytes are shown as
    /// `\xNN`.
    public var excerpt: String? {
        guard let offending else { return nil }
        var text: [UInt8] = []
        for byte in offending.prefix(Self.maxExcerptBytes) {
            if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") {
                text += [UInt8(ascii: "\\"), byte]
            } else if (0x20...0x7E).contains(byte) {
                text.append(byte)
            } else {
                text += Array("\\x\(hexadecimal(byte, digits: 2))".utf8)
            }
        }
        if offending.count > Self.maxExcerptBytes { text += Array("…".utf8) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The message, followed by the excerpt.
    public var description: String {
        guard let excerpt else { return "\(message) [\(code)]" }
        return "\(message): \"\(excerpt)\" [\(code)]"
    }
}
