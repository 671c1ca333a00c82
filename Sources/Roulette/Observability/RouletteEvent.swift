package import RouletteNATS

/// A change in the deployment, as observed by this client.
///
/// The properties that belong to the ``kind`` of the event have its details:
///
/// ```swift
/// for await event in client.events {
///     switch event.kind {
///     case .disconnected: print(event.connection, event.cause, event.unconfirmed)
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

        /// The handshake of a connection is complete, and its subscriptions were sent again: see ``RouletteEvent/server``.
        public static let connected = Kind("connected")
        /// A connection was lost: see ``RouletteEvent/cause`` and ``RouletteEvent/unconfirmed``. The unconfirmed messages may or
        /// may not have arrived, and are not sent again.
        public static let disconnected = Kind("disconnected")
        /// The next attempt to connect starts after ``RouletteEvent/delay``: see ``RouletteEvent/attempt`` and
        /// ``RouletteEvent/cause``.
        public static let reconnecting = Kind("reconnecting")
        /// The server answered with an `-ERR` that leaves the connection open: see ``RouletteEvent/cause``.
        public static let serverError = Kind("serverError")
        /// Credentials were sent without encryption over a network, where anyone on the path can read them. Reported once for
        /// each address, unless the configuration says that this is intended: see ``RouletteEvent/address``.
        public static let credentialsInPlaintext = Kind("credentialsInPlaintext")
        /// A server asks its clients to leave, because it is going to stop.
        public static let lameDuck = Kind("lameDuck")
        /// A connection moved to another server: see ``RouletteEvent/server``, ``RouletteEvent/unconfirmed`` and
        /// ``RouletteEvent/duplicates``.
        ///
        /// No message is missed, unless the old server died too early. In that case the subscriptions are interrupted.
        public static let moved = Kind("moved")
        /// The server to move to was lost after it had begun to deliver: see ``RouletteEvent/cause`` and
        /// ``RouletteEvent/duplicates``. Another attempt to move follows.
        public static let moveFailed = Kind("moveFailed")
        /// A connection is closed: see ``RouletteEvent/unsent``.
        public static let closed = Kind("closed")
        /// The library made a mistake and continued: see ``RouletteEvent/cause``. Please report it.
        public static let internalError = Kind("internalError")
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
        /// A server joined a cluster: see ``RouletteEvent/cluster`` and ``RouletteEvent/node``.
        public static let nodeJoined = Kind("nodeJoined")
        /// The other servers of a cluster no longer announce a server, whether or not a connection led to it: see
        /// ``RouletteEvent/cluster`` and ``RouletteEvent/node``.
        public static let nodeGone = Kind("nodeGone")
        /// A server that was gone is back: see ``RouletteEvent/cluster``, ``RouletteEvent/node`` and ``RouletteEvent/absence``.
        public static let nodeBack = Kind("nodeBack")
        /// A load balancer leads to a cluster that it should not lead to: see ``RouletteEvent/identityAlarm``.
        public static let identityAlarm = Kind("identityAlarm")
        /// The reason for ``identityAlarm`` no longer exists: see ``RouletteEvent/identityAlarm``.
        public static let identityAlarmEnded = Kind("identityAlarmEnded")
        /// Connections of a cluster are lost again and again after the same idle time: see ``RouletteEvent/cluster`` and
        /// ``RouletteEvent/idleTimeout``. Reported once, until it stops.
        public static let idleTimeout = Kind("idleTimeout")
        /// Canary messages that were published on one server of a cluster are not received from another: see
        /// ``RouletteEvent/cluster`` and ``RouletteEvent/canaryRoute``. The servers do not pass messages on, although both answer
        /// PINGs.
        public static let canaryFailed = Kind("canaryFailed")
        /// Canary messages are received again, or no connections use the route any more: see ``RouletteEvent/canaryRoute``,
        /// ``RouletteEvent/canaryFailureDuration`` and ``RouletteEvent/isDeliveredAgain``.
        public static let canaryRecovered = Kind("canaryRecovered")
        /// This user may not publish or receive canary messages. The canary is off for this cluster: see
        /// ``RouletteEvent/cluster`` and ``RouletteEvent/cause``. Reported once for each cluster.
        public static let canaryRefused = Kind("canaryRefused")
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
        case node(NodeTable.Change, Cluster)
        case identityAlarm(IdentityAlarm)
        case identityAlarmEnded(IdentityAlarm)
        case idleTimeout(IdleTimeout, Cluster)
        case canary(CanaryTable.Change, Cluster)
        case canaryRefused(Cluster, NATSError)
    }

    package let detail: Detail
    /// The connection that the event is about, or nil if it is about the client or a subscription.
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
