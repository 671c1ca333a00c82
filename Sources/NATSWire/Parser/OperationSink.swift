public import NIOCore

/// Receives the operations of a parser, synchronously and in wire order.
///
/// Buffers are slices of the read buffer: copy what you keep.
public protocol OperationSink {
    /// A message for a subscription (MSG or HMSG).
    mutating func message(_ message: consuming WireMessage)

    /// The server's INFO; see ``ServerInfo``. It may arrive at any time, not only first.
    mutating func info(_ json: ByteBuffer)

    /// A PING. The server expects a PONG immediately.
    mutating func ping()

    /// The answer to the oldest unanswered PING. A server may also send surplus PONGs.
    mutating func pong()

    /// An +OK for an accepted operation. Servers send it only in verbose mode.
    mutating func ok()

    /// The text of -ERR without its quotes, cut to ``OperationParser/Limits/maxErrorText``. It may be empty or contain any
    /// byte but LF.
    mutating func serverError(_ text: ByteBuffer)
}
