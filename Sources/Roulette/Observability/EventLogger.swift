import Logging
import RouletteNATS

/// Writes events to the log. The messages are constant, and the details are metadata.
///
/// While there are no errors, messages have the level debug. The loss of a connection and the first failed attempt to connect
/// are one warning each; the connection itself logs further attempts at debug level.
struct EventLogger: Sendable {
    private let logger: Logger

    init(_ logger: Logger) {
        self.logger = logger
    }

    func write(_ event: RouletteEvent) {
        guard let (level, message) = Self.entry(for: event.detail), logger.logLevel <= level else { return }
        logger.log(level: level, message, metadata: Self.metadata(of: event))
    }

    private static func entry(for detail: RouletteEvent.Detail) -> (Logger.Level, Logger.Message)? {
        switch detail {
        case .connection(let event): entry(for: event)
        case .slowConsumer: (.warning, "consumer is too slow, messages are dropped")
        case .slowConsumerRecovered: (.notice, "consumer is fast enough again")
        // The loss of the connection is already logged; this message is repeated for each of its subscriptions.
        case .subscriptionInterrupted: (.debug, "subscription is interrupted")
        case .subscriptionResumed: (.debug, "subscription is complete again")
        case .topicBreaksElixir: (.warning, "topic is not ASCII, subscribers with Roulette 1.0.5 lose their connection")
        // `drainAndClose` logs an incomplete drain, and missed events are not logged.
        case .drained, .missedEvents: nil
        case .node(.joined, _): (.debug, "server joined the cluster")
        case .node(.gone, _): (.warning, "server is gone from the cluster")
        case .node(.back, _): (.notice, "server is back in the cluster")
        case .identityAlarm: (.error, "load balancer leads to the wrong cluster")
        case .idleTimeout: (.warning, "load balancer closes idle connections")
        case .identityAlarmEnded: (.notice, "load balancer leads to the right cluster again")
        case .canary(.began, _): (.error, "servers do not pass messages on")
        case .canary(.ended, _): (.notice, "servers pass messages on again, or are no longer in use")
        case .canaryRefused: (.warning, "user may not publish or receive canary messages")
        }
    }

    private static func entry(for event: NATSEvent) -> (Logger.Level, Logger.Message)? {
        switch event {
        case .connected: (.debug, "connection is up")
        case .disconnected: (.warning, "connection lost")
        // Attempt 1 follows a loss, which is already logged. Attempt 2 means that one attempt has failed. Further failures
        // are not logged again.
        case .reconnecting(attempt: 2, _, _): (.warning, "cannot connect")
        case .reconnecting: nil
        case .serverError: (.warning, "server reported an error")
        case .lameDuck: (.notice, "server is in lame-duck mode")
        case .moved(_, let unconfirmed, _): (unconfirmed > 0 ? .warning : .notice, "connection moved to another server")
        case .moveFailed: (.notice, "connection could not move to another server, messages may have arrived twice")
        case .closed(let unsent): unsent > 0 ? (.warning, "messages were never sent") : (.debug, "connection is closed")
        // Logged by the connection.
        case .credentialsInPlaintext, .internalError: nil
        }
    }

    /// The details of an event.
    static func metadata(of event: RouletteEvent) -> Logger.Metadata {
        var metadata: Logger.Metadata = [:]
        if let cluster = event.cluster { metadata["cluster"] = "\(cluster.name)" }
        if let connection = event.connection {
            metadata["role"] = "\(connection.role.rawValue)"
            metadata["slot"] = "\(connection.slot)"
        }
        switch event.detail {
        case .connection(.connected(let server)):
            metadata["server"] = "\(printable(server.name))"
        case .connection(.disconnected(let cause, let unconfirmed)):
            metadata["cause"] = "\(cause)"
            metadata["unconfirmed"] = "\(unconfirmed)"
        case .connection(.reconnecting(_, let delay, let cause)):
            metadata["cause"] = "\(cause)"
            metadata["delay"] = "\(delay)"
        case .connection(.serverError(let error)):
            metadata["error"] = "\(error)"
        case .connection(.moved(let server, let unconfirmed, let duplicates)):
            metadata["server"] = "\(printable(server.name))"
            metadata["unconfirmed"] = "\(unconfirmed)"
            metadata["duplicates"] = "\(duplicates)"
        case .connection(.moveFailed(let cause, let duplicates)):
            metadata["cause"] = "\(cause)"
            metadata["duplicates"] = "\(duplicates)"
        case .connection(.closed(let unsent)):
            metadata["unsent"] = "\(unsent)"
        case .slowConsumer(let pattern):
            metadata["pattern"] = "\(pattern)"
        case .slowConsumerRecovered(let pattern, let dropped):
            metadata["pattern"] = "\(pattern)"
            metadata["dropped"] = "\(dropped)"
        case .subscriptionInterrupted(let pattern, let cause):
            metadata["pattern"] = "\(pattern)"
            metadata["cause"] = "\(cause)"
        case .subscriptionResumed(let pattern, let missed):
            metadata["pattern"] = "\(pattern)"
            metadata["missed"] = "\(missed.duration)"
        case .topicBreaksElixir(let topic):
            metadata["topic"] = "\(printable(topic))"
        case .node(.back(let label, let absence), _):
            metadata["server"] = "\(printable(label))"
            metadata["absence"] = "\(absence)"
        case .node(.joined(let label), _), .node(.gone(let label), _):
            metadata["server"] = "\(printable(label))"
        case .identityAlarm(let alarm), .identityAlarmEnded(let alarm):
            metadata["reason"] = "\(printable(alarm.description))"
        case .idleTimeout(let timeout, _):
            metadata["reason"] = "\(timeout)"
        case .canary(.began(let route), _):
            metadata["from"] = "\(printable(route.from.name))"
            metadata["to"] = "\(printable(route.to.name))"
        case .canary(.ended(let route, let duration, let isDelivered), _):
            metadata["from"] = "\(printable(route.from.name))"
            metadata["to"] = "\(printable(route.to.name))"
            metadata["duration"] = "\(duration)"
            metadata["delivered"] = "\(isDelivered)"
        case .canaryRefused(_, let cause):
            metadata["cause"] = "\(cause)"
        case .connection(.credentialsInPlaintext), .connection(.lameDuck), .connection(.internalError), .drained, .missedEvents:
            break
        }
        return metadata
    }
}
