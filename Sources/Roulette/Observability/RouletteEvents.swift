import RouletteNATS

extension RouletteClient {
    /// The events from now on. Every caller receives all events. At most 1,000 events are buffered for each caller; then the
    /// oldest are dropped, and an event of the kind ``RouletteEvent/Kind/missedEvents`` reports their number.
    public var events: RouletteEvents {
        RouletteEvents(stream: broadcaster.listen(buffer: 1_000))
    }
}

/// The events of a client, for one consumer. The sequence ends when the client is closed, whether or not it was running.
public final class RouletteEvents: AsyncSequence, Sendable {
    private let stream: EventStream<RouletteEvent>

    init(stream: EventStream<RouletteEvent>) {
        self.stream = stream
    }

    deinit {
        stream.cancel()
    }

    /// Creates the iterator. Only one may be in use.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(events: self)
    }

    /// Iterates over the events.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let events: RouletteEvents
        private var held: RouletteEvent?

        fileprivate init(events: RouletteEvents) {
            self.events = events
        }

        /// Returns the next event, or `nil` when the client is closed or the task is canceled.
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
