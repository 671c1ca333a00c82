import NIOCore
package import NIOEmbedded
package import RouletteNATS

/// Connects real drivers to scripted peers, on one thread and on a clock that the test controls.
///
/// `@unchecked Sendable`: used only on the thread of the test, which the embedded event loop requires.
package final class VirtualNetwork: @unchecked Sendable {
    /// How the peer at an address behaves. A change applies to everything from now on.
    package enum Peer {
        /// Answers like a server, and each PING immediately.
        case answering
        /// Refuses connections.
        case refusing
        /// Accepts and closes at once, like a load balancer without healthy servers.
        case closing
        /// Accepts and never sends anything. Established connections become silent.
        case silent
        /// Sends INFO, and answers this number of PINGs in total.
        case answeringPings(Int)
        /// Does not complete the TCP handshake before ``VirtualNetwork/completeDials()``.
        case pending
    }

    /// An attempt to connect.
    package struct Dial {
        package let time: Duration
        package let address: NATSClientConfiguration.Address
    }

    package let loop = EmbeddedEventLoop()
    package var peer = Peer.answering
    /// Additional fields of INFO.
    package var info = ""
    /// The delay of a PONG.
    package var latency = Duration.zero
    package private(set) var dials: [Dial] = []
    /// The longest time without a byte in either direction on an open connection.
    package private(set) var longestSilence = Duration.zero
    private var sockets: [Socket] = []
    /// The sockets whose TCP handshake is in progress.
    private var dialing: [Int: Socket] = [:]
    private var pendingDials: [EventLoopPromise<Void>] = []

    /// The clock of this network. ``advance(by:step:)`` moves it.
    package private(set) lazy var clock = TimeSource(
        now: { [loop] in loop.now },
        instant: { [loop, origin] in origin + .nanoseconds(Int64(loop.now.uptimeNanoseconds)) },
        secondsSince1970: { [loop] in Int64(loop.now.uptimeNanoseconds / 1_000_000_000) },
        sleep: { [loop] duration in try await loop.scheduleTask(in: TimeAmount(duration)) {}.futureResult.get() }
    )
    private let origin = ContinuousClock().now

    package init() {}

    /// The time since the start.
    package var now: Duration { .nanoseconds(Int64(loop.now.uptimeNanoseconds)) }
    package var openConnections: Int { sockets.count { $0.channel.isActive } }

    private final class Socket {
        let channel: EmbeddedChannel
        /// The number of the socket, counted from 0.
        let number: Int
        let dam: Dam
        /// Overrides the behavior of the network.
        var peer: Peer?
        var lastByte: Duration
        var greeted = false
        var pongs = 0
        /// The texts that the peer will send, and when.
        var outbox: [(due: Duration, text: String)] = []
        /// Everything that the peer has received.
        var heard = ""

        init(channel: EmbeddedChannel, number: Int, dam: Dam, at time: Duration) {
            self.channel = channel
            self.number = number
            self.dam = dam
            self.lastByte = time
        }
    }

    /// Simulates a peer that does not read: written data stays with the writer.
    private final class Dam: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var isClosed = false
        private(set) var held = 0
        private var writes: [(data: ByteBuffer, promise: EventLoopPromise<Void>?)] = []

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard isClosed else { return context.write(data, promise: promise) }
            let buffer = unwrapOutboundIn(data)
            held += buffer.readableBytes
            writes.append((buffer, promise))
        }

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            for write in writes { write.promise?.fail(ChannelError.ioOnClosedChannel) }
            writes = []
            context.close(mode: mode, promise: promise)
        }

        func open(_ channel: EmbeddedChannel) {
            isClosed = false
            held = 0
            let writes = writes
            self.writes = []
            for write in writes { channel.write(write.data, promise: write.promise) }
            channel.flush()
        }
    }

    // MARK: One connection

    /// Sets the behavior of the peer of one connection.
    package func set(_ peer: Peer, on number: Int) { socket(number)?.peer = peer }

    /// Makes the peer of a connection send text.
    package func send(_ text: String, on number: Int) { socket(number)?.outbox.append((now, text)) }

    /// Returns what the peer of a connection has received since the last call.
    package func heard(on number: Int) -> String {
        guard let socket = socket(number) else { return "" }
        defer { socket.heard = "" }
        return socket.heard
    }

    /// Makes the peer of a connection stop reading.
    package func block(_ number: Int) { socket(number)?.dam.isClosed = true }

    /// Makes the peer of a connection read again.
    package func unblock(_ number: Int) { socket(number).map { $0.dam.open($0.channel) } }

    /// Returns the number of bytes that were written to a connection whose peer does not read.
    package func held(on number: Int) -> Int { socket(number)?.dam.held ?? 0 }

    /// Closes one connection, optionally after an error. The last text arrives in the same read as the error.
    package func cut(_ number: Int, afterSending text: String = "", with error: (any Error)? = nil) {
        guard let socket = socket(number) else { return }
        if !text.isEmpty { socket.channel.pipeline.fireChannelRead(ByteBuffer(string: text)) }
        // As with a real socket, a read that ends with an error has no `channelReadComplete`.
        if let error { socket.channel.pipeline.fireErrorCaught(error) }
        socket.channel.close(promise: nil)
    }

    /// Completes the dials to a ``Peer/pending`` peer.
    package func completeDials() {
        let dials = pendingDials
        pendingDials = []
        for dial in dials { dial.succeed() }
    }

    private func socket(_ number: Int) -> Socket? { sockets.first { $0.number == number } }

    // MARK: Dialing

    /// The dialer for connections on this network.
    package var dialer: Dialer { Dialer { _, address, _, initialize in self.dial(address, initialize) } }

    private func dial(
        _ address: NATSClientConfiguration.Address,
        _ initialize: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        dials.append(Dial(time: now, address: address))
        if case .refusing = peer {
            return loop.makeFailedFuture(IOError(errnoCode: 111, reason: "connect"))
        }
        let dam = Dam()
        let channel = EmbeddedChannel(handler: dam, loop: loop)
        let number = dials.count - 1
        let closes = if case .closing = peer { true } else { false }
        dialing[number] = Socket(channel: channel, number: number, dam: dam, at: now)
        let accepted = loop.makePromise(of: Void.self)
        if case .pending = peer { pendingDials.append(accepted) } else { accepted.succeed() }
        return accepted.futureResult.flatMap { [self] in
            // Only now, because a socket that is not connected must not send.
            if let socket = dialing.removeValue(forKey: number) { sockets.append(socket) }
            return initialize(channel)
        }.flatMapThrowing {
            try SocketAddress(ipAddress: "192.0.2.1", port: address.port)
        }.flatMap {
            channel.connect(to: $0)
        }.map {
            if closes { channel.close(promise: nil) }
            return channel
        }
    }

    // MARK: Time and peers

    /// Advances the time in steps, and lets the peers answer after each step.
    package func advance(by duration: Duration, step: Duration = .milliseconds(5)) throws {
        let end = now + duration
        while now < end {
            try settle()
            loop.advanceTime(by: .nanoseconds(Int64(min(step, end - now) / .nanoseconds(1))))
        }
        try settle()
    }

    /// Closes every connection, like a server that stops.
    package func cut() {
        for socket in sockets where socket.channel.isActive { socket.channel.close(promise: nil) }
        sockets = []
    }

    /// Lets the peers send everything that is due.
    private func settle() throws {
        loop.run()
        sockets.removeAll { !$0.channel.isActive }
        var isBusy = true
        while isBusy {
            isBusy = false
            for socket in sockets where socket.channel.isActive {
                if try serve(socket) { isBusy = true }
            }
            loop.run()
        }
    }

    /// - Returns: Whether anything was sent or received.
    private func serve(_ socket: Socket) throws -> Bool {
        var heard = ""
        while let chunk = try socket.channel.readOutbound(as: ByteBuffer.self) { heard += String(buffer: chunk) }
        socket.heard += heard
        let pongs: Int
        switch socket.peer ?? peer {
        case .answering: pongs = .max
        case .answeringPings(let limit): pongs = limit
        case .refusing, .closing, .silent, .pending: pongs = -1
        }
        if pongs >= 0 {
            if !socket.greeted {
                socket.greeted = true
                let fields = #""server_id":"V\#(socket.number)","server_name":"v\#(socket.number)","max_payload":1048576"#
                socket.outbox.append((now, "INFO {\(fields)\(info.isEmpty ? "" : ",")\(info)}\r\n"))
            }
            // Only the end of a large write can contain a PING, and searching all of it takes seconds.
            let commands = heard.utf8.count > 1 << 16 ? String(decoding: heard.utf8.suffix(16), as: UTF8.self) : heard
            for line in commands.split(separator: "\r\n") where line == "PING" && socket.pongs < pongs {
                socket.pongs += 1
                socket.outbox.append((max(now + latency, socket.outbox.last?.due ?? .zero), "PONG\r\n"))
            }
        }
        let due = socket.outbox.filter { $0.due <= now }
        socket.outbox.removeAll { $0.due <= now }
        let answer = due.map(\.text).joined()
        guard !heard.isEmpty || !answer.isEmpty else { return false }
        longestSilence = max(longestSilence, now - socket.lastByte)
        socket.lastByte = now
        guard !answer.isEmpty else { return true }
        socket.channel.pipeline.fireChannelRead(ByteBuffer(string: answer))
        socket.channel.pipeline.fireChannelReadComplete()
        return true
    }
}
