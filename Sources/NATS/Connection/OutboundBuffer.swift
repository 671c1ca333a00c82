import Locking
import NATSWire
import NIOCore

/// The frames that publishers handed over and the socket has not taken yet.
///
/// Publishers append under one lock, from any thread; the event loop swaps the filled buffer out and writes it while the
/// next one fills. Frames are only ever appended whole, so what stays here when a connection is lost can be sent on the next.
final class OutboundBuffer: Sendable {
    enum Append {
        /// The frame is in the buffer. `wake`: the event loop has to be told. `sequence`: the number of the message, from 1.
        case accepted(wake: Bool, sequence: UInt64)
        /// No room until the socket has taken some; the waiter is resolved then.
        case full(Waiter)
        case refused(NATSError)
    }

    /// What the event loop took over for writing.
    struct Taken {
        var messages: Int
        /// Flushes asked for since the last time: they want a PING behind the frames.
        var flushes: [Waiter]
    }

    struct Counters {
        /// Messages and bytes of frames accepted since the start.
        var messages: UInt64 = 0
        var bytes: UInt64 = 0
        /// Messages and bytes waiting here now, without those being written.
        var bufferedMessages = 0
        var bufferedBytes = 0
    }

    fileprivate enum Phase {
        case disconnected
        case connected
        case closed
    }

    /// What is waiting for the socket.
    struct Backlog: Equatable {
        var messages = 0
        var bytes = 0
    }

    fileprivate struct State: ~Copyable, Sendable {
        var phase = Phase.disconnected
        var frames = FrameBuffer()
        var messages = 0
        var bytesBeingWritten = 0
        /// Whether the event loop knows that there is something to take.
        var isLoopAware = false
        var flushes: [Waiter] = []
        var waitingForSpace: [Waiter] = []
        /// Accepts nothing new; what is there still goes out.
        var isDraining = false
        /// While above zero, nothing is taken over for writing: other connections have yet to confirm earlier messages.
        var holds = 0
        var maxPayload = Int.max
        /// The largest message, headers included, of those that wait.
        var largestMessage = 0
        var acceptsHeaders = true
        var totalMessages: UInt64 = 0
        var totalBytes: UInt64 = 0
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let disconnectedCapacity: Int

    init(capacity: Int, disconnectedCapacity: Int) {
        self.capacity = capacity
        self.disconnectedCapacity = disconnectedCapacity
    }

    // MARK: Publishers, on any thread

    func append(subject: Subject, reply: Subject?, headers: Headers?, payload: UnsafeRawBufferPointer) -> Append {
        subject.withBytes { append(validSubject: $0, reply: reply, headers: headers, payload: payload) }
    }

    /// - Parameters:
    ///   - subject: bytes that follow the rules of subjects to publish to.
    ///   - lease: checked under the lock, so that a message never goes out behind the back of a hand-over.
    func append(
        validSubject subject: UnsafeRawBufferPointer,
        reply: Subject?,
        headers: Headers?,
        payload: UnsafeRawBufferPointer,
        lease: Lease? = nil
    ) -> Append {
        let size = FrameEncoder.publishSize(
            subjectLength: subject.count,
            replyLength: reply?.count,
            headerLength: headers?.encodedSize,
            payloadLength: payload.count
        )
        return state.withLock { state in
            // Nearly all messages: one comparison each for what could be in the way.
            let isAcceptable =
                state.phase == .connected && !state.isDraining && headers == nil && payload.count <= state.maxPayload
                && state.held + size <= capacity && lease?.isValid != false
            if !isAcceptable {
                if lease?.isValid == false { return .refused(.carriedElsewhere) }
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
            // Headers count as well; what the names of an HPUB add makes no difference to a bound.
            state.largestMessage = max(state.largestMessage, headers == nil ? payload.count : size)
            state.totalMessages &+= 1
            state.totalBytes &+= UInt64(size)
            return .accepted(wake: state.becomeAware(), sequence: state.totalMessages)
        }
    }

    /// What keeps a frame of `size` bytes out.
    @inline(never)
    private func blocker(of size: Int, headers: Headers?, payloadLength: Int, in state: inout State) -> Append? {
        if payloadLength > state.maxPayload || headers != nil {
            if let error = state.refusal(headers: headers, payloadLength: payloadLength) { return .refused(error) }
        }
        if state.isDraining { return .refused(.clientDraining) }
        switch state.phase {
        case .connected:
            // A frame larger than the whole buffer goes through when it is the only one.
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
                    "the \(disconnectedCapacity) bytes for messages published while disconnected are used up"
                )
            )
        case .closed:
            return .refused(.clientClosed)
        }
    }

