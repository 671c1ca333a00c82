import NATSWire

/// The replies to one request, in the order in which they arrived. For one consumer.
///
/// The sequence ends according to its terms (number, timeout, stall), with ``cancel()``, or when this handle and its iterators
/// are released. A consumer that recognizes the last reply, for example by an empty payload, can leave the loop; that ends the
/// request.
public final class NATSReplies: AsyncSequence, Sendable {
    private let client: NATSClient
    private let token: RequestToken
    private let queue: MessageQueue<Void>

    init(client: NATSClient, token: RequestToken, queue: MessageQueue<Void>) {
        self.client = client
        self.token = token
        self.queue = queue
    }

    deinit {
        client.requests.forget(token)
    }

    /// Ends the request. Replies received before are still delivered.
    public func cancel() {
        client.requests.forget(token)
        queue.end(nil)
    }

    /// Replies dropped because the consumer was too slow.
    public var dropped: UInt64 { queue.dropped }

    /// Returns an iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(replies: self)
    }

    /// Iterates over whole batches of replies, so that most replies need no lock.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let replies: NATSReplies
        private var batch: MessageBatch<Void>?
        private var index = 0

        fileprivate init(replies: NATSReplies) {
            self.replies = replies
        }

        /// Returns the next reply; `nil` when the request is complete.
        /// - Throws: ``NATSError/Code/noResponders``, ``NATSError/Code/disconnected`` if the connection is lost meanwhile,
        ///   ``NATSError/Code/timeout`` if the request could not be sent in time, ``NATSError/Code/permission``,
        ///   ``NATSError/Code/slowConsumer``, ``NATSError/Code/closed``, ``NATSError/Code/canceled``.
        public mutating func next() async throws(NATSError) -> NATSMessage? {
            while true {
                if let batch, index < batch.messages.count {
                    defer { index += 1 }
                    return NATSMessage(wire: batch.messages[index], client: replies.client)
                }
                batch = try await replies.queue.next()
                index = 0
                if batch == nil { return nil }
            }
        }
    }
}
