internal import CNcurses
internal import Locking
internal import TerminalUI
internal import TextCoding

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The loop of the terminal's thread. It waits for keys, signals and requests, and paints. No other thread calls ncurses while
/// it runs. When idle, it sleeps in `poll`.
struct TerminalLoop: ~Copyable {
    private let mailbox: Mailbox
    private let pipe: WakePipe
    private let events: AsyncStream<InputEvent>.Continuation
    private let size: SharedSize
    private let ending: SharedEnding
    private var painter: Painter
    private var decoder = InputDecoder()
    /// Events that do not fit into the stream yet. While there are any, the terminal is not read, so the kernel's small buffer
    /// bounds the backlog.
    private var undelivered: [InputEvent] = []
    private var frame: Mailbox.Frame?
    private var screen: Size
    private var isSuspended = false
    /// Whether the terminal was released because a shell has moved this program to the background. It is taken back when the
    /// program is in the foreground again.
    private var isInBackground = false
    /// Whether plain text is shown until a key is pressed.
    private var showsPlain = false
    private var isHungUp = false

    /// How long the decoder waits for the rest of a sequence after an escape, in milliseconds.
    private static let escapeDelay: Int32 = 25
    /// The delay before events are offered to a full stream again, in milliseconds.
    private static let deliveryDelay: Int32 = 20
    /// The interval at which a background program checks whether it is in the foreground, in milliseconds. There is no
    /// notification, because a shell continues only programs that it has stopped.
    private static let foregroundDelay: Int32 = 200

    init(
        mailbox: Mailbox,
        pipe: WakePipe,
        events: AsyncStream<InputEvent>.Continuation,
        size: SharedSize,
        ending: SharedEnding,
        capabilities: TerminalCapabilities
    ) {
        self.mailbox = mailbox
        self.pipe = pipe
        self.events = events
        self.size = size
        self.ending = ending
        self.screen = size.value
        painter = Painter(capabilities: capabilities)
    }

    /// Runs until the mailbox requests a stop.
    mutating func run() {
        while true {
            let work = mailbox.take()
            if let mouse = work.mouse { cncurses_set_mouse(mouse) }
            if let newest = work.frame { frame = newest }
            if let copied = work.copied { copy(copied) }
            if let plain = work.plain { showPlain(plain) }
            if work.redraws { painter.invalidate() }
            for (request, answer) in work.requests {
                carryOut(request)
                answer.resume()
            }
            guard !work.stops else { break }
            followForeground()
            paint()
            deliver([])
            wait()
        }
        if !cncurses_is_in_foreground() { cncurses_forget() }
        events.finish()
    }

    private mutating func paint() {
        guard !isSuspended, let frame else { return }
        painter.paint(frame.buffer, cursor: frame.cursor, screen: screen)
    }

    // MARK: Waiting

    private mutating func wait() {
        let readsTerminal = (!isSuspended || showsPlain) && !isInBackground && !isHungUp && undelivered.isEmpty
        // poll() ignores negative descriptors.
        var watched = [
            pollfd(fd: pipe.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: readsTerminal ? STDIN_FILENO : -1, events: Int16(POLLIN), revents: 0),
        ]
        let timeout = timeout
        let ready = poll(&watched, nfds_t(watched.count), timeout)
        if ready == 0, decoder.isWaiting, undelivered.isEmpty { deliver(decoder.flush()) }
        guard ready > 0 else { return }
        if watched[0].revents != 0 { handle(signals: pipe.takeSignals()) }
        // A shell may have taken the terminal since the key was pressed. The key then belongs to the shell.
        if watched[1].revents != 0, !isSuspended || showsPlain, cncurses_is_in_foreground() { readTerminal() }
    }

    private var timeout: Int32 {
        if !undelivered.isEmpty { return Self.deliveryDelay }
        if decoder.isWaiting { return Self.escapeDelay }
        return isInBackground ? Self.foregroundDelay : -1
    }

