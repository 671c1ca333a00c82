import RouletteNATS

/// The replies to one request, in the order of their arrival. For one consumer.
///
/// The sequence ends according to the parameters of the request (`max`, `timeout`, `stall`), with ``cancel()``, or when this
/// handle and its iterators are released. A consumer that recognizes the last reply, for instance by an empty payload, can
/// leave the loop; this also ends the request.
public final class Replies: AsyncSequence, Sendable {
    private let replies: NATSReplies
    private let connection: PooledConnection

    init(replies: NATSReplies, connection: PooledConnection) {
        self.replies = replies
        self.connection = connection
    }

    /// The cluster that the request was sent to.
    public var cluster: Cluster { connection.cluster }

    /// Replies dropped because the consumer was too slow.
    public var dropped: UInt64 { replies.dropped }

    /// Ends the request. Replies received before are still delivered.
    public func cancel() {
        replies.cancel()
    }

    /// Creates the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: replies.makeAsyncIterator(), connection: connection)
    }

    /// Iterates over the replies.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var iterator: NATSReplies.AsyncIterator
        private let connection: PooledConnection

        fileprivate init(iterator: NATSReplies.AsyncIterator, connection: PooledConnection) {
            self.iterator = iterator
            self.connection = connection
        }

        /// Returns the next reply, or `nil` when the request has ended.
        /// - Throws: ``RouletteError/Code/noResponders``, ``RouletteError/Code/disconnected``,
        ///   ``RouletteError/Code/timeout`` if the request could not be sent in time, ``RouletteError/Code/permission``,
        ///   ``RouletteError/Code/slowConsumer``, ``RouletteError/Code/closed``, ``RouletteError/Code/canceled``.
        public mutating func next() async throws(RouletteError) -> Message? {
            do {
                return try await iterator.next().map { Message(wire: $0.wire, connection: connection) }
            } catch {
                throw RouletteError(request: error, cluster: connection.cluster)
            }
        }
    }
}
