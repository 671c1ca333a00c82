import TextCoding

/// What was wrong with bytes received, or with a value that was to be sent.
///
/// Codes are compared, never switched over exhaustively: new ones may appear in a minor version.
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
        public var description: String { self.kind.rawValue }

        // MARK: What a server sent

        /// A line began with none of the operations a server may send: the peer is no NATS server, or the stream lost its place.
        public static let unknownOperation = Self(.unknownOperation)
        /// A carriage return inside a control line.
        public static let invalidLineEnding = Self(.invalidLineEnding)
        /// A line grew past its limit without an end.
        public static let lineTooLong = Self(.lineTooLong)
        /// An operation had too few or too many arguments.
        public static let argumentCount = Self(.argumentCount)
        /// A subscription id was not a decimal number of at most 64 bits.
        public static let invalidSubscriptionID = Self(.invalidSubscriptionID)
        /// A size was not a decimal number.
        public static let invalidSize = Self(.invalidSize)
        /// The announced size of a message is above the parser's limit.
        public static let messageTooLarge = Self(.messageTooLarge)
        /// An HMSG announced more header bytes than bytes in all.
        public static let headerLongerThanMessage = Self(.headerLongerThanMessage)
        /// A payload was not followed by CR LF: announced size and bytes sent disagree.
        public static let missingPayloadTerminator = Self(.missingPayloadTerminator)
        /// The text after INFO is not one well-formed JSON object, or is nested too deeply.
        public static let invalidJSON = Self(.invalidJSON)
        /// A field of INFO has the wrong type or a value outside its bounds.
        public static let invalidField = Self(.invalidField)

        // MARK: Subjects and queue groups

        /// A subject without any byte.
        public static let emptySubject = Self(.emptySubject)
        /// A space, control byte or DEL in a subject.
        public static let invalidSubjectByte = Self(.invalidSubjectByte)
        /// Two dots in a row, or a dot at either end of a subject.
        public static let emptySubjectToken = Self(.emptySubjectToken)
        /// A `*` or `>` that is not a token by itself, or a `>` that is not the last token.
        public static let misplacedWildcard = Self(.misplacedWildcard)
        /// A wildcard where a message is published or a reply is asked for.
        public static let wildcardNotAllowed = Self(.wildcardNotAllowed)
        /// A queue group name that is empty or has a space, control byte or DEL.
        public static let invalidQueueGroup = Self(.invalidQueueGroup)
        /// Subject and reply (or queue group) together do not fit the server's control line.
        public static let controlLineTooLong = Self(.controlLineTooLong)

        // MARK: Headers

        /// A header block that does not follow ADR-4.
        public static let malformedHeaders = Self(.malformedHeaders)
        /// A header block with more fields than ``Headers/maxFields``.
        public static let tooManyHeaders = Self(.tooManyHeaders)
        /// A header name that is empty, or has a byte outside 33–126 or a colon.
        public static let invalidHeaderName = Self(.invalidHeaderName)
        /// A header value with CR, LF or NUL, or one that is not UTF-8.
        public static let invalidHeaderValue = Self(.invalidHeaderValue)
    }

    /// The kind of error.
    public let code: Code

    /// What is wrong and what the rule is, in plain words. Holds no bytes of a peer.
    public let message: String

    /// The start of the offending bytes; one more than an excerpt shows, if there are more.
    private let offending: [UInt8]?

    /// The most bytes an ``excerpt`` shows.
    public static let maxExcerptBytes = 64

    /// Describes an error, with the bytes it is about.
    ///
    /// - Parameters:
    ///   - code: The kind of error.
    ///   - message: What is wrong and what the rule is. Must not hold bytes of a peer: those go to `offending`.
    ///   - offending: The bytes to show an excerpt of.
    public init(code: Code, message: String, offending: (some Sequence<UInt8>)?) {
        self.code = code
        self.message = message
        self.offending = offending.map { Array($0.prefix(Self.maxExcerptBytes + 1)) }
    }

    /// Describes an error that is about no particular bytes.
    public init(code: Code, message: String) {
        self.code = code
        self.message = message
        self.offending = nil
    }

    /// The start of the offending bytes, at most ``maxExcerptBytes`` of them, escaped: printable ASCII as it is
    /// (backslash and quote behind a backslash), all others as `\xNN`.
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
        guard let excerpt else { return "\(self.message) [\(self.code)]" }
        return "\(self.message): \"\(excerpt)\" [\(self.code)]"
    }
}
