/// The contents of the control line of a MSG or HMSG, with every number checked. Offsets are from the first byte of the
/// line.
@usableFromInline
struct MessageHead: Sendable {
    @usableFromInline var sid: UInt64 = 0
    @usableFromInline var subjectOffset: UInt32 = 0
    @usableFromInline var subjectLength: UInt32 = 0
    @usableFromInline var replyOffset: UInt32 = 0
    /// Zero for a message without a reply subject.
    @usableFromInline var replyLength: UInt32 = 0
    @usableFromInline var headerLength: UInt32 = 0
    /// The length of headers and payload, without the line end after them.
    @usableFromInline var bodyLength: UInt32 = 0
    /// The length of the control line, including its line end.
    @usableFromInline var lineLength: UInt32 = 0
    @usableFromInline var hasHeaderBlock = false

    init() {}

    /// The number of bytes from the start of the line to the end of the CR LF after the payload.
    @inlinable
    var frameLength: Int { Int(lineLength) + Int(bodyLength) + 2 }
}
