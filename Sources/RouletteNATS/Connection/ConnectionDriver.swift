import DequeModule
import Logging
import NATSWire
import NIOCore

/// Carries out what ``ConnectionMachine`` decides. Owns the sockets, the timers and the subscriptions of one client.
///
/// `@unchecked Sendable`: every stored property is accessed only on `eventLoop`, which the entry points assert, except constants
/// and the two objects with their own lock.
final class ConnectionDriver: @unchecked Sendable {
    let eventLoop: any EventLoop
    let configuration: NATSClientConfiguration
    let outbound: OutboundBuffer
    let status: ConnectionStatus
    let observer: @Sendable (NATSEvent) -> Void
    /// Called when a server sends INFO again.
    let serverUpdated: @Sendable () -> Void
    let subscriptions = SubscriptionTable()
    let logger: Logger
    let dialer: Dialer
    let clock: TimeSource

    // Decisions, in this file.
    private(set) var machine: ConnectionMachine
    private var events = Deque<QueuedEvent>()
    private var isHandlingEvents = false
    private var actions: [ConnectionMachine.Action] = []
    private var timers: [ConnectionMachine.Timer: RunningTimer] = [:]
    private var timersSet = 0

    // Sockets, in `ConnectionDriver+Connecting.swift`.
    /// The current connection and, during a move to another server, the next one.
    var connection: ServerConnection?
    var nextConnection: ServerConnection?
    var servers: ServerList

    // Waiting calls, in `ConnectionDriver+Waiting.swift`.
    var finished: [Waiter] = []
    var waitingForFirstAttempt: [(waiter: Waiter, timeout: Scheduled<Void>)] = []
    var isFirstAttemptOver = false
    var waitingForConnection: [(waiter: Waiter, timeout: Scheduled<Void>)] = []

    // Login, in `ConnectionDriver+Securing.swift`.
    /// The connections that wait for the credentials. The provider is called once for all of them.
    var waitingForCredentials: [(connection: ServerConnection, info: ServerInfo)] = []

    // Writing, in `ConnectionDriver+Writing.swift`, which describes the rules.
    var frames = ByteBuffer()
    var writeStarted = NIODeadline.uptimeNanoseconds(0)
    var writeTimer: Scheduled<Void>?
    let pacer: WritePacer
    /// Whether published frames wait for the pacer.
    var isGathering = false

    /// The subscription for replies to requests. Consumers may need it until they are done.
    var inbox: UInt64?

    /// A timer of the machine. The numbers increase with each timer that is set.
    private struct RunningTimer {
        let number: Int
        let task: Scheduled<Void>
    }

    /// An event and its connection.
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
        pacers: WritePacers = WritePacers(),
        logger: Logger,
        randomness: any RandomNumberGenerator & Sendable,
        observer: @escaping @Sendable (NATSEvent) -> Void,
        serverUpdated: @escaping @Sendable () -> Void = {}
    ) {
        self.observer = observer
        self.serverUpdated = serverUpdated
        self.configuration = configuration
        self.eventLoop = eventLoop
        self.dialer = dialer
        self.clock = clock
        self.logger = logger
        self.servers = ServerList(
            seeds: [configuration.address] + configuration.seeds,
            alternatives: configuration.alternatives,
            usesDiscovered: configuration.usesDiscoveredServers,
            randomness: randomness
        )
        self.machine = ConnectionMachine(settings: ConnectionMachine.Settings(configuration), randomness: randomness)
        self.outbound = outbound
        self.pacer = pacers.pacer(for: eventLoop)
        self.status = ConnectionStatus(now: clock.now)
    }

    /// The connection once its handshake is complete.
    var activeConnection: ServerConnection? { machine.activeID == nil ? nil : connection }

    /// Whether the client was closed permanently.
    var isClosed: Bool { machine.isClosed }

    // MARK: The user

    func start() { handle(.start) }

    func close() { handle(.close) }

    /// Moves to a new connection, or closes the connection and makes a new one.
    func reconnect(hard: Bool) { handle(hard ? .reconnect : .move) }

    // MARK: Events and actions

    /// Passes an event to the machine and carries out its actions. Events that occur meanwhile are handled afterwards, so that
    /// the actions of two events are never mixed.
    ///
    /// - Parameter connection: The connection of the event. Late events of a connection that is no longer in use are ignored.
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

    /// Returns whether the connection is the current one or the next one.
    func isInUse(_ connection: ServerConnection) -> Bool { connection === self.connection || connection === nextConnection }

    /// Returns what to do with the messages of one read.
    func delivery(of messages: Int, on connection: ServerConnection) -> ConnectionMachine.Delivery {
        machine.received(messages: messages, on: connection.id)
    }

    /// Informs the machine that published frames are handed to the socket.
    /// - Returns: Whether a PING must follow the frames.
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
            // An event loop collects all tasks that are due, and then also runs those that one of them has canceled.
            guard self.timers[timer]?.number == number else { return }
            self.timers[timer] = nil
            self.handle(.timerFired(timer))
        }
        timers[timer] = RunningTimer(number: number, task: task)
    }

    func cancel(_ timer: ConnectionMachine.Timer) { timers.removeValue(forKey: timer)?.task.cancel() }

    /// Returns the connection with an ID, if it is in use.
    func find(_ id: ConnectionMachine.ID) -> ServerConnection? {
        if connection?.id == id { return connection }
        return nextConnection?.id == id ? nextConnection : nil
    }
}
