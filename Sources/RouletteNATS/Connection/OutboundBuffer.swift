import Locking
import NATSWire
import NIOCore

/// The published frames that the socket has not accepted yet.
///
/// Publishers on any thread append under one lock. The event loop swaps the filled buffer out and writes it while the next one is
/// filled. Only whole frames are appended, so after the loss of a connection the remaining frames can be sent on the next one.
final class OutboundBuffer: Sendable {
    enum Append {
        /// The frame is in the buffer. `wake`: whether the event loop must be woken. `sequence`: the number of the message,
        /// starting with 1.
        case accepted(wake: Bool, sequence: UInt64)
        /// The buffer is full. The waiter is resolved when there is space.
        case full(Waiter)
        case refused(NATSError)
    }

    /// The frames that the event loop has taken for writing.
    struct Taken {
        var messages: Int
        /// The flushes requested since the last time. They need a PING after the frames.
        var flushes: [Waiter]
    }

    struct Counters {
        /// Messages and bytes of frames accepted since the start.
        var messages: UInt64 = 0
        var bytes: UInt64 = 0
        /// Messages and bytes that wait now, not counting those being written.
        var bufferedMessages = 0
        var bufferedBytes = 0
        /// Messages that have left the buffer, and that the counters of the connection may not include yet.
        var leavingMessages = 0
    }

    fileprivate enum Phase {
        case disconnected
        case connected
        case closed
    }

    /// The messages that wait for the socket.
    struct Backlog: Equatable {
        var messages = 0
        var bytes = 0
        /// As in ``Counters/leavingMessages``.
        var leavingMessages = 0
    }

