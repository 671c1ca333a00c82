public import NIOCore

/// What the parser tells its owner, synchronously and in the order of the wire.
///
/// Buffers are slices of the read buffer: copy what is to be kept.
public protocol OperationSink {
    /// A message for a subscription (MSG or HMSG).
    mutating func message(_ message: consuming WireMessage)

    /// The server describes itself; see ``ServerInfo``. May come at any time, not only first.
    mutating func info(_ json: ByteBuffer)

    /// The server wants a PONG, at once.
    mutating func ping()

    /// The answer to the oldest PING not yet answered; a server may also send surplus ones.
    mutating func pong()

    /// The server accepted an operation; sent in verbose mode only.
    mutating func ok()

    /// The text of -ERR without its quotes, cut to ``OperationParser/Limits/maxErrorText``. May be empty or hold any byte but LF.
    mutating func serverError(_ text: ByteBuffer)
}
