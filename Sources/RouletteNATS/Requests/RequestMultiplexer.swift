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

/// Assigns replies to requests. All requests of one connection share one inbox and one subscription.
///
/// Decisions are made by ``PendingRequests`` under the lock and carried out after it is released. Requests are added on any
/// thread. Replies, lost connections and timers are handled on the event loop.
final class RequestMultiplexer: Sendable {
    fileprivate struct State {
        var pending = PendingRequests<ReplyReceiver>()
        var randomness: any RandomNumberGenerator & Sendable
        var inbox = InboxState.unused
        var timer: Timer?
        /// Why new requests are refused; nil while they are accepted.
        var refusal: NATSError?
        /// Resolved when no requests are pending.
        var whenIdle: [Waiter] = []
    }

    /// Whether replies can be received.
    fileprivate enum InboxState {
        case unused
        case subscribed
        /// The server refused the subscription. The next request subscribes again.
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

    /// - Throws: ``NATSError/Code/configuration`` if the prefix is not a subject.
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

    /// The number of waiting requests and of late replies.
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

    /// Returns a subject that no other client uses.
    func newInbox(prefix: String) throws(NATSError) -> Subject {
        let text = state.withLock { state in Inbox.newSubject(prefix: prefix) { state.randomness.next() } }
        do {
            return try Subject(text)
        } catch {
            throw NATSError(.configuration, "inbox_prefix cannot be used: \(error)", cause: error)
        }
    }

    /// - Throws: ``NATSError/Code/draining``, ``NATSError/Code/closed``, or the reason why the server refused the inbox.
    func add(_ receiver: ReplyReceiver, to subject: Subject, terms: ReplyTerms) throws(NATSError) -> RequestToken {
        let added: Result<(RequestToken, Bool), NATSError> = state.withLock { state in
            if let refusal = state.refusal { return .failure(refusal) }
            // The refusal can arrive before the task that subscribed continues.
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

    /// Records that the outbound buffer accepted the request as its message number `sequence`.
    func accepted(_ token: RequestToken, as sequence: UInt64) {
        let lost = update { $0.pending.accepted(token, as: sequence) }
        if let lost { lost.receiver.end(.requestLost(lost.subject)) }
    }

    /// Removes a request, so that its reply is late. The caller resumes its waiter.
    func forget(_ token: RequestToken) {
        _ = update { $0.pending.remove(token) }
    }

    /// Refuses new requests. Resolves the waiter when all pending requests have ended.
    func drain(then waiter: Waiter) {
        update { state in
            state.refusal = state.refusal ?? .clientDraining
            state.whenIdle.append(waiter)
        }
    }

    /// Applies a change under the lock. Afterwards resumes the calls that wait until nothing is pending.
    private func update<R: Sendable>(_ change: (inout State) -> R) -> R {
        let (result, idle) = state.withLock { state in
            let result = change(&state)
            return (result, state.takeIdle())
        }
        for waiter in idle { waiter.resolve() }
        return result
    }

    // MARK: The event loop

    /// Handles an event of the connection.
    func observe(_ event: NATSEvent) {
        switch event {
        case .disconnected(let cause, _): disconnected(cause)
        case .closed: close()
        case .serverError(let error):
            if let violation = error.cause as? PermissionViolation { denied(violation, error) }
        // During a move, both servers have the subscription to the inbox.
        case .connected, .reconnecting, .credentialsInPlaintext, .lameDuck, .moved, .moveFailed, .internalError: break
        }
    }

    /// Ends the requests to a subject after the server denied a message. The error does not say which request, but the others to
    /// that subject are denied too.
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
            // ``end(_:)`` handles it.
            return
        }
        for request in denied { request.receiver.end(error) }
    }

    /// Ends the requests that had been sent on a lost connection. They may or may not have arrived.
    private func disconnected(_ cause: NATSError) {
        let handedOver = outbound.handedOver
        let lost = update { $0.pending.disconnected(handedOver: handedOver) }
        for request in lost { request.receiver.end(.requestLost(request.subject, cause)) }
    }

    /// Ends all requests because the client is closed.
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
            // The timeout is the usual end of these requests (ADR-47).
            case .many: request.receiver.end(wasSent ? nil : .notSent(request))
            }
        }
        setTimer()
    }
}

extension RequestMultiplexer.State {
    /// Whether the timer must be set to an earlier time.
    fileprivate var isTimerLate: Bool {
        guard let due = pending.nextExpiry else { return false }
        return timer.map { due < $0.due } ?? true
    }

    fileprivate mutating func takeIdle() -> [Waiter] {
        guard pending.count == 0 else { return [] }
        defer { whenIdle = [] }
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
            // Taking the lock for each message costs little compared to resuming a task.
            handOut(message, as: update { $0.pending.reply(to: token, isStatus: isStatus, now: now) })
        }
        setTimer()
    }

    private func handOut(_ message: WireMessage, as reply: PendingRequests<ReplyReceiver>.Reply) {
        switch reply {
        case .late:
            break
        case .more(let receiver):
            // A request for one reply receives no second one.
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

    /// Ends all requests if there is an error: the server refused the subscription to the inbox, so no reply can arrive.
    func end(_ error: NATSError?) {
        guard let error else { return }
        let reason = NATSError(
            error.code,
            "no reply can arrive: \(error.message). Allow the inbox \(inbox.pattern), or set an inbox prefix that is allowed (inbox_prefix)",
            cause: error
        )
        let ended = update { state in
            state.inbox = .refused(reason)
            return state.pending.removeAll()
        }
        for request in ended { request.receiver.end(reason) }
    }

    // The events of the client report both, also for a new inbox.
    func interrupted(_ cause: NATSError, silence: Duration) {}
    func resumed() {}
}

extension WireMessage {
    /// Whether the message is a status in place of a reply: a status line and no payload (ADR-4).
    fileprivate var isStatus: Bool { payloadLength == 0 && status != nil }

    /// Whether the server reports that the subject of a request has no subscriber (client protocol, `no_responders`).
    fileprivate var saysNoResponders: Bool { payloadLength == 0 && status?.code == HeaderStatus.noRespondersCode }
}

extension NATSError {
    fileprivate static func noResponders(_ subject: Subject) -> NATSError {
        NATSError(.noResponders, "no subscriber for \(subject), so no reply can arrive; start a responder first")
    }

    fileprivate static func noReply(_ request: PendingRequests<ReplyReceiver>.Ended) -> NATSError {
        NATSError(.timeout, "no reply to the request to \(request.subject) within \(request.terms.timeout)")
    }

    fileprivate static func notSent(_ request: PendingRequests<ReplyReceiver>.Ended) -> NATSError {
        NATSError(
            .timeout,
            "the request to \(request.subject) could not be sent within \(request.terms.timeout): no connection, or no space in its buffer"
        )
    }

    fileprivate static func requestLost(_ subject: Subject, _ cause: NATSError? = nil) -> NATSError {
        let reason = cause.map { ": \($0.message)" } ?? ""
        return NATSError(
            .disconnected,
            "the connection was lost before a reply to the request to \(subject) arrived; the request may have been received\(reason)",
            cause: cause
        )
    }

    static let taskCanceled = NATSError(.canceled, "the task was canceled")
}
