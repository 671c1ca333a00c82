public import NATS

/// Something that happened in the deployment, as this client saw it.
///
/// ``kind`` says what it is, and the properties of that kind have the details. An event of a connection wraps what that
/// connection reported:
///
/// ```swift
/// for await event in client.events {
///     switch event.kind {
///     case .connection: print(event.connectionEvent)
///     case .subscriptionResumed: print(event.pattern, event.missed)
///     default: break
///     }
/// }
/// ```
public struct RouletteEvent: Sendable {
    /// What an event is about. Later versions may add kinds, so a `switch` needs a `default`.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// Something happened to a connection: see ``RouletteEvent/connectionEvent`` and ``RouletteEvent/connection``.
        public static let connection = Kind("connection")
        /// The client was drained: see ``RouletteEvent/drainReport``.
        public static let drained = Kind("drained")
        /// The consumer of a subscription is too slow, and messages are being dropped. Reported once per episode: see
        /// ``RouletteEvent/pattern``.
        public static let slowConsumer = Kind("slowConsumer")
        /// That consumer has taken half of what waited for it, or takes no more: see ``RouletteEvent/pattern`` and
        /// ``RouletteEvent/droppedMessages``.
        public static let slowConsumerRecovered = Kind("slowConsumerRecovered")
        /// A subscription misses messages from now on, and may have missed some since its server was last heard of: see
        /// ``RouletteEvent/pattern`` and ``RouletteEvent/cause``.
        public static let subscriptionInterrupted = Kind("subscriptionInterrupted")
        /// A subscription is complete again: see ``RouletteEvent/pattern`` and ``RouletteEvent/missed``.
        public static let subscriptionResumed = Kind("subscriptionResumed")
        /// A message was published to a topic beyond ASCII, or asks for its answer on one, and the configuration says that
        /// programs on Roulette 1.0.5 (Elixir) share the deployment. Such a program loses a connection with all its
        /// subscriptions when it receives the message. Reported once per client: see ``RouletteEvent/topic``.
        public static let topicBreaksElixir = Kind("topicBreaksElixir")
        /// The listener was too slow, and events are missing here: see ``RouletteEvent/missedEvents``.
        public static let missedEvents = Kind("missedEvents")
    }

    /// The same as ``Kind`` with its details, for code of this package, which handles every kind.
    package enum Detail: Sendable {
        case connection(NATSEvent)
        case drained(DrainReport)
        case slowConsumer(pattern: String)
        case slowConsumerRecovered(pattern: String, dropped: UInt64)
        case subscriptionInterrupted(pattern: String, cause: NATSError)
        case subscriptionResumed(pattern: String, missed: MissedInterval)
        case topicBreaksElixir(topic: String)
        case missedEvents(Int)
    }

    package let detail: Detail
    /// The connection it happened on, if it was one.
    public let connection: PooledConnectionID?

    init(_ detail: Detail, on connection: PooledConnection? = nil) {
        self.detail = detail
        self.connection = connection.map { PooledConnectionID(cluster: $0.cluster, role: $0.role, slot: $0.slot) }
    }

    init(_ connection: PooledConnectionID, _ event: NATSEvent) {
        self.detail = .connection(event)
        self.connection = connection
    }
}

extension RouletteEvent {
    /// What happened.
    public var kind: Kind {
        switch detail {
        case .connection: .connection
        case .drained: .drained
        case .slowConsumer: .slowConsumer
        case .slowConsumerRecovered: .slowConsumerRecovered
        case .subscriptionInterrupted: .subscriptionInterrupted
        case .subscriptionResumed: .subscriptionResumed
        case .topicBreaksElixir: .topicBreaksElixir
        case .missedEvents: .missedEvents
        }
    }

    /// What happened to ``connection``.
    public var connectionEvent: NATSEvent? {
        if case .connection(let event) = detail { event } else { nil }
    }

    /// What did not come to its end when the client was drained.
    public var drainReport: DrainReport? {
        if case .drained(let report) = detail { report } else { nil }
    }

    /// The topic or pattern of the subscription that the event is about.
    public var pattern: String? {
        switch detail {
        case .slowConsumer(let pattern), .slowConsumerRecovered(let pattern, _), .subscriptionInterrupted(let pattern, _),
            .subscriptionResumed(let pattern, _):
            pattern
        case .connection, .drained, .topicBreaksElixir, .missedEvents:
            nil
        }
    }

    /// Exactly how many messages were dropped during the episode of a slow consumer that is over.
    public var droppedMessages: UInt64? {
        if case .slowConsumerRecovered(_, let dropped) = detail { dropped } else { nil }
    }

    /// Why a subscription is interrupted.
    public var cause: NATSError? {
        if case .subscriptionInterrupted(_, let cause) = detail { cause } else { nil }
    }

    /// The time in which a subscription that was resumed missed messages.
    public var missed: MissedInterval? {
        if case .subscriptionResumed(_, let missed) = detail { missed } else { nil }
    }

    /// The topic that programs on Roulette 1.0.5 cannot receive.
    public var topic: String? {
        if case .topicBreaksElixir(let topic) = detail { topic } else { nil }
    }

    /// How many events are missing before the next one.
    public var missedEvents: Int? {
        if case .missedEvents(let count) = detail { count } else { nil }
    }
}
