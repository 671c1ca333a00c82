import DequeModule
import Logging
import NATSWire
import NIOCore

/// Carries out what ``ConnectionMachine`` decides: owns the sockets, the timers and the subscriptions of one client.
///
/// `@unchecked Sendable`: every stored property is only touched on `eventLoop`, which the entry points assert; the
/// exceptions are constants and the two objects that have a lock of their own.
final class ConnectionDriver: @unchecked Sendable {
    let eventLoop: any EventLoop
    let configuration: NATSClientConfiguration
    let outbound: OutboundBuffer
    let status: ConnectionStatus
    let observer: @Sendable (NATSEvent) -> Void
    let subscriptions = SubscriptionTable()
    let logger: Logger
    let dialer: Dialer
    let clock: TimeSource

    // Decisions. This file.
    private(set) var machine: ConnectionMachine
    private var events = Deque<QueuedEvent>()
    private var isHandlingEvents = false
    private var actions: [ConnectionMachine.Action] = []
    private var timers: [ConnectionMachine.Timer: RunningTimer] = [:]
    private var timersSet = 0

    // Sockets. `ConnectionDriver+Connecting.swift`.
    /// The current connection, and during a move to another server the next one.
    var connection: ServerConnection?
    var nextConnection: ServerConnection?
    var servers: ServerList

    // Calls that wait. `ConnectionDriver+Waiting.swift`.
    var finished: [Waiter] = []
    var waitingForFirstAttempt: [(waiter: Waiter, timeout: Scheduled<Void>)] = []
    var isFirstAttemptOver = false
    var waitingForConnection: [(waiter: Waiter, timeout: Scheduled<Void>)] = []

    // Proof of identity. `ConnectionDriver+Securing.swift`.
    /// Those that get the answer of the provider, which is asked once for all of them.
    var waitingForCredentials: [(connection: ServerConnection, info: ServerInfo)] = []

    // Writing. `ConnectionDriver+Writing.swift` has the rules.
    var frames = ByteBuffer()
    var writeStarted = NIODeadline.uptimeNanoseconds(0)
    var writeTimer: Scheduled<Void>?

    /// The subscription for the replies to requests, which consumers may need until they are done.
    var inbox: UInt64?

    /// A timer of the machine, numbered in the order in which timers are set.
    private struct RunningTimer {
        let number: Int
        let task: Scheduled<Void>
    }

    /// An event and the connection it is about.
    private struct QueuedEvent {
        let event: ConnectionMachine.Event
        let connection: ServerConnection?
    }

    init(
        configuration: NATSClientConfiguration,
        eventLoop: any EventLoop,
        dialer: Dialer,
        clock: TimeSource,
        outbound: OutboundBuffer,
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable,
        observer: @escaping @Sendable (NATSEvent) -> Void
    ) {
        self.observer = observer
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.dialer = dialer
        self.clock = clock
        self.logger = logger
        self.servers = ServerList(
            seed: configuration.address,
            alternatives: configuration.alternatives,
            usesDiscovered: configuration.usesDiscoveredServers
        )
        self.machine = ConnectionMachine(settings: ConnectionMachine.Settings(configuration), randomness: randomness)
        self.outbound = outbound
        self.status = ConnectionStatus(now: clock.now)
    }

    /// The connection once its handshake is complete.
    var activeConnection: ServerConnection? { machine.activeID == nil ? nil : connection }

    /// Whether it was closed for good.
    var isClosed: Bool { machine.isClosed }

    // MARK: The user

    func start() { handle(.start) }

    func close() { handle(.close) }

    /// Gives the connection up and makes a new one.
    func reconnect() { handle(.reconnect) }

    // MARK: Events and actions

    /// Has the machine answer an event and carries its actions out. An event that comes meanwhile is answered after them, so
    /// that the actions of one event are never mixed with those of another.
    ///
    /// - Parameter connection: The connection that the event is about. Late events of a connection that is not needed any more
    ///   are ignored.
    func handle(_ event: ConnectionMachine.Event, on connection: ServerConnection? = nil) {
        eventLoop.assertInEventLoop()
        events.append(QueuedEvent(event: event, connection: connection))
        guard !isHandlingEvents else { return }
        isHandlingEvents = true
        defer { isHandlingEvents = false }
        while let queued = events.popFirst() {
            if let connection = queued.connection, !isInUse(connection) { continue }
            machine.handle(queued.event, at: clock.now(), into: &actions)
            for action in actions { perform(action) }
        }
    }

    /// Whether it is the current connection or the next one.
    func isInUse(_ connection: ServerConnection) -> Bool { connection === self.connection || connection === nextConnection }

    /// What happens to the messages of one read.
    func delivery(of messages: Int, on connection: ServerConnection) -> ConnectionMachine.Delivery {
        machine.received(messages: messages, on: connection.id)
    }

    /// Tells the machine that published frames are handed to the socket.
    /// - Returns: Whether a PING goes behind them.
    func framesTaken(_ taken: OutboundBuffer.Taken) -> Bool {
        let decision = machine.framesTaken(messages: taken.messages, waiters: taken.flushes, at: clock.now())
        if let deadline = decision.confirmation { set(.confirmation, at: deadline) }
        return decision.wantsPing
    }

    func countSubscriptions() {
        let count = subscriptions.count
        machine.hasSubscriptions = count > 0
        status.update { $0.subscriptions = count }
    }

    func set(_ timer: ConnectionMachine.Timer, at deadline: NIODeadline) {
        cancel(timer)
        timersSet += 1
        let number = timersSet
        let task = eventLoop.scheduleTask(deadline: deadline) {
            // An event loop takes all tasks that are due at once, and still runs those that one of them cancels.
            guard self.timers[timer]?.number == number else { return }
            self.timers[timer] = nil
            self.handle(.timerFired(timer))
        }
        timers[timer] = RunningTimer(number: number, task: task)
    }

    func cancel(_ timer: ConnectionMachine.Timer) { timers.removeValue(forKey: timer)?.task.cancel() }

    /// The connection with a number.
    func find(_ id: ConnectionMachine.ID) -> ServerConnection? {
        if connection?.id == id { return connection }
        return nextConnection?.id == id ? nextConnection : nil
    }
}
