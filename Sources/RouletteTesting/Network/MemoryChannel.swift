import NIOCore

import struct Synchronization.Atomic

/// One end of a connection in memory: the channel of a client. The other end is a ``ServerSession``.
///
/// `@unchecked Sendable`: everything is used only on the event loop, except the constants and `isActive`.
final class MemoryChannel: Channel, ChannelCore, @unchecked Sendable {
    let eventLoop: any EventLoop
    let allocator = ByteBufferAllocator()
    let remoteAddress: SocketAddress?
    let localAddress: SocketAddress? = nil
    let parent: (any Channel)? = nil
    let isWritable = true
    private let closePromise: EventLoopPromise<Void>
    private let active = Atomic(false)
    // Set once, in the initializer. The pipeline needs a reference to the channel.
    private var ownPipeline: ChannelPipeline?

    /// Receives what the client has flushed.
    var receive: (ByteBuffer) -> Void = { _ in }
    /// Called once, when the channel closes.
    var closed: () -> Void = {}
    /// Whether the server reads. Otherwise, writes do not complete, as with a full socket.
    var isRead = true {
        didSet { if isRead { passOn() } }
    }
    private var isClosed = false
    private var written: [(data: ByteBuffer, promise: EventLoopPromise<Void>?)] = []
    private var flushed: [(data: ByteBuffer, promise: EventLoopPromise<Void>?)] = []

    init(eventLoop: any EventLoop, remoteAddress: SocketAddress?) {
        self.eventLoop = eventLoop
        self.remoteAddress = remoteAddress
        closePromise = eventLoop.makePromise()
        ownPipeline = ChannelPipeline(channel: self)
    }

    /// Completes the connect.
    func open() {
        guard !isClosed else { return }
        active.store(true, ordering: .relaxed)
        pipeline.fireChannelRegistered()
        pipeline.fireChannelActive()
    }

    /// Delivers bytes of the server.
    func deliver(_ bytes: ByteBuffer) {
        guard isActive else { return }
        pipeline.fireChannelRead(bytes)
        pipeline.fireChannelReadComplete()
    }

    /// Closes the channel from the other end.
    func closeByPeer() { close0(error: ChannelError.eof, mode: .all, promise: nil) }

    // MARK: Channel

    var closeFuture: EventLoopFuture<Void> { closePromise.futureResult }
    var isActive: Bool { active.load(ordering: .relaxed) }
    var _channelCore: any ChannelCore { self }

    var pipeline: ChannelPipeline {
        guard let ownPipeline else { preconditionFailure("the initializer sets it") }
        return ownPipeline
    }

    /// There is no socket whose options could be set.
    func setOption<Option: ChannelOption>(_ option: Option, value: Option.Value) -> EventLoopFuture<Void> {
        eventLoop.makeSucceededVoidFuture()
    }

    func getOption<Option: ChannelOption>(_ option: Option) -> EventLoopFuture<Option.Value> {
        eventLoop.makeFailedFuture(ChannelError.operationUnsupported)
    }

    // MARK: ChannelCore

    func localAddress0() throws -> SocketAddress { throw ChannelError.unknownLocalAddress }

    func remoteAddress0() throws -> SocketAddress {
        guard let remoteAddress else { throw ChannelError.operationUnsupported }
        return remoteAddress
    }

    func register0(promise: EventLoopPromise<Void>?) { promise?.succeed() }
    func registerAlreadyConfigured0(promise: EventLoopPromise<Void>?) { promise?.succeed() }
    func bind0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func connect0(to: SocketAddress, promise: EventLoopPromise<Void>?) { promise?.fail(ChannelError.operationUnsupported) }
    func read0() {}
    func channelRead0(_ data: NIOAny) {}
    func errorCaught0(error: any Error) {}

    func triggerUserOutboundEvent0(_ event: Any, promise: EventLoopPromise<Void>?) {
        promise?.fail(ChannelError.operationUnsupported)
    }

    func write0(_ data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isClosed else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        written.append((unwrapData(data, as: ByteBuffer.self), promise))
    }

    func flush0() {
        flushed += written
        written = []
        passOn()
    }

    /// Passes flushed bytes to the server, after the work that is running.
    private func passOn() {
        guard isRead, !flushed.isEmpty else { return }
        eventLoop.execute { [self] in
            guard isRead, !isClosed else { return }
            let writes = flushed
            flushed = []
            for write in writes where !isClosed { receive(write.data) }
            for write in writes { write.promise?.succeed() }
        }
    }

    func close0(error: any Error, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard !isClosed else {
            promise?.fail(ChannelError.alreadyClosed)
            return
        }
        isClosed = true
        // What was flushed before still arrives, as over TCP.
        if isRead { for write in flushed { receive(write.data) } }
        active.store(false, ordering: .relaxed)
        for write in flushed + written { write.promise?.fail(ChannelError.ioOnClosedChannel) }
        (flushed, written) = ([], [])
        closed()
        promise?.succeed()
        pipeline.fireChannelInactive()
        pipeline.fireChannelUnregistered()
        eventLoop.execute { [self] in
            removeHandlers(pipeline: pipeline)
            closePromise.succeed()
            receive = { _ in }
            closed = {}
        }
    }
}