    private mutating func readTerminal() {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &bytes, bytes.count)
        if count > 0, showsPlain {
            // Any key brings the screen back and has no other effect.
            enter()
        } else if count > 0 {
            deliver(decoder.decode(bytes.prefix(count)))
        } else if count == 0 || (errno != EINTR && errno != EAGAIN && cncurses_is_in_foreground()) {
            // The terminal is gone. SIGHUP may also arrive, but not if this process is in another session. In the background,
            // reading fails although the terminal still exists.
            isHungUp = true
            end(.hangup)
        }
    }

    private mutating func end(_ termination: InputEvent.Termination) {
        ending.note(termination)
        deliver([.terminate(termination)])
    }

    private mutating func deliver(_ new: [InputEvent]) {
        undelivered += new
        var done = 0
        delivery: for event in undelivered {
            switch events.yield(event) {
            case .dropped: break delivery
            case .enqueued, .terminated: done += 1
            @unknown default: done += 1
            }
        }
        undelivered.removeFirst(done)
    }

    // MARK: Signals

    private mutating func handle(signals: [Int32]) {
        for signal in signals {
            switch signal {
            case SIGINT: end(.interrupt)
            case SIGQUIT: end(.quit)
            case SIGTERM: end(.terminate)
            case SIGHUP: end(.hangup)
            case SIGWINCH: updateSize()
            case SIGTSTP: stopProcess()
            case SIGCONT:
                // The process was stopped from outside. Another program may have changed the modes of the terminal since.
                guard !isSuspended else { continue }
                enter()
            default: continue
            }
        }
    }

    private mutating func updateSize() {
        guard !isSuspended else { return }
        var (columns, rows): (Int32, Int32) = (0, 0)
        guard cncurses_update_size(&columns, &rows) else { return }
        let new = Size(width: Int(columns), height: Int(rows))
        guard new != screen else { return }
        screen = new
        size.value = new
        painter.invalidate()
        deliver([.resize(new)])
    }

    // MARK: Text

    private func copy(_ lines: [SafeText]) {
        guard !isSuspended else { return }
        let text = lines.map(\.plain).joined(separator: "\n")
        var sequence = Array("\u{1B}]52;c;".utf8)
        sequence += Base64.encode(Array(text.utf8))
        sequence += "\u{1B}\\".utf8
        cncurses_write(sequence, sequence.count)
    }

    private mutating func showPlain(_ lines: [String]) {
        guard !isSuspended else { return }
        isSuspended = true
        showsPlain = true
        cncurses_leave_for_plain_text()
        var text = lines.map { line in line.trimmingBlanks + "\r\n" }
        while text.last == "\r\n" { text.removeLast() }
        let bytes = Array((text.joined() + "\r\npress any key to return ").utf8)
        cncurses_write(bytes, bytes.count)
    }

    // MARK: Lending the terminal

    private mutating func carryOut(_ request: Mailbox.Request) {
        switch request {
        case .suspend:
            // The terminal now belongs to another program, even if this program was in the background.
            isInBackground = false
            leave()
        case .resume: if isSuspended { enter() }
        case .stopProcess: stopProcess()
        }
    }

    private mutating func leave() {
        guard !isSuspended else { return }
        isSuspended = true
        cncurses_leave()
    }

    /// Takes the terminal, or starts waiting for the foreground.
    private mutating func enter() {
        guard cncurses_is_in_foreground() else {
            if !isSuspended || showsPlain { cncurses_forget() }
            isSuspended = true
            showsPlain = false
            isInBackground = true
            return
        }
        isInBackground = false
        isSuspended = false
        showsPlain = false
        cncurses_enter()
        painter.invalidate()
        updateSize()
        deliver([.resumed])
    }

    /// Takes the terminal back once the program is in the foreground, and does not use it otherwise.
    private mutating func followForeground() {
        if isInBackground {
            if cncurses_is_in_foreground() { enter() }
        } else if !isSuspended || showsPlain, !cncurses_is_in_foreground() {
            enter()
        }
    }

    private mutating func stopProcess() {
        let wasSuspended = isSuspended && !isInBackground
        leave()
        cncurses_stop_process_group()
        if !wasSuspended { enter() }
        // The SIGCONT that ended the stop is already handled.
        handle(signals: pipe.takeSignals().filter { $0 != SIGCONT })
    }
}

extension String {
    /// The string without trailing spaces.
    fileprivate var trimmingBlanks: String {
        String(decoding: utf8.reversed().drop { $0 == UInt8(ascii: " ") }.reversed(), as: UTF8.self)
    }
}

/// The request to end the program, readable on any thread.
final class SharedEnding: Sendable {
    private let storage = Mutex<InputEvent.Termination?>(nil)

    /// The first request.
    var value: InputEvent.Termination? { storage.withLock { $0 } }

    func note(_ termination: InputEvent.Termination) {
        storage.withLock { $0 = $0 ?? termination }
    }
}

/// The size of the screen, readable on any thread.
final class SharedSize: Sendable {
    private let storage: Mutex<Size>

    init(_ size: Size) {
        storage = Mutex(size)
    }

    var value: Size {
        get { storage.withLock { $0 } }
        set { storage.withLock { $0 = newValue } }
    }
}
