import DequeModule
import NIOCore

/// Decides everything about one logical connection: its life, its move to another server, draining, what a PONG confirms, and
/// what may be written or delivered.
///
/// A value that answers each event with actions. It knows no socket and reads no clock. ``ConnectionDriver`` carries the actions
/// out in their order and reports what came of them. ``ConnectionLifecycle``, ``ServerMigration`` and ``MessageAccounts`` are its
/// parts.
///
/// Servers and users can cause their events at any time, and each of those has an answer in every state. An event that only a
/// mistake in the driver can cause is a forbidden transition: see ``forbidden(_:)``.
struct ConnectionMachine {
    /// Names a server connection. They are numbered from 0 in the order in which they are made.
    typealias ID = Int

    /// What the machine has to know of the configuration.
    struct Settings: Sendable {
        var maxPingFailure: Int
        var pingInterval: Duration
        var connectTimeout: Duration
        var stableAfter: Duration
        var confirmationInterval: Duration
        var moveOverlap: Duration
        var movesOnLameDuck: Bool
        var reconnectJitter: Duration
        var reconnectBackoff: Backoff
        var speaksTLSFirst: Bool

        init(_ configuration: NATSClientConfiguration) {
            maxPingFailure = configuration.maxPingFailure
            pingInterval = configuration.pingInterval
            connectTimeout = configuration.connectTimeout
            stableAfter = configuration.stableAfter
            confirmationInterval = configuration.confirmationInterval
            moveOverlap = configuration.moveOverlap
            movesOnLameDuck = configuration.movesOnLameDuck
            reconnectJitter = configuration.reconnectJitter
            reconnectBackoff = configuration.reconnectBackoff
            speaksTLSFirst = configuration.tls.mode == .first
        }
    }

    /// One server connection, from the first packet to its end.
    struct Peer {
        let id: ID
        /// When the connect began.
        let dialed: NIODeadline
        var progress = HandshakeProgress.connecting
        /// What the last INFO said.
        var serverID: String?
        var isLeaving = false
        /// Whether anything came since the last ping interval.
        var receivedBytes = false
        /// The PINGs under way, oldest first: a server answers in order.
        var expectedPongs = Deque<ExpectedPong>()
    }

    let settings: Settings
    var lifecycle: ConnectionLifecycle
    var migration = ServerMigration()
    var accounts = MessageAccounts()
    /// The connection that publishes, and while the machine moves to another server, the next one.
    var current: Peer?
    var next: Peer?
    var connectedSince: NIODeadline?
    var isDraining = false
    /// Whether the socket has yet to take published frames.
    var isWritingFrames = false
    /// Whether there is anything to subscribe to again on another connection.
    var hasSubscriptions = false
    /// Messages received from both servers of a move that may have come twice.
    var possibleDuplicates: UInt64 = 0

    /// The time of the event that is being handled.
    var now = NIODeadline.uptimeNanoseconds(0)
    private var randomness: any RandomNumberGenerator & Sendable
    private var timers: Set<Timer> = []
    private var actions: [Action] = []
    private var nextID = 0

    init(settings: Settings, randomness: any RandomNumberGenerator & Sendable) {
        self.settings = settings
        self.randomness = randomness
        lifecycle = ConnectionLifecycle(maxPingFailure: settings.maxPingFailure)
    }

    /// The connection whose handshake is complete.
    var activeID: ID? { lifecycle.state == .connected ? current?.id : nil }

    /// Whether the client was closed for good.
    var isClosed: Bool { lifecycle.state == .closing || lifecycle.state == .closed }

    /// Answers an event.
    ///
    /// - Parameter list: Its elements are replaced by the actions. A caller that passes the same array every time spares the
    ///   machine an allocation for every event.
    mutating func handle(_ event: Event, at now: NIODeadline, into list: inout [Action]) {
        self.now = now
        switch event {
        case .start: connect(lifecycle.start())
        case .reconnect: reconnect()
        case .close: close()
        case .drain(let ended, let hasSubscriptions): drain(ended: ended, hasSubscriptions: hasSubscriptions)
        case .finishPublishing(let confirmed, let hasBacklog): finishPublishing(confirmed, hasBacklog: hasBacklog)
        case .subscriptionsAdopted: if activeID != nil { pingCurrent(.resumption) }
        case .opened(let id): opened(id)
        case .progressed(let id, let progress): progressed(id, to: progress)
        case .failed(let id, let error): failed(id, error)
        case .closed(let id, let error): closed(id, error, event)
        case .info(let id, let serverID, let isLeaving): infoReceived(id, serverID: serverID, isLeaving: isLeaving)
        case .pong(let id): pongReceived(id, event)
        case .serverError(let id, let error, let violation): errorReceived(id, error, violation)
        case .framesWritten(let id): framesWritten(id)
        case .timerFired(let timer): timerFired(timer, event)
        }
        list.removeAll(keepingCapacity: true)
        swap(&list, &actions)
    }

    // MARK: Answering

    mutating func act(_ action: Action) { actions.append(action) }

    mutating func set(_ timer: Timer, at deadline: NIODeadline) {
        timers.insert(timer)
        act(.set(timer, deadline))
    }

    mutating func cancel(_ timer: Timer) {
        if timers.remove(timer) != nil { act(.cancel(timer)) }
    }

    mutating func cancelTimers() {
        for timer in Timer.allCases { cancel(timer) }
    }

    func isSet(_ timer: Timer) -> Bool { timers.contains(timer) }

    /// Remembers a timer that the caller of the machine sets by itself.
    /// - Returns: Whether it did not run before.
    mutating func markSet(_ timer: Timer) -> Bool { timers.insert(timer).inserted }

    /// - Returns: Whether it was running.
    mutating func fired(_ timer: Timer) -> Bool { timers.remove(timer) != nil }

    mutating func newPeer() -> Peer {
        defer { nextID += 1 }
        return Peer(id: nextID, dialed: now)
    }

    mutating func random(upTo limit: Duration) -> Duration { limit * Double.random(in: 0...1, using: &randomness) }

    mutating func backoff(retry: Int) -> Duration { settings.reconnectBackoff.delay(retry: retry, using: &randomness) }

    /// An event that only a mistake in this module can cause. It stops debug builds, and is reported by release builds, which
    /// go on.
    mutating func forbidden(_ event: Event) {
        let description = "\(event) in \(lifecycle.state), migration \(migration.state)"
        assertionFailure("forbidden transition: \(description)")
        act(.reportForbidden(description))
    }
}
