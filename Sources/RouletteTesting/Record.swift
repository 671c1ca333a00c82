import DequeModule
import Locking
import Roulette

/// The last messages that were published in a deployment.
final class Record: Sendable {
    private let limit: Int
    private let recorded = Mutex(Deque<Message>())

    init(limit: Int) { self.limit = limit }

    var messages: [Message] { recorded.withLock { Array($0) } }

    func append(_ message: Message) {
        recorded.withLock { messages in
            if messages.count == limit { messages.removeFirst() }
            messages.append(message)
        }
    }
}
