import DequeModule
import NATSWire
import NIOCore

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
    /// Whether anything came since the last ping interval.
    var receivedBytes = false

    /// Control frames that go out with the next flush.
    var control = ByteBuffer()
    var isFlushScheduled = false
    /// Resolved when the control frames gathered so far are written.
    var written: [Waiter] = []
    /// The PINGs under way, oldest first: a server answers in order.
    var expectedPongs = Deque<ExpectedPong>()

    init(address: NATSClientConfiguration.Address) {
        self.address = address
    }

    /// Writes a PING; its PONG resolves `flushes`.
    func writePing(now: NIODeadline, handedOver: UInt64, flushes: [Waiter] = [], resumed: [SubscriptionEntry] = []) {
        FrameEncoder.ping(into: &control)
        expectedPongs.append(ExpectedPong(sentAt: now, handedOver: handedOver, flushes: flushes, resumed: resumed))
    }

    func writeSubscribe(_ entry: SubscriptionEntry) {
        FrameEncoder.subscribe(subject: entry.subject, queue: entry.queueGroup, sid: entry.sid, into: &control)
        if let remaining = entry.remaining { FrameEncoder.unsubscribe(sid: entry.sid, max: UInt64(remaining), into: &control) }
    }

    /// Fails everybody who waits for something of this socket.
    func abandon(_ cause: NATSError) {
        control = ByteBuffer()
        for waiter in written { waiter.resolve(cause) }
        written = []
        for expected in expectedPongs {
            for waiter in expected.flushes { waiter.resolve(cause) }
            // They were told of the interruption and not yet of its end.
            for entry in expected.resumed { entry.wasInterrupted = true }
        }
        expectedPongs = []
    }
}

/// A PING under way and what its PONG will mean.
struct ExpectedPong {
    let sentAt: NIODeadline
    /// Everything handed to the socket up to here is confirmed by it.
    let handedOver: UInt64
    var flushes: [Waiter] = []
    /// Subscriptions that were sent again before it.
    var resumed: [SubscriptionEntry] = []
}
