import NATSWire
import NIOCore

/// The server's end of one connection. Used only on the event loop.
final class ServerSession {
    /// A subscription of this connection.
    final class Subscription {
        let session: ServerSession
        let sid: String
        let pattern: Subject
        let queueGroup: String?
        /// The number of messages after which it ends.
        var limit: Int?
        var delivered = 0

        init(session: ServerSession, sid: String, pattern: Subject, queueGroup: String?) {
            self.session = session
            self.sid = sid
            self.pattern = pattern
            self.queueGroup = queueGroup
        }
    }

    /// The number of the server, counted from 1. A cluster in lame-duck mode has two.
    let server: Int
    private let cluster: MemoryCluster
    private let channel: MemoryChannel
    private var parser = ClientParser()
    /// The fields of CONNECT, once it has arrived.
    private(set) var client: ConnectFields?
    private(set) var subscriptions: [String: Subscription] = [:]
    private var outgoing = ByteBuffer()
    private var isSending = false

    init(_ channel: MemoryChannel, of cluster: MemoryCluster, server: Int) {
        self.channel = channel
        self.cluster = cluster
        self.server = server
        channel.receive = { self.receive($0) }
    }

    /// Closes the connection.
    ///
    /// - Parameter error: The text of an -ERR before the end.
    func close(error: String? = nil) {
        if let error {
            send("-ERR '\(error)'\r\n")
            deliver()
        }
        channel.closeByPeer()
    }

    /// Stops or resumes reading and writing.
    func setFrozen(_ isFrozen: Bool) {
        channel.isRead = !isFrozen
        if !isFrozen { deliver() }
    }

    // MARK: Sending

    func send(_ text: String) {
        outgoing.writeString(text)
        scheduleDelivery()
    }

    /// Sends a message for a subscription, and ends it after its last one.
    func send(_ frame: MessageFrame, to subscription: Subscription) {
        subscription.delivered += 1
        outgoing.writeString(frame.headers == nil ? "MSG " : "HMSG ")
        outgoing.writeImmutableBuffer(frame.subject)
        outgoing.writeString(" \(subscription.sid) ")
        if let reply = frame.reply {
            outgoing.writeImmutableBuffer(reply)
            outgoing.writeString(" ")
        }
        if let headers = frame.headers { outgoing.writeString("\(headers.readableBytes) ") }
        outgoing.writeString("\(frame.bodySize)\r\n")
        if let headers = frame.headers { outgoing.writeImmutableBuffer(headers) }
        outgoing.writeImmutableBuffer(frame.payload)
        outgoing.writeString("\r\n")
        scheduleDelivery()
        if let limit = subscription.limit, subscription.delivered >= limit { subscriptions[subscription.sid] = nil }
    }

    /// Everything that is sent meanwhile arrives in one read.
    private func scheduleDelivery() {
        guard !isSending else { return }
        isSending = true
        channel.eventLoop.assumeIsolatedUnsafeUnchecked().execute { [self] in
            isSending = false
            deliver()
        }
    }

    private func deliver() {
        guard channel.isRead, outgoing.readableBytes > 0 else { return }
        let bytes = outgoing
        outgoing = ByteBuffer()
        channel.deliver(bytes)
    }

    // MARK: Receiving

    private func receive(_ bytes: ByteBuffer) {
        parser.append(bytes)
        do {
            while channel.isActive, let operation = try parser.next() { handle(operation) }
        } catch {
            close(error: "Unknown Protocol Operation")
        }
    }

    private func handle(_ operation: ClientOperation) {
        switch operation {
        case .connect(let json):
            client = try? ConnectFields(json)
            if cluster.refusesLogins { close(error: "Authorization Violation") }
        case .ping: send("PONG\r\n")
        case .pong: break
        case .subscribe(let subject, let queueGroup, let sid): subscribe(subject, queueGroup, sid)
        case .unsubscribe(let sid, let limit): unsubscribe(sid, after: limit)
        case .publish(let frame): publish(frame)
        }
    }

    private func subscribe(_ subject: ByteBuffer, _ queueGroup: String?, _ sid: String) {
        let text = String(buffer: subject)
        guard let pattern = try? Subject.pattern(text) else { return send("-ERR 'Invalid Subject'\r\n") }
        guard !cluster.deniesSubscribing(pattern) else {
            let group = queueGroup.map { " using queue \"\($0)\"" } ?? ""
            return send("-ERR 'Permissions Violation for Subscription to \"\(text)\"\(group)'\r\n")
        }
        subscriptions[sid] = Subscription(session: self, sid: sid, pattern: pattern, queueGroup: queueGroup)
        cluster.subscriptionAdded()
    }

    private func unsubscribe(_ sid: String, after limit: Int?) {
        guard let subscription = subscriptions[sid] else { return }
        if let limit, limit > subscription.delivered {
            subscription.limit = limit
        } else {
            subscriptions[sid] = nil
        }
    }

    private func publish(_ frame: MessageFrame) {
        guard frame.bodySize <= MemoryCluster.maxPayload else { return close(error: "Maximum Payload Violation") }
        let subject = String(buffer: frame.subject)
        guard !cluster.deniesPublishing(to: frame.subject) else {
            return send("-ERR 'Permissions Violation for Publish to \"\(subject)\"'\r\n")
        }
        let receivers = cluster.publish(frame, from: self)
        guard receivers == 0, client?.noResponders == true, let reply = frame.reply else { return }
        // The requester receives the status on its own subscription to the reply subject.
        let status = MessageFrame(
            subject: reply,
            reply: nil,
            headers: ByteBuffer(string: "NATS/1.0 503\r\n\r\n"),
            payload: ByteBuffer()
        )
        for subscription in matching(reply) { send(status, to: subscription) }
    }

    /// The subscriptions that a subject reaches.
    func matching(_ subject: ByteBuffer) -> [Subscription] {
        // Sorted, so that a run with the same seed has the same result.
        subject.withUnsafeReadableBytes { bytes in subscriptions.values.filter { $0.pattern.matches(bytes) } }
            .sorted { ($0.sid.count, $0.sid) < ($1.sid.count, $1.sid) }
    }
}
