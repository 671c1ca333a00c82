public import NATS

/// Names one connection.
public struct PooledConnectionID: Sendable, Hashable {
    /// The cluster it goes to.
    public let cluster: Cluster
    /// What it is used for.
    public let role: ConnectionRole
    /// Its number in the pool, from 0.
    public let slot: Int
}

/// Something that happened in the deployment, as this client saw it.
public struct RouletteEvent: Sendable {
    /// What happened. More cases may come.
    public enum Kind: Sendable {
        /// A connection is up.
        case connected(ServerIdentity)
        /// A connection was lost. Up to `unconfirmed` messages may or may not have arrived; they are not sent again.
        case disconnected(cause: NATSError, unconfirmed: UInt64)
        /// A connection will be tried again after `delay`.
        case reconnecting(attempt: Int, delay: Duration, cause: NATSError)
        /// The server reported an error, and the connection stays.
        case serverError(NATSError)
        /// Credentials were sent without encryption over a network, where anybody on the way can read them. Reported once for
        /// each address, unless ``RouletteConfiguration/allowsPlaintextCredentials`` says that it is meant.
        case credentialsInPlaintext(address: String)
        /// The server is going to stop and asks its clients to leave.
        case lameDuck
        /// A connection moved to another server. Up to `unconfirmed` messages were handed to the old server without a
        /// confirmation, and up to `duplicates` received messages may have been delivered twice.
        ///
        /// There is no gap, unless the old server died too early: then the subscriptions are told of an interruption.
        case moved(to: ServerIdentity, unconfirmed: UInt64, duplicates: UInt64)
        /// The server to move to was lost again after it had begun to deliver. Up to `duplicates` received messages may have
        /// been delivered twice. Another attempt to move follows.
        case moveFailed(cause: NATSError, duplicates: UInt64)
        /// The client was drained; the report says what did not come to its end.
        case drained(DrainReport)
        /// A connection was closed for good; `unsent` accepted messages never left.
        case closed(unsent: Int)
        /// The consumer of a subscription is too slow: messages are being dropped. Reported once per episode.
        case slowConsumer(pattern: String)
        /// That consumer has worked off half of what waited for it, or takes no more; `dropped` is exactly how many messages
        /// the episode has cost it.
        case slowConsumerRecovered(pattern: String, dropped: UInt64)
        /// A subscription misses messages from now on, and may have missed some since its server was last heard of.
        case subscriptionInterrupted(pattern: String, cause: NATSError)
        /// A subscription is complete again, after having missed what was published in the blind window.
        case subscriptionResumed(pattern: String, blind: BlindWindow)
        /// A message was published to a topic beyond ASCII, or asks for its answer on one, and the configuration says that
        /// programs on Roulette 1.0.5 (Elixir) share the deployment: one that receives it loses a connection with all its
        /// subscriptions. Reported once per client.
        case topicBreaksElixir(topic: String)
        /// The listener was too slow: this many events are missing here.
        case missedEvents(Int)
    }

    /// What happened.
    public let kind: Kind
    /// The connection it happened on, if it was one.
    public let connection: PooledConnectionID?

    init(_ kind: Kind, on connection: PooledConnection? = nil) {
        self.kind = kind
        self.connection = connection.map { PooledConnectionID(cluster: $0.cluster, role: $0.role, slot: $0.slot) }
    }

    init(_ connection: PooledConnectionID, _ event: NATSEvent) {
        self.connection = connection
        self.kind =
            switch event {
            case .connected(let server): .connected(server)
            case .disconnected(let cause, let unconfirmed): .disconnected(cause: cause, unconfirmed: unconfirmed)
            case .reconnecting(let attempt, let delay, let cause): .reconnecting(attempt: attempt, delay: delay, cause: cause)
            case .serverError(let error): .serverError(error)
            case .credentialsInPlaintext(let address): .credentialsInPlaintext(address: address.description)
            case .lameDuck: .lameDuck
            case .moved(let server, let unconfirmed, let duplicates):
                .moved(to: server, unconfirmed: unconfirmed, duplicates: duplicates)
            case .moveFailed(let cause, let duplicates): .moveFailed(cause: cause, duplicates: duplicates)
            case .closed(let unsent): .closed(unsent: unsent)
            }
    }
}

extension RouletteClient {
    /// What happens from now on. Every caller gets all events; beyond 1,000 waiting ones the oldest are dropped, which a
    /// ``RouletteEvent/Kind/missedEvents(_:)`` tells.
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
