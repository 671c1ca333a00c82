import NATSWire

/// The replies to one request, in the order they came. For one consumer.
///
/// It ends as its terms say (number, timeout, stall), with ``cancel()``, or when this handle and its iterators are gone. A
/// consumer that knows the last reply by its looks, such as an empty payload, leaves the loop there; nothing of the request
/// stays behind.
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

    /// Takes no more replies. Those received before are still delivered.
    public func cancel() {
        client.requests.forget(token)
        queue.end(nil)
    }

    /// Replies dropped because the consumer was too slow.
    public var dropped: UInt64 { queue.dropped }

    /// Makes the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(replies: self)
    }

    /// Takes whole batches and hands out their messages without a lock.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let replies: NATSReplies
        private var batch: MessageBatch<Void>?
        private var index = 0

        fileprivate init(replies: NATSReplies) {
            self.replies = replies
        }

        /// The next reply; `nil` when the request is over.
        /// - Throws: ``NATSError/Code/noResponders``, ``NATSError/Code/disconnected`` when the connection is lost meanwhile,
        ///   ``NATSError/Code/timeout`` when the request could not be sent in time, ``NATSError/Code/permission``,
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
