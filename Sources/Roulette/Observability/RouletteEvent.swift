public import NATS

/// A change in the deployment, as observed by this client.
///
/// The properties that belong to the ``kind`` of the event have its details. An event of a connection contains the event that
/// the connection reported:
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
    /// The kind of an event. Later versions may add kinds, so a `switch` needs a `default`.
    public struct Kind: Sendable, Hashable, CustomStringConvertible {
        /// The name of the kind.
        public let description: String

        private init(_ description: String) {
            self.description = description
        }

        /// A connection reported an event: see ``RouletteEvent/connectionEvent`` and ``RouletteEvent/connection``.
        public static let connection = Kind("connection")
        /// The client was drained: see ``RouletteEvent/drainReport``.
        public static let drained = Kind("drained")
        /// The consumer of a subscription is too slow, and messages are dropped. Reported once until it recovers: see
        /// ``RouletteEvent/pattern``.
        public static let slowConsumer = Kind("slowConsumer")
        /// A slow consumer has consumed half of its waiting messages, or has stopped consuming: see ``RouletteEvent/pattern`` and
        /// ``RouletteEvent/droppedMessages``.
        public static let slowConsumerRecovered = Kind("slowConsumerRecovered")
        /// A subscription misses messages from now on, and may have missed messages since the last byte from its server: see
        /// ``RouletteEvent/pattern`` and ``RouletteEvent/cause``.
        public static let subscriptionInterrupted = Kind("subscriptionInterrupted")
        /// A subscription receives all messages again: see ``RouletteEvent/pattern`` and ``RouletteEvent/missed``.
        public static let subscriptionResumed = Kind("subscriptionResumed")
        /// A message was published with a topic or reply topic that is not ASCII, and
        /// ``RouletteConfiguration/elixirCompatibleTopics`` is set. A program with Roulette 1.0.5 (Elixir) loses a connection
        /// and all its subscriptions when it receives the message. Reported once per client: see ``RouletteEvent/topic``.
        public static let topicBreaksElixir = Kind("topicBreaksElixir")
        /// The listener was too slow, and events before the next one were dropped: see ``RouletteEvent/missedEvents``.
        public static let missedEvents = Kind("missedEvents")
    }

    /// The kind with its details. Code of this package uses it to handle every kind.
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
    /// The connection that the event concerns, if it concerns one.
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
    /// The kind of the event.
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

    /// The event that ``connection`` reported.
    public var connectionEvent: NATSEvent? {
        if case .connection(let event) = detail { event } else { nil }
    }

    /// The result of a drain.
    public var drainReport: DrainReport? {
        if case .drained(let report) = detail { report } else { nil }
    }

    /// The topic or pattern of the subscription that the event concerns.
    public var pattern: String? {
        switch detail {
        case .slowConsumer(let pattern), .slowConsumerRecovered(let pattern, _), .subscriptionInterrupted(let pattern, _),
            .subscriptionResumed(let pattern, _):
            pattern
        case .connection, .drained, .topicBreaksElixir, .missedEvents:
            nil
        }
    }

    /// The exact number of messages that were dropped until the slow consumer recovered.
    public var droppedMessages: UInt64? {
        if case .slowConsumerRecovered(_, let dropped) = detail { dropped } else { nil }
    }

    /// The reason why a subscription is interrupted.
    public var cause: NATSError? {
        if case .subscriptionInterrupted(_, let cause) = detail { cause } else { nil }
    }

    /// The interval in which a resumed subscription missed messages.
    public var missed: MissedInterval? {
        if case .subscriptionResumed(_, let missed) = detail { missed } else { nil }
    }

    /// The topic that programs with Roulette 1.0.5 cannot receive.
    public var topic: String? {
        if case .topicBreaksElixir(let topic) = detail { topic } else { nil }
    }

    /// The number of events that were dropped before the next one.
    public var missedEvents: Int? {
        if case .missedEvents(let count) = detail { count } else { nil }
    }
}
