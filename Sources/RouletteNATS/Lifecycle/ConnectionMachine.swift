import DequeModule
import NIOCore

/// Makes all decisions for one logical connection: its lifecycle, its move to another server, draining, what a PONG confirms, and
/// what may be written or delivered.
///
/// A value that answers each event with actions, without sockets and clocks. ``ConnectionDriver`` carries out the actions in
/// order and reports the results. ``ConnectionLifecycle``, ``ServerMigration`` and ``MessageAccounts`` are its parts.
///
/// Servers and users can cause their events at any time, so each of these events has an answer in every state. An event that only
/// a bug in the driver can cause is a forbidden transition: see ``forbidden(_:)``.
struct ConnectionMachine {
    /// Identifies a server connection. The connections are numbered from 0 in the order in which they are made.
    typealias ID = Int

    /// The settings that the machine needs.
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

    /// One server connection, from the first packet until it is closed.
    struct Peer {
        let id: ID
        /// When the connect started.
        let dialed: NIODeadline
        var progress = HandshakeProgress.connecting
        /// The values of the last INFO.
        var serverID: String?
        var isLeaving = false
        /// Whether bytes were received since the last ping interval.
        var receivedBytes = false
        /// The outstanding PINGs, oldest first. A server answers in order.
        var expectedPongs = Deque<ExpectedPong>()
    }

    let settings: Settings
    var lifecycle: ConnectionLifecycle
    var migration = ServerMigration()
    var accounts = MessageAccounts()
    /// The connection that publishes and, during a move to another server, the next one.
    var current: Peer?
    var next: Peer?
    var connectedSince: NIODeadline?
    var isDraining = false
    /// Whether published frames are being written.
    var isWritingFrames = false
    /// Whether there are subscriptions to repeat on another connection.
    var hasSubscriptions = false
    /// Messages received from both servers of a move that may be duplicates.
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

    /// Whether the client was closed permanently.
    var isClosed: Bool { lifecycle.state == .closing || lifecycle.state == .closed }

    /// Handles an event.
    ///
    /// - Parameter list: Replaced by the actions. Pass the same array every time to avoid an allocation for every event.
    mutating func handle(_ event: Event, at now: NIODeadline, into list: inout [Action]) {
        self.now = now
        switch event {
        case .start: connect(lifecycle.start())
        case .reconnect: reconnect()
        case .move: move()
        case .close: close()
        case .drain(let ended, let hasSubscriptions): drain(ended: ended, hasSubscriptions: hasSubscriptions)
        case .endReceiving(let ended): endReceiving(ended)
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

    // MARK: Actions

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

    /// Records a timer that the caller of the machine sets by itself.
    /// - Returns: Whether it was not running before.
    mutating func markSet(_ timer: Timer) -> Bool { timers.insert(timer).inserted }

    /// - Returns: Whether it was running.
    mutating func fired(_ timer: Timer) -> Bool { timers.remove(timer) != nil }

    mutating func newPeer() -> Peer {
        defer { nextID += 1 }
        return Peer(id: nextID, dialed: now)
    }

    mutating func random(upTo limit: Duration) -> Duration { limit * Double.random(in: 0...1, using: &randomness) }

    mutating func backoff(retry: Int) -> Duration { settings.reconnectBackoff.delay(retry: retry, using: &randomness) }

    /// Handles an event that only a bug in this module can cause. Debug builds stop. Release builds report it and continue.
    mutating func forbidden(_ event: Event) {
        let description = "\(event) in \(lifecycle.state), migration \(migration.state)"
        assertionFailure("forbidden transition: \(description)")
        act(.reportForbidden(description))
    }
}
