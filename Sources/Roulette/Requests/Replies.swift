import NATS

/// The replies to one request, in the order they came. For one consumer.
///
/// It ends as its terms say (number, timeout, stall), with ``cancel()``, or when this handle and its iterators are gone. A
/// consumer that knows the last reply by its looks, such as an empty payload, leaves the loop there; nothing of the request
/// stays behind.
public final class Replies: AsyncSequence, Sendable {
    private let replies: NATSReplies
    private let connection: PooledConnection

    init(replies: NATSReplies, connection: PooledConnection) {
        self.replies = replies
        self.connection = connection
    }

    /// The cluster the request went to.
    public var cluster: Cluster { connection.cluster }

    /// Replies dropped because the consumer was too slow.
    public var dropped: UInt64 { replies.dropped }

    /// Takes no more replies. Those received before are still delivered.
    public func cancel() {
        replies.cancel()
    }

    /// Makes the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(iterator: replies.makeAsyncIterator(), connection: connection)
    }

    /// Hands out the replies.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private var iterator: NATSReplies.AsyncIterator
        private let connection: PooledConnection

        fileprivate init(iterator: NATSReplies.AsyncIterator, connection: PooledConnection) {
            self.iterator = iterator
            self.connection = connection
        }

        /// The next reply; `nil` when the request is over.
        /// - Throws: ``RouletteError/Code/noResponders``, ``RouletteError/Code/disconnected``,
        ///   ``RouletteError/Code/timeout`` when the request could not be sent in time, ``RouletteError/Code/permission``,
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