    fileprivate struct State: ~Copyable, Sendable {
        var phase = Phase.disconnected
        var frames = FrameBuffer()
        var messages = 0
        var bytesBeingWritten = 0
        var leavingMessages = 0
        /// Whether the event loop has been informed of waiting frames.
        var isLoopAware = false
        /// Whether the event loop lets the frames wait until there are many of them.
        var isGathering = false
        var flushes: [Waiter] = []
        var waitingForSpace: [Waiter] = []
        /// Whether new messages are refused. Buffered messages are still sent.
        var isDraining = false
        /// The consumers that may still publish while it is draining.
        var consumers: Consumers?
        /// While it is above zero, no frames are written, because other connections have yet to confirm earlier messages.
        var holds = 0
        var maxPayload = Int.max
        /// The size of the largest waiting message, headers included.
        var largestMessage = 0
        var acceptsHeaders = true
        var totalMessages: UInt64 = 0
        var totalBytes: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let disconnectedCapacity: Int
    /// Frames of this size are written without waiting for more.
    private let largeWrite: Int

    init(capacity: Int, disconnectedCapacity: Int) {
        self.capacity = capacity
        self.disconnectedCapacity = disconnectedCapacity
        self.largeWrite = min(WritePacer.largeWrite, capacity / 4)
    }

    // MARK: Publishers, on any thread

    func append(subject: Subject, reply: Subject?, headers: Headers?, payload: UnsafeRawBufferPointer) -> Append {
        subject.withBytes { append(validSubject: $0, reply: reply, headers: headers, payload: payload) }
    }

    /// - Parameters:
    ///   - subject: The bytes of a valid subject without wildcards.
    ///   - lease: The lease of the message. It is checked under the lock, so that no message is accepted after a hand-over.
    ///   - completesWork: Whether it is a request or an answer, which are accepted while consumers are being drained.
    func append(
        validSubject subject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        payload: UnsafeRawBufferPointer,
        lease: Lease? = nil,
        completesWork: Bool = false
    ) -> Append {
        let size = FrameEncoder.publishSize(
            subjectLength: subject.count,
            replyLength: reply?.count,
            headerLength: headers?.encodedSize,
            payloadLength: payload.count
        )
        return state.withLock { state in
            // The fast path for nearly all messages: one comparison for each possible obstacle.
            let isAcceptable =
                state.phase == .connected && !state.isDraining && headers == nil && payload.count <= state.maxPayload
                && state.held + size <= capacity && lease?.isValid != false
            if !isAcceptable {
                if lease?.isValid == false { return .refused(.carriedElsewhere) }
                if state.isDraining, !state.mayPublishWhileDraining(completesWork) { return .refused(.clientDraining) }
                if let blocker = blocker(of: size, headers: headers, payloadLength: payload.count, in: &state) {
                    return blocker
                }
            }
            state.frames.append(size: size) { bytes in
                FrameEncoder.publish(
                    validSubject: subject,
                    reply: reply,
                    headers: headers,
                    payload: payload,
                    into: bytes
                )
            }
            state.messages += 1
            // Headers count too. The other parts of an HPUB frame do not matter for the limit.
            state.largestMessage = max(state.largestMessage, headers == nil ? payload.count : size)
            state.totalMessages &+= 1
            state.totalBytes &+= UInt64(size)
            let needsWake = state.isLoopAware ? state.endGathering(from: largeWrite) : state.becomeAware()
            return .accepted(wake: needsWake, sequence: state.totalMessages)
        }
    }

    /// Returns why a frame of `size` bytes cannot be accepted, or nil if it can.
    @inline(never)
    private func blocker(of size: Int, headers: Headers?, payloadLength: Int, in state: inout State) -> Append? {
        if payloadLength > state.maxPayload || headers != nil {
            if let error = state.refusal(headers: headers, payloadLength: payloadLength) { return .refused(error) }
        }
        switch state.phase {
        case .connected:
            // A frame that is larger than the buffer is accepted if the buffer is empty.
            guard state.held + size > capacity, state.held > 0 else { return nil }
            let waiter = Waiter()
            state.waitingForSpace.append(waiter)
            return .full(waiter)
        case .disconnected:
            if disconnectedCapacity == 0 {
                return .refused(NATSError(.notConnected, "there is no connection at this moment"))
            }
            guard state.frames.count + size > disconnectedCapacity else { return nil }
            return .refused(
                NATSError(
                    .bufferFull,
                    "the buffer of \(disconnectedCapacity) bytes for messages published while disconnected is full"
                )
            )
        case .closed:
            return .refused(.clientClosed)
        }
    }

    /// Requests a PING after everything accepted so far.
    /// - Returns: Whether the event loop must be woken.
    func requestFlush(_ waiter: Waiter) throws(NATSError) -> Bool {
        let result: Result<Bool, NATSError> = state.withLock { state in
            switch state.phase {
            case .connected:
                state.flushes.append(waiter)
                return .success(state.becomeAware() || state.endGathering())
            case .disconnected:
                return .failure(NATSError(.notConnected, "there is no connection at this moment"))
            case .closed:
                return .failure(.clientClosed)
            }
        }
        return try result.get()
    }

    // MARK: Handing a lane over, on any thread

    /// Whether there is a connection and messages are accepted for it.
    var isConnected: Bool { state.withLock { $0.phase == .connected } }

    /// Changes leases unless there is a connection.
    /// - Returns: Whether the change was made.
    func changeUnlessConnected(_ change: () -> Void) -> Bool {
        state.withLock { state in
            guard state.phase != .connected else { return false }
            change()
            return true
        }
    }

    /// Changes leases and requests a PING after everything accepted before. The waiter is resolved when these messages are
    /// confirmed or lost.
    /// - Returns: Whether the event loop must be woken.
    func change(confirmed waiter: Waiter, _ change: () -> Void) -> Bool {
        let (isConnected, needsWake) = state.withLock { state in
            change()
            guard state.phase == .connected else { return (false, false) }
            state.flushes.append(waiter)
            return (true, state.becomeAware() || state.endGathering())
        }
        if !isConnected { waiter.resolve() }
        return needsWake
    }

    /// Prevents accepted frames from being written, until ``release()``.
    func hold() { state.withLock { $0.holds += 1 } }

    func release() { state.withLock { $0.holds -= 1 } }

    // MARK: The event loop

    /// Takes all frames for writing: swaps the filled buffer with `frames`, whose storage is filled next.
    ///
    /// The call implies that the socket has accepted the frames taken before, as with ``written()``. So a busy event loop takes
    /// the lock once for both.
    func takeFrames(into frames: inout ByteBuffer) -> Taken? {
        let (taken, resumed): (Taken?, [Waiter]) = state.withLockYielding { state in
            guard state.phase == .connected, state.holds == 0 else { return (nil, []) }
            state.isGathering = false
            state.endWrite()
            guard state.frames.count > 0 || !state.flushes.isEmpty else {
                state.isLoopAware = false
                return (nil, state.takeWaitingForSpace())
            }
            let resumed = state.resumeIfHalfEmpty(capacity)
            state.frames.exchange(with: &frames)
            defer {
                state.messages = 0
                state.largestMessage = 0
                state.flushes = []
            }
            state.bytesBeingWritten = frames.readableBytes
            state.leavingMessages = state.messages
            return (Taken(messages: state.messages, flushes: state.flushes), resumed)
        }
        for waiter in resumed { waiter.resolve() }
        return taken
    }

    /// Lets the frames wait, unless there are none, there are enough for a large write, or a call waits until they are written. The
    /// publish that makes them a large write, and a flush, wake the event loop.
    /// - Returns: Whether the frames wait.
    func gather() -> Bool {
        state.withLock { state in
            guard state.phase == .connected, 0..<largeWrite ~= state.frames.count - 1, state.flushes.isEmpty,
                state.waitingForSpace.isEmpty
            else { return false }
            state.endWrite()
            state.isGathering = true
            return true
        }
    }

    /// Records that the socket has accepted the taken frames and no more frames are taken yet. Publishers that wait for space may
    /// continue.
    func written() {
        let resumed: [Waiter] = state.withLock { state in
            state.endWrite()
            return state.resumeIfHalfEmpty(capacity)
        }
        for waiter in resumed { waiter.resolve() }
    }

    /// Records that there is a connection. Drops waiting messages that this server would not accept, because it would close the
    /// connection for each of them.
    /// - Returns: The number of dropped messages.
    func connected(maxPayload: Int, acceptsHeaders: Bool) -> Int {
        state.withLock { state in
            state.phase = .connected
            state.maxPayload = maxPayload
            state.acceptsHeaders = acceptsHeaders
            state.isLoopAware = true
            guard state.largestMessage > maxPayload else { return 0 }
            let dropped = state.frames.modify { FrameEncoder.removePublishes(above: maxPayload, from: &$0) }
            state.messages -= dropped
            state.leavingMessages = dropped
            state.largestMessage = maxPayload
            return dropped
        }
    }

    /// Records that another server has replaced the connected one and no frames are being written.
    func moved(maxPayload: Int, acceptsHeaders: Bool) {
        let resumed: [Waiter] = state.withLock { state in
            state.maxPayload = maxPayload
            state.acceptsHeaders = acceptsHeaders
            state.endWrite()
            state.isLoopAware = true
            return state.takeWaitingForSpace()
        }
        for waiter in resumed { waiter.resolve() }
    }

    /// Refuses new messages from now on. Buffered messages are still sent.
    ///
    /// - Parameter consumers: If given, these consumers may still publish, and requests and answers are accepted.
    func beginDraining(except consumers: Consumers? = nil) {
        let waiting = state.withLock { state in
            // A second drain must not accept anything again.
            state.consumers = state.isDraining && state.consumers == nil ? nil : consumers
            state.isDraining = true
            return state.takeWaitingForSpace()
        }
        // The publishers try again, and are refused unless they are among the exceptions.
        for waiter in waiting { waiter.resolve() }
    }

    /// The messages that have not been taken for writing.
    var backlog: Backlog {
        state.withLock { Backlog(messages: $0.messages, bytes: $0.frames.count, leavingMessages: $0.leavingMessages) }
    }

    func limitsChanged(maxPayload: Int, acceptsHeaders: Bool) {
        state.withLock { state in
            state.maxPayload = maxPayload
            state.acceptsHeaders = acceptsHeaders
        }
    }

    /// Records the loss of the connection. Frames that were not taken stay for the next connection.
    func disconnected(_ cause: NATSError) {
        let (flushes, waiting) = state.withLock { state in
            state.phase = .disconnected
            state.endWrite()
            state.isLoopAware = false
            state.isGathering = false
            defer { state.flushes = [] }
            return (state.flushes, state.takeWaitingForSpace())
        }
        for waiter in flushes { waiter.resolve(cause) }
        // The publishers try again under the rules for publishing without a connection.
        for waiter in waiting { waiter.resolve() }
    }

    /// - Returns: The number of accepted messages that are dropped unsent.
    func close() -> Int {
        let (flushes, waiting, unsent) = state.withLock { state in
            state.phase = .closed
            defer {
                state.flushes = []
                state.messages = 0
                state.frames.removeAll()
            }
            return (state.flushes, state.takeWaitingForSpace(), state.messages)
        }
        for waiter in flushes { waiter.resolve(.clientClosed) }
        for waiter in waiting { waiter.resolve(.clientClosed) }
        return unsent
    }

    /// The sequence of the last message that was taken for writing.
    var handedOver: UInt64 {
        state.withLock { $0.totalMessages - UInt64($0.messages) }
    }

    var counters: Counters {
        state.withLock { state in
            Counters(
                messages: state.totalMessages,
                bytes: state.totalBytes,
                bufferedMessages: state.messages,
                bufferedBytes: state.held,
                leavingMessages: state.leavingMessages
            )
        }
    }
}

extension OutboundBuffer.State {
    /// Bytes that wait or are being written.
    fileprivate var held: Int { frames.count + bytesBeingWritten }

