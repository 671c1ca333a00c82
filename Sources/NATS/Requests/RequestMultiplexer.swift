import Locking
import NATSWire
import NIOCore

/// Receives the replies to a request.
enum ReplyReceiver: Sendable {
    case one(ReplyWaiter)
    case many(MessageQueue<Void>)

    func end(_ error: NATSError?) {
        switch self {
        case .one(let waiter): waiter.resolve(.failure(error ?? .clientClosed))
        case .many(let queue): queue.end(error)
        }
    }
}

/// All requests of one connection share one inbox and one subscription; this tells their replies apart.
///
/// It decides under its lock, as ``PendingRequests`` says, and acts after it. Requests are added on any thread; replies,
/// the loss of a connection and the timer come on the event loop.
final class RequestMultiplexer: Sendable {
    fileprivate struct State {
        var pending = PendingRequests<ReplyReceiver>()
        var randomness: any RandomNumberGenerator & Sendable
        var inbox = InboxState.unused
        var timer: Timer?
        /// Why no more requests are taken, once they are not.
        var refusal: NATSError?
        /// Resolved when nothing is pending.
        var whenIdle: Waiter?
    }

    /// Whether replies can come.
    fileprivate enum InboxState {
        case unused
        case subscribed
        /// The server refused the subscription. The next request tries again.
        case refused(NATSError)
    }

    fileprivate struct Timer {
        let due: NIODeadline
        let task: Scheduled<Void>
    }

    private typealias Ended = PendingRequests<ReplyReceiver>.Ended

    let inbox: Inbox
    private let eventLoop: any EventLoop
    private let clock: TimeSource
    private let outbound: OutboundBuffer
    private let state: Mutex<State>

    /// - Throws: ``NATSError/Code/configuration`` when the prefix is no subject.
    init(
        inboxPrefix: String,
        eventLoop: any EventLoop,
        clock: TimeSource,
        outbound: OutboundBuffer,
        randomness: any RandomNumberGenerator & Sendable
    ) throws(NATSError) {
        var randomness = randomness
        self.inbox = try Inbox(prefix: inboxPrefix, random: { randomness.next() })
        self.eventLoop = eventLoop
        self.clock = clock
        self.outbound = outbound
        self.state = Mutex(State(randomness: randomness))
    }

    /// Requests that wait, and replies that came too late.
    var counters: (pending: Int, late: UInt64) {
        state.withLock { ($0.pending.count, $0.pending.lateReplies) }
    }

    /// Whether the connection is subscribed to the inbox.
    var isSubscribed: Bool {
        state.withLock { state in
            if case .subscribed = state.inbox { true } else { false }
        }
    }

    func subscribed() {
        state.withLock { $0.inbox = .subscribed }
    }

    // MARK: Any thread

    /// - Throws: ``NATSError/Code/draining``, ``NATSError/Code/closed``, or why the server refused the inbox.
    func add(_ receiver: ReplyReceiver, to subject: Subject, terms: ReplyTerms) throws(NATSError) -> RequestToken {
        let added: Result<(RequestToken, Bool), NATSError> = state.withLock { state in
            if let refusal = state.refusal { return .failure(refusal) }
            // The refusal can be faster than the task that subscribed.
            if case .refused(let refusal) = state.inbox { return .failure(refusal) }
            var token = RequestToken(bits: state.randomness.next())
            while !state.pending.add(token, receiver, to: subject, terms: terms) {
                token = RequestToken(bits: state.randomness.next())
            }
            return .success((token, state.isTimerLate))
        }
        let (token, isTimerLate) = try added.get()
        if isTimerLate { eventLoop.execute { self.setTimer() } }
        return token
    }

    /// The outbound buffer took the request as its message number `sequence`.
    func accepted(_ token: RequestToken, as sequence: UInt64) {
        let lost = update { $0.pending.accepted(token, as: sequence) }
        if let lost { lost.receiver.end(.requestLost(lost.subject)) }
    }

    /// Forgets a request: its reply is late from now on. The caller resumes its waiter.
    func forget(_ token: RequestToken) {
        _ = update { $0.pending.remove(token) }
    }

    /// Takes no more requests, and resolves when those there are over.
    func drain(then waiter: Waiter) {
        update { state in
            state.refusal = state.refusal ?? .clientDraining
            state.whenIdle = waiter
        }
    }

    /// Decides under the lock. Calls that wait until nothing is pending are resumed after it.
    private func update<R: Sendable>(_ change: (inout State) -> R) -> R {
        let (result, idle) = state.withLock { state in
            let result = change(&state)
            return (result, state.takeIdle())
        }
        idle?.resolve()
        return result
    }

    // MARK: The event loop

    /// What happened to the connection.
    func observe(_ event: NATSEvent) {
        switch event {
        case .disconnected(let cause, _): disconnected(cause)
        case .closed: close()
        case .serverError(let error):
            if let violation = error.cause as? PermissionViolation { denied(violation, error) }
        // Both servers know the inbox while a connection moves.
        case .connected, .reconnecting, .credentialsInPlaintext, .lameDuck, .moved, .moveFailed, .internalError: break
        }
    }

    /// The server did not let a message through. Its text does not say which, but the others to that subject fare no better.
    private func denied(_ violation: PermissionViolation, _ error: NATSError) {
        guard let subject = try? Subject(bytes: violation.subject) else { return }
        let denied: [Ended]
        switch violation.operation {
        case .publish:
            denied = update { $0.pending.remove(to: subject) }
        case .reply:
            guard let token = subject.withBytes({ inbox.token(of: $0) }) else { return }
            denied = update { $0.pending.remove(token).map { [$0] } ?? [] }
        case .subscription:
            // Told by ``end(_:)``.
            return
        }
        for request in denied { request.receiver.end(error) }
    }

