public import RouletteNATS

extension RouletteEvent {
    /// What happened.
    public var kind: Kind {
        switch detail {
        case .connection(let event): Kind(event)
        case .drained: .drained
        case .slowConsumer: .slowConsumer
        case .slowConsumerRecovered: .slowConsumerRecovered
        case .subscriptionInterrupted: .subscriptionInterrupted
        case .subscriptionResumed: .subscriptionResumed
        case .topicBreaksElixir: .topicBreaksElixir
        case .missedEvents: .missedEvents
        case .node(.joined, _): .nodeJoined
        case .node(.gone, _): .nodeGone
        case .node(.back, _): .nodeBack
        case .identityAlarm: .identityAlarm
        case .identityAlarmEnded: .identityAlarmEnded
        case .idleTimeout: .idleTimeout
        case .canary(.began, _): .canaryFailed
        case .canary(.ended, _): .canaryRecovered
        case .canaryRefused: .canaryRefused
        }
    }

    private var connectionEvent: NATSEvent? {
        if case .connection(let event) = detail { event } else { nil }
    }

    /// The cluster that the event is about.
    public var cluster: Cluster? {
        switch detail {
        case .node(_, let cluster), .idleTimeout(_, let cluster), .canary(_, let cluster), .canaryRefused(let cluster, _): cluster
        case .identityAlarm(let alarm), .identityAlarmEnded(let alarm): alarm.cluster
        default: connection?.cluster
        }
    }

    // MARK: Servers

    /// The server that joined, is gone, or is back: its name if this client was connected to it, or else its address.
    public var node: String? {
        switch detail {
        case .node(.joined(let label), _), .node(.gone(let label), _), .node(.back(let label, _), _): label
        default: nil
        }
    }

    /// How long a server was gone that is back.
    public var absence: Duration? {
        if case .node(.back(_, let absence), _) = detail { absence } else { nil }
    }

    /// What is wrong with the load balancers, or was.
    public var identityAlarm: IdentityAlarm? {
        switch detail {
        case .identityAlarm(let alarm), .identityAlarmEnded(let alarm): alarm
        default: nil
        }
    }

    /// The idle timeout of a load balancer.
    public var idleTimeout: IdleTimeout? {
        if case .idleTimeout(let timeout, _) = detail { timeout } else { nil }
    }

    // MARK: Canary messages

    /// The servers between which canary messages are lost, or were.
    public var canaryRoute: CanaryRoute? {
        switch detail {
        case .canary(.began(let route), _), .canary(.ended(let route, _, _), _): route
        default: nil
        }
    }

    /// How long canary messages were lost on a route that works again or is no longer in use.
    public var canaryFailureDuration: Duration? {
        if case .canary(.ended(_, let duration, _), _) = detail { duration } else { nil }
    }

    /// Whether canary messages are received again on the route; false if no connections use it any more.
    public var isDeliveredAgain: Bool? {
        if case .canary(.ended(_, _, let isDelivered), _) = detail { isDelivered } else { nil }
    }

    // MARK: Connections

    /// The server that a connection was made to, or moved to.
    public var server: ServerIdentity? {
        switch connectionEvent {
        case .connected(let server)?, .moved(let server, _, _)?: server
        default: nil
        }
    }

    /// The reason for a loss, for the next attempt to connect, for a failed move, for the interruption of a subscription, or for
    /// the end of the canary; the error that a server reported.
    public var cause: NATSError? {
        switch detail {
        case .subscriptionInterrupted(_, let cause), .canaryRefused(_, let cause): return cause
        default: break
        }
        return switch connectionEvent {
        case .disconnected(let cause, _)?, .reconnecting(_, _, let cause)?, .serverError(let cause)?, .moveFailed(let cause, _)?,
            .internalError(let cause)?:
            cause
        default: nil
        }
    }

    /// The maximum number of messages lost with a connection: those that were sent on it without a confirmation.
    public var unconfirmed: UInt64? {
        switch connectionEvent {
        case .disconnected(_, let unconfirmed)?, .moved(_, let unconfirmed, _)?: unconfirmed
        default: nil
        }
    }

    /// The maximum number of messages that were received twice during a move.
    public var duplicates: UInt64? {
        switch connectionEvent {
        case .moved(_, _, let duplicates)?, .moveFailed(_, let duplicates)?: duplicates
        default: nil
        }
    }

    /// The number of the next attempt to connect.
    public var attempt: Int? {
        if case .reconnecting(let attempt, _, _)? = connectionEvent { attempt } else { nil }
    }

    /// The time until the next attempt to connect.
    public var delay: Duration? {
        if case .reconnecting(_, let delay, _)? = connectionEvent { delay } else { nil }
    }

    /// The number of accepted messages that a closed connection had not sent.
    public var unsent: Int? {
        if case .closed(let unsent)? = connectionEvent { unsent } else { nil }
    }

    /// The address that credentials were sent to without encryption.
    public var address: NATSClientConfiguration.Address? {
        if case .credentialsInPlaintext(let address)? = connectionEvent { address } else { nil }
    }

    // MARK: Subscriptions

    /// The topic or pattern of the subscription that the event is about.
    public var pattern: String? {
        switch detail {
        case .slowConsumer(let pattern), .slowConsumerRecovered(let pattern, _), .subscriptionInterrupted(let pattern, _),
            .subscriptionResumed(let pattern, _):
            pattern
        case .connection, .drained, .topicBreaksElixir, .missedEvents, .node, .identityAlarm, .identityAlarmEnded, .idleTimeout,
            .canary, .canaryRefused:
            nil
        }
    }

    /// The exact number of messages that were dropped while a consumer was too slow.
    public var droppedMessages: UInt64? {
        if case .slowConsumerRecovered(_, let dropped) = detail { dropped } else { nil }
    }

    /// The time in which a subscription that was resumed missed messages.
    public var missed: MissedInterval? {
        if case .subscriptionResumed(_, let missed) = detail { missed } else { nil }
    }

    // MARK: The client

    /// The work that was not finished when the client was drained.
    public var drainReport: DrainReport? {
        if case .drained(let report) = detail { report } else { nil }
    }

    /// The topic that programs with Roulette 1.0.5 cannot receive.
    public var topic: String? {
        if case .topicBreaksElixir(let topic) = detail { topic } else { nil }
    }

    /// The number of events that are missing before the next one.
    public var missedEvents: Int? {
        if case .missedEvents(let count) = detail { count } else { nil }
    }
}

extension RouletteEvent.Kind {
    fileprivate init(_ event: NATSEvent) {
        self =
            switch event {
            case .connected: .connected
            case .disconnected: .disconnected
            case .reconnecting: .reconnecting
            case .serverError: .serverError
            case .credentialsInPlaintext: .credentialsInPlaintext
            case .lameDuck: .lameDuck
            case .moved: .moved
            case .moveFailed: .moveFailed
            case .closed: .closed
            case .internalError: .internalError
            }
    }
}
