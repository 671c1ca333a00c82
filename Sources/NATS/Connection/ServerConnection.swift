import DequeModule
import NATSWire
import NIOCore
import NIOSSL

/// One socket to a server, from the first packet to its end.
///
/// A connection has one. Only while it moves away from a server that is about to stop it has a second one.
///
/// `@unchecked Sendable`: only used on the event loop; callbacks of the event loop capture it.
final class ServerConnection: @unchecked Sendable {
    let id: ConnectionMachine.ID
    /// The address that it connects to.
    let address: NATSClientConfiguration.Address
    /// When the connect began.
    let dialed: NIODeadline
    /// Set once TCP is connected.
    var channel: (any Channel)?
    /// The last INFO of the server.
    var info: ServerInfo?
    /// The state of the TLS handshake.
    var encryption = ConnectionEncryption.none
    /// What CONNECT proved the client's identity with, once it is written.
    var login: SentLogin?
    /// How far the attempt to connect has come.
    var progress = HandshakeProgress.connecting
    /// Whether the read that brought the first INFO brought anything else. No server says more before it is answered.
    var hasMoreThanInfo = false
    /// When the last byte came, or the connect began.
    var lastReceived: NIODeadline
    /// When CONNECT was sent, and when its PONG came.
    var introduced: NIODeadline?
    var accepted: NIODeadline?

    /// Control frames that wait for the socket. ``ControlFrameWriter`` has the bounds.
    var control = ByteBuffer()
    var controlWriting = ControlFrameWriter()
    /// Whether the snapshot shows that some of them wait.
    var isControlReported = false
    var isFlushScheduled = false
    /// SUBs written so far, before each PING under way, and before the last PING that was answered.
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

    /// A PING was or will be written behind the SUBs so far.
    func pingWritten() { subscribesBeforePings.append(subscribes) }

    /// The oldest PING is answered.
    func pingAnswered() { confirmedSubscribes = subscribesBeforePings.popFirst() ?? confirmedSubscribes }

    /// Control frames that the socket has not taken.
    var waitingControlBytes: Int { control.readableBytes + controlWriting.underWay }

    /// Sends every subscription again, or to a server that has none of them.
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

    /// The one subscription that the server has not confirmed yet, when there is only one: whose SUB it means by an error
    /// that names none.
    var unconfirmedSubscription: UInt64? {
        subscribes - confirmedSubscribes == 1 ? lastSubscribed : nil
    }

    /// Whether nothing may be written or understood, because TLS is being set up.
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

    /// The round trips of a connection that is up from now on.
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

/// The way of a socket from plain text to TLS.
enum ConnectionEncryption {
    /// Plain text.
    case none
    /// Decided on. What comes in plain text from here on is not the server's.
    case preparing
    case handshaking(NIOSSLClientHandler, TLSContext)
    /// The handshake is complete and the certificate is accepted.
    case established(NIOSSLClientHandler, TLSContext, TLSStatus)
}
