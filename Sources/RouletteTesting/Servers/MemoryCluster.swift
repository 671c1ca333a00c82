import NATSWire
import NIOCore
import NIOPosix
import SeededRandomness
import TextCoding

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The servers of one cluster in memory. They share all messages.
///
/// `@unchecked Sendable`: used only on the event loop.
final class MemoryCluster: @unchecked Sendable {
    enum State {
        case up
        /// Connections are refused.
        case down
        /// Connections are accepted, and nothing is read or sent.
        case frozen
    }

    /// As of nats-server.
    static let maxPayload = 1 << 20
    /// As of nats-server.
    static let lameDuckGracePeriod = TimeAmount.seconds(10)

    private let name: String
    private let eventLoop: any EventLoop
    private let onPublish: (MessageFrame) -> Void
    private let onSubscribe: () -> Void
    private var randomness: SplitMix64
    private var state = State.up
    /// The number of the server that accepts connections.
    private var server = 1
    private(set) var sessions: [ServerSession] = []
    var refusesLogins = false
    private var deniedPublishes: [Subject] = []
    private var deniedSubscriptions: [Subject] = []

    /// - Parameters:
    ///   - onPublish: Called for every message that a client publishes.
    ///   - onSubscribe: Called for every new subscription.
    init(
        name: String,
        eventLoop: any EventLoop,
        randomness: SplitMix64,
        onPublish: @escaping (MessageFrame) -> Void,
        onSubscribe: @escaping () -> Void
    ) {
        self.name = name
        self.eventLoop = eventLoop
        self.randomness = randomness
        self.onPublish = onPublish
        self.onSubscribe = onSubscribe
    }

    // MARK: Connections

    /// Accepts a connection, as a socket does before the server says anything.
    ///
    /// - Throws: The error of a port without a listener.
    func accept(_ initialize: (any Channel) -> EventLoopFuture<Void>) -> EventLoopFuture<any Channel> {
        guard state != .down else {
            return eventLoop.makeFailedFuture(IOError(errnoCode: ECONNREFUSED, reason: "connect"))
        }
        let address = try? SocketAddress(ipAddress: "127.0.0.1", port: 4222)
        let channel = MemoryChannel(eventLoop: eventLoop, remoteAddress: address)
        return initialize(channel).map { [self] in
            let session = ServerSession(channel, of: self, server: server)
            sessions.append(session)
            channel.closed = { self.sessions.removeAll { $0 === session } }
            channel.open()
            session.send(info(of: session))
            if state == .frozen { session.setFrozen(true) }
            return channel
        }
    }

    private func info(of session: ServerSession, isLameDuck: Bool = false) -> String {
        var fields: JSONObject = [
            "server_id": .string("\(name)-\(session.server)"),
            "server_name": .string("\(name)-\(session.server)"),
            "version": .string("in-memory"),
            "proto": .number(1),
            "headers": .bool(true),
            "max_payload": .number(Self.maxPayload),
            "cluster": .string(name),
        ]
        if isLameDuck { fields.append("ldm", .bool(true)) }
        return "INFO \(JSONValue.object(fields).text)\r\n"
    }

    // MARK: Messages

    /// Delivers a message to all subscriptions, and to one member of each queue group.
    ///
    /// - Parameter session: The connection that published it, or nil if it comes from elsewhere.
    /// - Returns: The number of subscriptions that received it.
    @discardableResult
    func publish(_ frame: MessageFrame, from session: ServerSession?) -> Int {
        onPublish(frame)
        var receivers: [ServerSession.Subscription] = []
        var groups: [String: [ServerSession.Subscription]] = [:]
        for receiver in sessions where receiver !== session || receiver.client?.echo ?? true {
            for subscription in receiver.matching(frame.subject) {
                if let group = subscription.queueGroup {
                    groups["\(subscription.pattern) \(group)", default: []].append(subscription)
                } else {
                    receivers.append(subscription)
                }
            }
        }
        for (_, members) in groups.sorted(by: { $0.key < $1.key }) {
            if let member = members.randomElement(using: &randomness) { receivers.append(member) }
        }
        for receiver in receivers { receiver.session.send(frame, to: receiver) }
        return receivers.count
    }

    func subscriptionAdded() { onSubscribe() }

    /// Returns the number of subscriptions that a topic reaches, or that have this pattern.
    func subscribers(of pattern: Subject) -> Int {
        sessions.reduce(0) { count, session in
            count
                + session.subscriptions.values.count {
                    pattern.isWildcard ? $0.pattern == pattern : $0.pattern.matches(pattern)
                }
        }
    }

    // MARK: Faults

    func stop() {
        state = .down
        for session in sessions { session.close() }
    }

    func start() {
        // A server that was restarted is another one.
        if state == .down { server += 1 }
        state = .up
        for session in sessions { session.setFrozen(false) }
    }

    func freeze() {
        guard state == .up else { return }
        state = .frozen
        for session in sessions { session.setFrozen(true) }
    }

    func close(_ isChosen: (ServerSession) -> Bool, error: String?) {
        for session in sessions where isChosen(session) { session.close(error: error) }
    }

    /// New connections lead to another server. The old one closes its own after a time.
    func enterLameDuckMode() {
        let leaving = server
        server += 1
        for session in sessions where session.server == leaving { session.send(info(of: session, isLameDuck: true)) }
        eventLoop.scheduleTask(in: Self.lameDuckGracePeriod) { self.close({ $0.server == leaving }, error: nil) }
    }

    func deny(publish: Subject) { deniedPublishes.append(publish) }
    func deny(subscribe: Subject) { deniedSubscriptions.append(subscribe) }

    func allowEverything() {
        (deniedPublishes, deniedSubscriptions) = ([], [])
        refusesLogins = false
    }

    func deniesPublishing(to subject: ByteBuffer) -> Bool {
        subject.withUnsafeReadableBytes { bytes in deniedPublishes.contains { $0.matches(bytes) } }
    }

    func deniesSubscribing(_ pattern: Subject) -> Bool {
        deniedSubscriptions.contains { $0 == pattern || $0.matches(pattern) }
    }
}
