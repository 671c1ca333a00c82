import DequeModule
import NATSWire
import NIOCore
import NIOSSL

/// One socket to a server, from the first packet to its end.
///
/// A connection has one. Only while it moves away from a server that is about to stop it has a second one.
///
/// `@unchecked Sendable`: confined to the event loop, whose callbacks carry it around.
final class ServerConnection: @unchecked Sendable {
    /// Where it leads.
    let address: NATSClientConfiguration.Address
    /// When the connect began.
    let dialed: NIODeadline
    /// Once TCP stands.
    var channel: (any Channel)?
    /// What the server said of itself last.
    var info: ServerInfo?
    /// How far the encryption is.
    var encryption = ConnectionEncryption.none
    /// What CONNECT proved the client's identity with, once it is written.
    var login: SentLogin?
    /// How far the attempt to connect has come.
    var progress = HandshakeProgress.connecting
    /// Whether the read that brought the first INFO brought anything else. No server says more before it is answered.
    var hasMoreThanInfo = false
    /// Whether anything came since the last ping interval.
    var receivedBytes = false
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
    /// The PINGs under way, oldest first: a server answers in order.
    var expectedPongs = Deque<ExpectedPong>()
    /// SUBs written so far, and how many of them lie before a PING that was answered.
    private(set) var subscribes: UInt64 = 0
    var confirmedSubscribes: UInt64 = 0
    private var lastSubscribed: UInt64?

    init(address: NATSClientConfiguration.Address, now: NIODeadline) {
        self.address = address
        self.dialed = now
        self.lastReceived = now
    }

    /// Writes a PING; its PONG resolves `flushes`.
    func writePing(now: NIODeadline, handedOver: UInt64, flushes: [Waiter] = [], purpose: PingPurpose = .roundTrip) {
        FrameEncoder.ping(into: &control)
        expectPong(now: now, handedOver: handedOver, flushes: flushes, purpose: purpose)
    }

    /// Keeps what the PONG to a PING means, which was or will be written behind the SUBs so far.
    func expectPong(now: NIODeadline, handedOver: UInt64, flushes: [Waiter], purpose: PingPurpose = .roundTrip) {
        let expected = ExpectedPong(
            sentAt: now,
            handedOver: handedOver,
            subscribes: subscribes,
            flushes: flushes,
            purpose: purpose
        )
        expectedPongs.append(expected)
    }

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

    /// What is known of the encryption, once it stands.
    var tlsStatus: TLSStatus? {
        if case .established(_, _, let status) = encryption { status } else { nil }
    }

    /// The round trips of a connection that is up from now on.
    var newRoundTrips: RoundTrips {
        var trips = RoundTrips()
        trips.handshake = accepted.flatMap { accepted in introduced.map { Duration(accepted - $0) } }
        return trips
    }

    /// Fails everybody who waits for something of this socket.
    func abandon(_ cause: NATSError) {
        control = ByteBuffer()
        for waiter in controlWriting.abandon() { waiter.resolve(cause) }
        for expected in expectedPongs {
            for waiter in expected.flushes { waiter.resolve(cause) }
        }
        expectedPongs = []
    }
}

/// The way of a socket from plain text to TLS.
enum ConnectionEncryption {
    /// Plain text.
    case none
    /// Decided on. What comes in plain text from here on is not the server's.
    case preparing
    case handshaking(NIOSSLClientHandler, TLSContext)
    /// The server is who it should be.
    case established(NIOSSLClientHandler, TLSContext, TLSStatus)
}

/// A PING under way and what its PONG will mean.
struct ExpectedPong {
    let sentAt: NIODeadline
    /// Everything handed to the socket up to here is confirmed by it.
    let handedOver: UInt64
    /// The number of SUBs written before it.
    let subscribes: UInt64
    let flushes: [Waiter]
    let purpose: PingPurpose
}

/// What a PING is sent for besides what it confirms.
enum PingPurpose {
    /// Its time is measured.
    case roundTrip
    /// All subscriptions were sent before it. Its time says how long the server took for those.
    case subscriptions
    /// The same, and the consumers that were told of an interruption hear that it is over.
    case resumption
}