    /// Asks for a PING behind everything accepted so far.
    /// - Returns: whether the event loop has to be told.
    func requestFlush(_ waiter: Waiter) throws(NATSError) -> Bool {
        let result: Result<Bool, NATSError> = state.withLock { state in
            switch state.phase {
            case .connected:
                state.flushes.append(waiter)
                return .success(state.becomeAware())
            case .disconnected:
                return .failure(NATSError(.notConnected, "there is no connection at this moment"))
            case .closed:
                return .failure(.clientClosed)
            }
        }
        return try result.get()
    }

    // MARK: Handing a lane over, on any thread

    /// Whether messages are accepted for a connection that is up.
    var isConnected: Bool { state.withLock { $0.phase == .connected } }

    /// Carries out a change of leases unless there is a connection.
    /// - Returns: whether it was carried out.
    func changeUnlessConnected(_ change: () -> Void) -> Bool {
        state.withLock { state in
            guard state.phase != .connected else { return false }
            change()
            return true
        }
    }

    /// Carries out a change of leases and asks for a PING behind everything accepted before it. The waiter is resolved when
    /// that is confirmed or lost.
    /// - Returns: whether the event loop has to be told.
    func change(confirmed waiter: Waiter, _ change: () -> Void) -> Bool {
        let (isConnected, needsWake) = state.withLock { state in
            change()
            guard state.phase == .connected else { return (false, false) }
            state.flushes.append(waiter)
            return (true, state.becomeAware())
        }
        if !isConnected { waiter.resolve() }
        return needsWake
    }

    /// Keeps what is accepted from being written, until ``release()``.
    func hold() { state.withLock { $0.holds += 1 } }

    func release() { state.withLock { $0.holds -= 1 } }

    // MARK: The event loop

    /// Takes everything over for writing: swaps the filled buffer with `frames`, whose storage fills next.
    ///
    /// The socket has taken what was taken over before, as ``written()`` says it: a busy loop gets the lock once for both.
    func takeFrames(into frames: inout ByteBuffer) -> Taken? {
        let (taken, resumed): (Taken?, [Waiter]) = state.withLockYielding { state in
            guard state.phase == .connected, state.holds == 0 else { return (nil, []) }
            state.bytesBeingWritten = 0
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
            return (Taken(messages: state.messages, flushes: state.flushes), resumed)
        }
        for waiter in resumed { waiter.resolve() }
        return taken
    }

    /// The socket took what was taken over, and nothing more is taken over yet; publishers that wait for room may go on.
    func written() {
        let resumed: [Waiter] = state.withLock { state in
            state.bytesBeingWritten = 0
            return state.resumeIfHalfEmpty(capacity)
        }
        for waiter in resumed { waiter.resolve() }
    }

    /// There is a connection. Messages that waited for it and that this server would not take are dropped, since it would
    /// end the connection over them, again and again.
    /// - Returns: how many were dropped.
    func connected(maxPayload: Int, acceptsHeaders: Bool) -> Int {
        state.withLock { state in
            state.phase = .connected
            state.maxPayload = maxPayload
            state.acceptsHeaders = acceptsHeaders
            state.isLoopAware = true
            guard state.largestMessage > maxPayload else { return 0 }
            let dropped = state.frames.modify { FrameEncoder.removePublishes(above: maxPayload, from: &$0) }
            state.messages -= dropped
            state.largestMessage = maxPayload
            return dropped
        }
    }

