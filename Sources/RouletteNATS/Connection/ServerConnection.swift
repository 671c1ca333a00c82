import DequeModule
import NATSWire
import NIOCore
import NIOSSL

/// One socket to a server, from the first packet until it is closed.
///
/// A client has one of them, and a second one only while it moves away from a server that is about to stop.
///
/// `@unchecked Sendable`: used only on the event loop, but captured by the event loop's callbacks.
final class ServerConnection: @unchecked Sendable {
    let id: ConnectionMachine.ID
    /// The address of the server.
    let address: NATSClientConfiguration.Address
    /// When the connect started.
    let dialed: NIODeadline
    /// Set once TCP is connected.
    var channel: (any Channel)?
    /// The last INFO of the server.
    var info: ServerInfo?
    /// The state of the TLS handshake.
    var encryption = ConnectionEncryption.none
    /// The login that was sent with CONNECT. Nil before.
    var login: SentLogin?
    /// The progress of the attempt to connect.
    var progress = HandshakeProgress.connecting
    /// Whether the read with the first INFO contained more data. No server sends more before it gets an answer.
    var hasMoreThanInfo = false
    /// When the last byte was received, or when the connect started.
    var lastReceived: NIODeadline
    /// When CONNECT was sent, and when its PONG arrived.
    var introduced: NIODeadline?
    var accepted: NIODeadline?

    /// Control frames that wait for the socket. ``ControlFrameWriter`` bounds them.
    var control = ByteBuffer()
    var controlWriting = ControlFrameWriter()
    /// Whether the snapshot currently shows waiting control frames.
    var isControlReported = false
    var isFlushScheduled = false
    /// The number of SUBs written so far, before each outstanding PING, and before the last answered PING.
    private var subscribes: UInt64 = 0
    private var subscribesBeforePings = Deque<UInt64>()
    private var confirmedSubscribes: UInt64 = 0
    private var lastSubscribed: UInt64?

    init(id: ConnectionMachine.ID, address: NATSClientConfiguration.Address, now: NIODeadline) {
        self.id = id
        self.address = address
        self.dialed = now
        self.lastReceived = now
    }

    func writePing() {
        FrameEncoder.ping(into: &control)
        pingWritten()
    }

    /// Records that a PING follows the SUBs written so far.
    func pingWritten() { subscribesBeforePings.append(subscribes) }

    /// Records that the oldest PING is answered.
    func pingAnswered() { confirmedSubscribes = subscribesBeforePings.popFirst() ?? confirmedSubscribes }

    /// Bytes of control frames that the socket has not accepted.
    var waitingControlBytes: Int { control.readableBytes + controlWriting.underWay }

    /// Writes all given subscriptions, to a server that does not have them.
    func writeSubscribes(_ entries: [SubscriptionEntry]) {
        let before = control.readableBytes
        for entry in entries { writeSubscribe(entry) }
        controlWriting.resubscribed += control.readableBytes - before
    }

    func writeSubscribe(_ entry: SubscriptionEntry) {
        FrameEncoder.subscribe(subject: entry.subject, queue: entry.queueGroup, sid: entry.sid, into: &control)
        if let limit = entry.wireLimit { FrameEncoder.unsubscribe(sid: entry.sid, max: limit, into: &control) }
        subscribes += 1
        lastSubscribed = entry.sid
    }

    /// The subscription without a confirmation, if there is only one. It is the one that the server refuses in an error that
    /// names no subscription.
    var unconfirmedSubscription: UInt64? {
        subscribes - confirmedSubscribes == 1 ? lastSubscribed : nil
    }

    /// Whether TLS is being set up, so that nothing may be written and no plain text may be accepted.
    var isSecuring: Bool {
        switch encryption {
        case .preparing, .handshaking: true
        case .none, .established: false
        }
    }

    /// Set once the TLS handshake is complete.
    var tlsStatus: TLSStatus? {
        if case .established(_, _, let status) = encryption { status } else { nil }
    }

    /// Returns the initial round-trip times of an established connection.
    var newRoundTrips: RoundTrips {
        var trips = RoundTrips()
        trips.handshake = accepted.flatMap { accepted in introduced.map { Duration(accepted - $0) } }
        return trips
    }

    /// Fails the calls that wait for control frames of this socket.
    func abandon(_ cause: NATSError) {
        control = ByteBuffer()
        for waiter in controlWriting.abandon() { waiter.resolve(cause) }
        subscribesBeforePings = []
    }
}

/// The state of a socket's encryption.
enum ConnectionEncryption {
    /// Plain text.
    case none
    /// TLS will be started. Plain text from here on does not come from the server.
    case preparing
    case handshaking(NIOSSLClientHandler, TLSContext)
    /// The handshake is complete and the certificate is accepted.
    case established(NIOSSLClientHandler, TLSContext, TLSStatus)
}
