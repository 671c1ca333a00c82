import NATS

/// The reason why a publish cannot be accepted now. Indirect, so that the result of a publish is one word: it is nearly always
/// nil.
@usableFromInline
indirect enum PublishBlocker: Sendable {
    /// The buffer of the connection is full. Waiting for space can help.
    case fullBuffer(BufferSpace, PooledConnection)
    /// The connection is down. Waiting for the cluster can help.
    case noConnection(PooledConnection, NATSError)
    /// Permanent: retrying cannot help.
    case refused(RouletteError)

    /// The error for a caller that does not wait.
    @usableFromInline
    var error: RouletteError {
        switch self {
        case .fullBuffer(_, let connection):
            RouletteError(.bufferFull(connection.client.configuration.outboundBufferSize), cluster: connection.cluster)
        case .noConnection(let connection, let error):
            RouletteError(error, cluster: connection.cluster)
        case .refused(let error):
            error
        }
    }
}