    /// Records that no write is in progress. The connection has counted the messages of the last one.
    fileprivate mutating func endWrite() {
        (bytesBeingWritten, leavingMessages) = (0, 0)
    }

    fileprivate func mayPublishWhileDraining(_ completesWork: Bool) -> Bool {
        consumers.map { completesWork || $0.includeCurrentTask } ?? false
    }

    /// - Parameter size: The size of the frames from which on they no longer wait.
    /// - Returns: Whether the event loop must be woken.
    fileprivate mutating func endGathering(from size: Int = 0) -> Bool {
        guard isGathering, frames.count >= size else { return false }
        isGathering = false
        return true
    }

    /// - Returns: Whether the event loop must be woken.
    fileprivate mutating func becomeAware() -> Bool {
        guard phase == .connected, !isLoopAware else { return false }
        isLoopAware = true
        return true
    }

    /// Returns the waiters to resume if the buffer is half empty, so that a busy publisher is not woken for every frame.
    fileprivate mutating func resumeIfHalfEmpty(_ capacity: Int) -> [Waiter] {
        waitingForSpace.isEmpty || frames.count > capacity / 2 ? [] : takeWaitingForSpace()
    }

    fileprivate mutating func takeWaitingForSpace() -> [Waiter] {
        defer { waitingForSpace = [] }
        return waitingForSpace
    }

    /// Returns why the server would not accept a message of this size or with headers.
    fileprivate func refusal(headers: Headers?, payloadLength: Int) -> NATSError? {
        if let headers {
            if let problem = headers.problem { return NATSError(.headers, problem) }
            guard acceptsHeaders else {
                return NATSError(.headers, "the server does not accept headers (headers: false in its INFO)")
            }
            let size = payloadLength + headers.encodedSize
            guard size > maxPayload else { return nil }
            return NATSError(.payloadTooLarge, "headers and payload have \(size) bytes, the server accepts at most \(maxPayload)")
        }
        return NATSError(.payloadTooLarge, "the payload has \(payloadLength) bytes, the server accepts at most \(maxPayload)")
    }
}

extension NATSError {
    static let clientClosed = NATSError(.closed, "the client is closed")
    static let clientDraining = NATSError(.draining, "the client is being drained and accepts nothing new")
}
