import NATS

extension RouletteClient {
    /// What happens from now on. Every caller gets all events. At most 1,000 of them wait for the caller; beyond that the oldest
    /// are dropped, which an event of the kind ``RouletteEvent/Kind/missedEvents`` reports.
    public var events: RouletteEvents {
        RouletteEvents(stream: broadcaster.listen(buffer: 1_000))
    }
}

/// The events of a client, for one consumer. It ends when the client is closed.
public final class RouletteEvents: AsyncSequence, Sendable {
    private let stream: EventStream<RouletteEvent>

    init(stream: EventStream<RouletteEvent>) {
        self.stream = stream
    }

    deinit {
        stream.cancel()
    }

    /// Makes the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(events: self)
    }

    /// Hands out the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let events: RouletteEvents
        private var held: RouletteEvent?

        fileprivate init(events: RouletteEvents) {
            self.events = events
        }

        /// The next event; `nil` when the client is closed or the task is canceled.
        public mutating func next() async -> RouletteEvent? {
            if let event = held {
                held = nil
                return event
            }
            guard let (event, dropped) = await events.stream.next() else { return nil }
            guard dropped > 0 else { return event }
            held = event
            return RouletteEvent(.missedEvents(dropped))
        }
    }
}
