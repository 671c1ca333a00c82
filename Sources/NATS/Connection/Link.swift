import DequeModule
import NATSWire
import NIOCore
import NIOSSL

/// One socket to a server, from the first packet to its end.
///
/// A connection has one. Only while it moves away from a server that is about to stop it has a second one.
///
/// `@unchecked Sendable`: confined to the event loop, whose callbacks carry it around.
final class Link: @unchecked Sendable {
    /// Where it leads.
    let address: NATSClientConfiguration.Address
    /// Once TCP stands.
    var channel: (any Channel)?
    /// What the server said of itself last.
    var info: ServerInfo?
    /// How far the encryption is.
    var encryption = LinkEncryption.none
    /// What CONNECT proved the client's identity with, once it is written.
    var login: SentLogin?
    /// How far the attempt to connect has come.
    var progress = HandshakeProgress.connecting
    /// Whether the read that brought the first INFO brought anything else. No server says more before it is answered.
    var hasMoreThanInfo = false
    /// Whether anything came since the last ping interval.
    var receivedBytes = false

    /// Control frames that go out with the next flush.
    var control = ByteBuffer()
    var isFlushScheduled = false
    /// Resolved when the control frames gathered so far are written.
    var written: [Waiter] = []
    /// The PINGs under way, oldest first: a server answers in order.
    var expectedPongs = Deque<ExpectedPong>()
    /// SUBs written so far, and how many of them lie before a PING that was answered.
    private(set) var subscribes: UInt64 = 0
    var confirmedSubscribes: UInt64 = 0
    private var lastSubscribed: UInt64?

    init(address: NATSClientConfiguration.Address) {
        self.address = address
    }

    /// Writes a PING; its PONG resolves `flushes`.
    func writePing(now: NIODeadline, handedOver: UInt64, flushes: [Waiter] = [], resumesSubscriptions: Bool = false) {
        FrameEncoder.ping(into: &control)
        expectPong(now: now, handedOver: handedOver, flushes: flushes, resumesSubscriptions: resumesSubscriptions)
    }

    /// Keeps what the PONG to a PING means, which was or will be written behind the SUBs so far.
    func expectPong(now: NIODeadline, handedOver: UInt64, flushes: [Waiter], resumesSubscriptions: Bool = false) {
        let expected = ExpectedPong(
            sentAt: now,
            handedOver: handedOver,
            subscribes: subscribes,
            flushes: flushes,
            resumesSubscriptions: resumesSubscriptions
        )
        expectedPongs.append(expected)
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

    /// Fails everybody who waits for something of this socket.
    func abandon(_ cause: NATSError) {
        control = ByteBuffer()
        for waiter in written { waiter.resolve(cause) }
        written = []
        for expected in expectedPongs {
            for waiter in expected.flushes { waiter.resolve(cause) }
        }
        expectedPongs = []
    }
}

/// The way of a socket from plain text to TLS.
enum LinkEncryption {
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
    /// Whether all subscriptions were sent again before it.
    let resumesSubscriptions: Bool
}