    /// Another server took the place of the connected one, and nothing is being written any more.
    func moved(maxPayload: Int, acceptsHeaders: Bool) {
        let resumed: [Waiter] = state.withLock { state in
            state.maxPayload = maxPayload
            state.acceptsHeaders = acceptsHeaders
            state.bytesBeingWritten = 0
            state.isLoopAware = true
            return state.takeWaitingForSpace()
        }
        for waiter in resumed { waiter.resolve() }
    }

    /// Accepts no more messages from now on; those that are here still go out.
    func beginDraining() {
        let waiting = state.withLock { state in
            state.isDraining = true
            return state.takeWaitingForSpace()
        }
        for waiter in waiting { waiter.resolve(.clientDraining) }
    }

    /// What has not been taken over for writing.
    var backlog: Backlog {
        state.withLock { Backlog(messages: $0.messages, bytes: $0.frames.count) }
    }

    func limitsChanged(maxPayload: Int, acceptsHeaders: Bool) {
        state.withLock { state in
            state.maxPayload = maxPayload
            state.acceptsHeaders = acceptsHeaders
        }
    }

    /// The connection is gone. What was not taken over stays for the next one.
    func disconnected(_ cause: NATSError) {
        let (flushes, waiting) = state.withLock { state in
            state.phase = .disconnected
            state.bytesBeingWritten = 0
            state.isLoopAware = false
            defer { state.flushes = [] }
            return (state.flushes, state.takeWaitingForSpace())
        }
        for waiter in flushes { waiter.resolve(cause) }
        // They try again and meet the rule for publishing without a connection.
        for waiter in waiting { waiter.resolve() }
    }

    /// - Returns: how many accepted messages are dropped unsent.
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

    /// The sequence of the last message that was taken over for writing.
    var handedOver: UInt64 {
        state.withLock { $0.totalMessages - UInt64($0.messages) }
    }

    var counters: Counters {
        state.withLock { state in
            Counters(
                messages: state.totalMessages,
                bytes: state.totalBytes,
                bufferedMessages: state.messages,
                bufferedBytes: state.held
            )
        }
    }
}

extension OutboundBuffer.State {
    /// Bytes that wait here and bytes that are being written.
    fileprivate var held: Int { frames.count + bytesBeingWritten }

    /// - Returns: whether the event loop has to be told.
    fileprivate mutating func becomeAware() -> Bool {
        guard phase == .connected, !isLoopAware else { return false }
        isLoopAware = true
        return true
    }

    /// Waiters resume when the buffer is half empty, so that a busy publisher does not wake for every frame.
    fileprivate mutating func resumeIfHalfEmpty(_ capacity: Int) -> [Waiter] {
        waitingForSpace.isEmpty || frames.count > capacity / 2 ? [] : takeWaitingForSpace()
    }

    fileprivate mutating func takeWaitingForSpace() -> [Waiter] {
        defer { waitingForSpace = [] }
        return waitingForSpace
    }

    /// Why the server would not take a message of this size or with these headers.
    fileprivate func refusal(headers: Headers?, payloadLength: Int) -> NATSError? {
        if let headers {
            guard acceptsHeaders else {
                return NATSError(.headers, "the server does not accept headers (headers: false in its INFO)")
            }
            let size = payloadLength + headers.encodedSize
            guard size > maxPayload else { return nil }
            return NATSError(.payloadTooLarge, "headers and payload have \(size) bytes, the server takes at most \(maxPayload)")
        }
        return NATSError(.payloadTooLarge, "the payload has \(payloadLength) bytes, the server takes at most \(maxPayload)")
    }
}

extension NATSError {
    static let clientClosed = NATSError(.closed, "the client is closed")
    static let clientDraining = NATSError(.draining, "the client is being drained and takes nothing new")
}
