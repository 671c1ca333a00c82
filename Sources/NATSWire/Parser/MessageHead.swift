/// What the control line of a MSG or HMSG says, every number already checked. Offsets are counted from the first byte of the line.
@usableFromInline
struct MessageHead: Sendable {
    @usableFromInline var sid: UInt64 = 0
    @usableFromInline var subjectOffset: UInt32 = 0
    @usableFromInline var subjectLength: UInt32 = 0
    @usableFromInline var replyOffset: UInt32 = 0
    /// Zero for a message without a reply subject.
    @usableFromInline var replyLength: UInt32 = 0
    @usableFromInline var headerLength: UInt32 = 0
    /// Headers and payload together, the line end after them not included.
    @usableFromInline var bodyLength: UInt32 = 0
    /// The length of the control line, its line end included.
    @usableFromInline var lineLength: UInt32 = 0
    @usableFromInline var hasHeaderBlock = false

    init() {}

    /// Bytes from the start of the line to the end of the CR LF after the payload.
    @inlinable
    var frameLength: Int { Int(self.lineLength) + Int(self.bodyLength) + 2 }
}