    /// The connection was lost: what had been sent on it may or may not have arrived.
    private func disconnected(_ cause: NATSError) {
        let handedOver = outbound.handedOver
        let lost = update { $0.pending.disconnected(handedOver: handedOver) }
        for request in lost { request.receiver.end(.requestLost(request.subject, cause)) }
    }

    /// Nothing will be sent or received any more.
    private func close() {
        let (timer, ended) = update { state in
            state.refusal = .clientClosed
            defer { state.timer = nil }
            return (state.timer, state.pending.removeAll())
        }
        timer?.task.cancel()
        for request in ended { request.receiver.end(.clientClosed) }
    }

    private func setTimer() {
        let (due, late): (NIODeadline?, Timer?) = state.withLock { state in
            guard state.isTimerLate else { return (nil, nil) }
            defer { state.timer = nil }
            return (state.pending.nextExpiry, state.timer)
        }
        late?.task.cancel()
        guard let due else { return }
        let task = eventLoop.scheduleTask(deadline: due) { [weak self] () -> Void in self?.expire() }
        state.withLock { $0.timer = Timer(due: due, task: task) }
    }

    private func expire() {
        let now = clock.now()
        let ended = update { state in
            state.timer = nil
            return state.pending.expire(now: now)
        }
        let handedOver = outbound.handedOver
        for request in ended {
            let wasSent = request.sequence.map { $0 <= handedOver } ?? false
            switch request.receiver {
            case .one: request.receiver.end(wasSent ? .noReply(request) : .notSent(request))
            // Time is up, which is how most of them end (ADR-47).
            case .many: request.receiver.end(wasSent ? nil : .notSent(request))
            }
        }
        setTimer()
    }
}

extension RequestMultiplexer.State {
    /// Whether the timer has to be set anew.
    fileprivate var isTimerLate: Bool {
        guard let due = pending.nextExpiry else { return false }
        return timer.map { due < $0.due } ?? true
    }

    fileprivate mutating func takeIdle() -> Waiter? {
        guard pending.count == 0 else { return nil }
        defer { whenIdle = nil }
        return whenIdle
    }
}

// MARK: Replies

extension RequestMultiplexer: MessageSink {
    func deliver(_ messages: [WireMessage]) {
        let now = clock.now()
        for message in messages {
            let token = message.withSubjectBytes { inbox.token(of: $0) }
            let isStatus = message.isStatus
            // Resuming a task costs many times what the lock does.
            handOut(message, as: update { $0.pending.reply(to: token, isStatus: isStatus, now: now) })
        }
        setTimer()
    }

    private func handOut(_ message: WireMessage, as reply: PendingRequests<ReplyReceiver>.Reply) {
        switch reply {
        case .late:
            break
        case .more(let receiver):
            // A request for one reply gets no second one.
            if case .many(let queue) = receiver { queue.deliver([message], from: ()) }
        case .last(let request) where message.saysNoResponders:
            request.receiver.end(.noResponders(request.subject))
        case .last(let request):
            switch request.receiver {
            case .one(let waiter):
                waiter.resolve(.success(message))
            case .many(let queue):
                queue.deliver([message], from: ())
                queue.end(nil)
            }
        }
    }

    /// The server refused the subscription to the inbox, when there is an error: no reply can come.
    func end(_ error: NATSError?) {
        guard let error else { return }
        let reason = NATSError(
            error.code,
            "no reply can come: \(error.message). Allow the inbox \(inbox.pattern), or set an inbox prefix that is allowed (inbox_prefix)",
            cause: error
        )
        let ended = update { state in
            state.inbox = .refused(reason)
            return state.pending.removeAll()
        }
        for request in ended { request.receiver.end(reason) }
    }

    // The client's events tell of both, also when the inbox is new.
    func interrupted(_ cause: NATSError, silence: Duration) {}
    func resumed() {}

    // Replies wait in queues of their own, or for nothing.
    func whenConsumed(_ done: @escaping @Sendable () -> Void) { done() }
    var pending: PendingMessages { PendingMessages(queue: ObjectIdentifier(self), messages: 0) }
}

extension WireMessage {
    /// Whether it is a status in place of a message: a status line and no payload (ADR-4).
    fileprivate var isStatus: Bool { payloadLength == 0 && status != nil }

    /// Whether a server says with it that nobody was subscribed to the subject of a request (client protocol, `no_responders`).
    fileprivate var saysNoResponders: Bool { payloadLength == 0 && status?.code == HeaderStatus.noRespondersCode }
}

extension NATSError {
    fileprivate static func noResponders(_ subject: Subject) -> NATSError {
        NATSError(.noResponders, "nobody is subscribed to \(subject), so nobody can reply; start a responder first")
    }

    fileprivate static func noReply(_ request: PendingRequests<ReplyReceiver>.Ended) -> NATSError {
        NATSError(.timeout, "no reply to the request to \(request.subject) within \(request.terms.timeout)")
    }

    fileprivate static func notSent(_ request: PendingRequests<ReplyReceiver>.Ended) -> NATSError {
        NATSError(
            .timeout,
            "the request to \(request.subject) could not be sent within \(request.terms.timeout): no connection, or no room in its buffer"
        )
    }

    fileprivate static func requestLost(_ subject: Subject, _ cause: NATSError? = nil) -> NATSError {
        let reason = cause.map { ": \($0.message)" } ?? ""
        return NATSError(
            .disconnected,
            "the connection was lost before a reply to the request to \(subject) came; it may have been received\(reason)",
            cause: cause
        )
    }

    static let taskCanceled = NATSError(.canceled, "the task was canceled")
}
