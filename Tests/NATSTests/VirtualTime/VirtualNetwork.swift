import Logging
import NIOCore
import NIOEmbedded

@testable import NATS

/// Connections of real drivers to scripted peers, on one thread and on a clock that only the test moves.
///
/// `@unchecked Sendable`: everything happens on the thread of the test, which the embedded event loop insists on.
final class VirtualNetwork: @unchecked Sendable {
    /// How the peer behind an address behaves. Applies to what happens from now on.
    enum Peer {
        /// Answers like a server, every PING at once.
        case answering
        /// Nothing listens there.
        case refusing
        /// Accepts and closes at once, like a balancer with nothing behind it.
        case closing
        /// Accepts and never says anything; established connections fall silent.
        case silent
    }

    /// An attempt to connect.
    struct Dial {
        let time: Duration
        let address: NATSClientConfiguration.Address
    }

    let loop = EmbeddedEventLoop()
    var peer = Peer.answering
    /// Fields of INFO besides the usual ones.
    var info = ""
    private(set) var dials: [Dial] = []
    /// The longest time without a byte on a connection, either way, while there was one.
    private(set) var longestSilence = Duration.zero
    private var sockets: [Socket] = []

    /// Time since the beginning.
    var now: Duration { .nanoseconds(Int64(loop.now.uptimeNanoseconds)) }
    var openConnections: Int { sockets.count { $0.channel.isActive } }

    private final class Socket {
        let channel: EmbeddedChannel
        var lastByte: Duration
        var greeted = false

        init(channel: EmbeddedChannel, at time: Duration) {
            self.channel = channel
            self.lastByte = time
        }
    }

    // MARK: Drivers

    /// A driver on this network, not started.
    func driver(
        _ configuration: NATSClientConfiguration,
        randomness: any RandomNumberGenerator & Sendable = SplitMix64(seed: 1),
        observer: @escaping @Sendable (NATSEvent) -> Void
    ) -> ConnectionDriver {
        ConnectionDriver(
            configuration: configuration,
            eventLoop: loop,
            dialer: Dialer { _, address, _, initialize in self.dial(address, initialize) },
            outbound: OutboundBuffer(
                capacity: configuration.outboundBufferSize,
                disconnectedCapacity: configuration.reconnectBufferSize
            ),
            logger: Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() },
            randomness: randomness,
            observer: observer
        )
    }

    private func dial(
        _ address: NATSClientConfiguration.Address,
        _ initialize: @Sendable (any Channel) -> EventLoopFuture<Void>
    ) -> EventLoopFuture<any Channel> {
        dials.append(Dial(time: now, address: address))
        guard peer != .refusing else {
            return loop.makeFailedFuture(IOError(errnoCode: 111, reason: "connect"))
        }
        let channel = EmbeddedChannel(loop: loop)
        sockets.append(Socket(channel: channel, at: now))
        let closes = peer == .closing
        return initialize(channel).flatMapThrowing {
            try SocketAddress(ipAddress: "192.0.2.1", port: address.port)
        }.flatMap {
            channel.connect(to: $0)
        }.map {
            if closes { channel.close(promise: nil) }
            return channel
        }
    }

    // MARK: Time and peers

    /// Moves the time in steps, letting the peers answer after each.
    func advance(by duration: Duration, step: Duration = .milliseconds(5)) throws {
        let end = now + duration
        while now < end {
            try settle()
            loop.advanceTime(by: .nanoseconds(Int64(min(step, end - now) / .nanoseconds(1))))
        }
        try settle()
    }

    /// Cuts every connection, as the death of a server does.
    func cut() {
        for socket in sockets where socket.channel.isActive { socket.channel.close(promise: nil) }
        sockets = []
    }

    /// Lets the peers say what they have to say until nobody has anything left.
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

    /// - Returns: whether anything was said.
    private func serve(_ socket: Socket) throws -> Bool {
        var heard = ""
        while let chunk = try socket.channel.readOutbound(as: ByteBuffer.self) { heard += String(buffer: chunk) }
        var answer = ""
        if peer == .answering {
            if !socket.greeted {
                socket.greeted = true
                let fields = #""server_id":"V","max_payload":1048576"#
                answer += "INFO {\(fields)\(info.isEmpty ? "" : ",")\(info)}\r\n"
            }
            for line in heard.split(separator: "\r\n") where line == "PING" { answer += "PONG\r\n" }
        }
        guard !heard.isEmpty || !answer.isEmpty else { return false }
        longestSilence = max(longestSilence, now - socket.lastByte)
        socket.lastByte = now
        guard !answer.isEmpty else { return true }
        socket.channel.pipeline.fireChannelRead(ByteBuffer(string: answer))
        socket.channel.pipeline.fireChannelReadComplete()
        return true
    }
}
