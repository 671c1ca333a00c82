import RouletteNATS

/// The reason why a publish cannot return now: the message cannot be accepted, or other tasks have to run. Indirect, so that the
/// result of a publish is one word: it is nearly always nil.
@usableFromInline
indirect enum PublishBlocker: Sendable {
    /// The message was accepted. Other tasks have to run before the call returns.
    case turn
    /// The buffer of the connection is full. Waiting for space can help.
    case fullBuffer(PublishPause, PooledConnection)
    /// The connection is down. Waiting for the cluster can help.
    case noConnection(PooledConnection, NATSError)
    /// Permanent: retrying cannot help.
    case refused(RouletteError)

    /// Whether the message was accepted.
    @usableFromInline
    var isAccepted: Bool {
        if case .turn = self { true } else { false }
    }

    /// The error for a caller that does not wait, or nil if the message was accepted.
    @usableFromInline
    var error: RouletteError? {
        switch self {
        case .turn:
            nil
        case .fullBuffer(_, let connection):
            RouletteError(.bufferFull(connection.client.configuration.outboundBufferSize), cluster: connection.cluster)
        case .noConnection(let connection, let error):
            RouletteError(error, cluster: connection.cluster)
        case .refused(let error):
            error
        }
    }
}
