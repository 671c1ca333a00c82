import NIOCore
import RouletteNATS

/// Decides from the canary messages of one cluster which of its servers pass messages to which.
///
/// In each round, every publisher connection publishes one message, and every subscriber connection has to receive it before the
/// next round, or within two seconds if that is longer. A connection takes part when it has been connected to the same server for a
/// while, because the servers of a cluster announce subscriptions to each other with a delay.
///
/// A message is missing only if the servers at both ends have answered since it was published. A server that is frozen passes on
/// nothing, but then the fault is not on its routes, and its connections report it.
package struct CanaryTable {
    /// A connection to a server.
    struct End: Equatable {
        /// The number of the connection in its pool.
        var slot: Int
        var server: CanaryServer
        /// How often it was established again. A message of the time before may be lost with the connection.
        var reconnects = 0

        func uses(_ server: CanaryServer, slot: Int) -> Bool { self.slot == slot && self.server == server }
    }

    /// A change that is worth an event.
    package enum Change: Equatable, Sendable {
        case began(CanaryRoute)
        /// - Parameter isDelivered: Whether messages arrive again; otherwise no connections use this route any more.
        case ended(CanaryRoute, after: Duration, isDelivered: Bool)
    }

    /// The maximum number of connections of each role that take part.
    static let maximumConnections = 16

    /// The use of a connection.
    enum Role {
        case publisher
        case subscriber
    }

    /// A connection that takes part.
    private struct Member {
        let end: End
        /// When it was first seen connected to its server.
        let since: Duration
        /// The newest moment after which its server has sent something.
        var answered: Duration?

        func isEnd(_ end: End, answeredSince time: Duration) -> Bool {
            self.end == end && answered.map { $0 >= time } ?? false
        }
    }

    private struct Message {
        let number: UInt64
        let round: Int
        let from: End
        let time: Duration
        /// The connections that have not received it.
        var waiting: [End]
    }

    /// The way of messages from one connection to another.
    private struct Path: Hashable {
        let publisher: Int
        let subscriber: Int
    }

    private struct PathState {
        let route: CanaryRoute
        /// When the newest message that arrived was published.
        var publishedLast: Duration?
        var latency: Duration?
        /// When the first message of those that did not arrive was published.
        var failingSince: Duration?
    }

    private let interval: Duration
    private var roundStart: Duration?
    private var publishers: [Member] = []
    private var subscribers: [Member] = []
    private var nextNumber: UInt64 = 0
    /// The messages that have not arrived everywhere, and for which it is not too late.
    private var messages: [Message] = []
    private var paths: [Path: PathState] = [:]
    private var latencies = RoundTrips()
    /// The number of rounds with messages, and whether the current one is among them.
    private var rounds = 0
    private var roundHasMessages = false

    /// - Parameter interval: The time between two rounds.
    init(interval: Duration) {
        self.interval = interval
    }

    /// How long a connection has to be connected to a server before it takes part.
    private var settlingTime: Duration { min(interval, .seconds(1)) }

    /// How long a message may take. A busy machine delays messages without losing them.
    private var patience: Duration { max(interval, .seconds(2)) }

    // MARK: Rounds

    /// Ends the current round.
    ///
    /// - Parameters:
    ///   - publishers: The publisher connections that are up.
    ///   - subscribers: The subscriber connections that are up.
    ///   - now: The time on a clock of the caller.
    mutating func endRound(publishers: [End], subscribers: [End], at now: Duration) -> [Change] {
        let before = failures
        // After a round that took much longer, this process was stopped, and may not have read what had arrived.
        if let roundStart, now - roundStart > interval * 3 + .seconds(1) { messages = [] }
        Self.update(&self.publishers, publishers, at: now)
        Self.update(&self.subscribers, subscribers, at: now)
        let deadline = now - patience
        let late = messages.filter { $0.time <= deadline }
        messages.removeAll { $0.time <= deadline }
        for message in late where self.publishers.contains(where: { $0.isEnd(message.from, answeredSince: message.time) }) {
            for end in message.waiting
            where self.subscribers.contains(where: { $0.isEnd(end, answeredSince: message.time) }) {
                noteMissing(message, at: end)
            }
        }
        // A connection to another server is another route.
        paths = paths.filter { path, state in
            self.publishers.contains { $0.end.uses(state.route.from, slot: path.publisher) }
                && self.subscribers.contains { $0.end.uses(state.route.to, slot: path.subscriber) }
        }
        (roundStart, roundHasMessages) = (now, false)
        return changes(since: before, at: now)
    }

    /// The publisher connections that publish in the next round.
    func readyPublishers(at now: Duration) -> [End] { ready(publishers, at: now) }

    /// Records a message.
    ///
    /// - Parameter publisher: One of ``readyPublishers(at:)``.
    /// - Returns: The number that the message has to contain.
    mutating func publish(from publisher: End, at now: Duration) -> UInt64 {
        nextNumber += 1
        let waiting = ready(subscribers, at: now)
        if !waiting.isEmpty {
            if !roundHasMessages { rounds += 1 }
            roundHasMessages = true
            messages.append(Message(number: nextNumber, round: rounds, from: publisher, time: now, waiting: waiting))
        }
        return nextNumber
    }

    /// Records that the server of a connection answered a question.
    ///
    /// - Parameter asked: When the question was sent.
    mutating func answer(_ role: Role, _ end: End, asked: Duration) {
        switch role {
        case .publisher: Self.answer(&publishers, end, asked)
        case .subscriber: Self.answer(&subscribers, end, asked)
        }
    }

    private static func answer(_ members: inout [Member], _ end: End, _ asked: Duration) {
        guard let index = members.firstIndex(where: { $0.end == end }) else { return }
        members[index].answered = max(members[index].answered ?? asked, asked)
    }

    /// Forgets a message that could not be sent.
    mutating func withdraw(_ number: UInt64) {
        messages.removeAll { $0.number == number }
    }

    /// Records that a connection received a message.
    mutating func receive(_ number: UInt64, on subscriber: Int, at now: Duration) -> [Change] {
        guard let index = messages.firstIndex(where: { $0.number == number }),
            let position = messages[index].waiting.firstIndex(where: { $0.slot == subscriber })
        else { return [] }
        let message = messages[index]
        let end = messages[index].waiting.remove(at: position)
        if messages[index].waiting.isEmpty { messages.remove(at: index) }
        let path = Path(publisher: message.from.slot, subscriber: end.slot)
        let before = paths[path]?.failingSince == nil ? nil : failures
        let latency = now - message.time
        latencies.record(latency, at: Self.deadline(now))
        update(path, message.from.server, end.server) { state in
            state.publishedLast = message.time
            state.latency = latency
            // A message that was published later may be missing already.
            if state.failingSince ?? message.time <= message.time { state.failingSince = nil }
        }
        return before.map { changes(since: $0, at: now) } ?? []
    }

    private mutating func noteMissing(_ message: Message, at end: End) {
        update(Path(publisher: message.from.slot, subscriber: end.slot), message.from.server, end.server) { state in
            state.failingSince = state.failingSince ?? message.time
        }
    }

    private mutating func update(
        _ path: Path,
        _ from: CanaryServer,
        _ to: CanaryServer,
        _ change: (inout PathState) -> Void
    ) {
        let route = CanaryRoute(from: from, to: to)
        var state = paths[path].flatMap { $0.route == route ? $0 : nil } ?? PathState(route: route)
        change(&state)
        paths[path] = state
    }

    private static func update(_ members: inout [Member], _ ends: [End], at now: Duration) {
        members = ends.prefix(maximumConnections).map { end in
            members.first { $0.end == end } ?? Member(end: end, since: now)
        }
    }

    private func ready(_ members: [Member], at now: Duration) -> [End] {
        members.filter { now - $0.since >= settlingTime }.map(\.end)
    }

    // MARK: Failures

    /// The routes with a failing path, and since when.
    private var failures: [CanaryRoute: Duration] {
        paths.values.reduce(into: [:]) { failures, state in
            guard let since = state.failingSince else { return }
            failures[state.route] = min(failures[state.route] ?? since, since)
        }
    }

    private func changes(since before: [CanaryRoute: Duration], at now: Duration) -> [Change] {
        let after = failures
        let began = after.keys.filter { before[$0] == nil }.sorted().map { Change.began($0) }
        let ended = before.filter { after[$0.key] == nil }.sorted { $0.key < $1.key }.map { route, since in
            Change.ended(route, after: now - since, isDelivered: paths.values.contains { $0.route == route })
        }
        return ended + began
    }

    // MARK: Status

    /// What is known at a moment.
    mutating func status(at now: Duration, refusal: NATSError?) -> CanaryStatus {
        var routes: [CanaryRoute: CanaryStatus.Route] = [:]
        for state in paths.values {
            var route = routes[state.route] ?? CanaryStatus.Route(route: state.route)
            let age = state.publishedLast.map { now - $0 }
            if let age, age <= route.age ?? age { (route.age, route.latency) = (age, state.latency) }
            if let since = state.failingSince { route.failingFor = max(route.failingFor ?? .zero, now - since) }
            routes[state.route] = route
        }
        return CanaryStatus(
            latency: latencies.summary(at: Self.deadline(now)),
            routes: routes.values.sorted { $0.route < $1.route },
            completeRounds: rounds - Set(messages.map(\.round)).count,
            refusal: refusal
        )
    }

    private static func deadline(_ time: Duration) -> NIODeadline { .uptimeNanoseconds(UInt64(max(0, time / .nanoseconds(1)))) }
}
