internal import CNcurses
internal import Locking
public import TerminalUI

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The terminal this process runs in, drawn on through ncurses.
///
/// One thread of its own does all that ncurses does, waits for input and for signals. While a terminal is started:
/// - keys, pastes, the mouse, resizes and signals that ask the program to end arrive in `events`;
/// - `paint(_:cursor:)` shows a frame;
/// - the terminal is put back in order by `restore()`, at exit, and when the process crashes.
///
/// There can be only one at a time.
public final class Terminal: Sendable {
    /// What the terminal can show.
    public let capabilities: TerminalCapabilities
    /// What comes from the terminal, in order; for one consumer. It holds 1024 events; beyond that, input waits in the
    /// kernel until there is room, so nothing is lost. It ends with `restore()`.
    public let events: AsyncStream<InputEvent>

    private let sharedSize: SharedSize
    private let ending = SharedEnding()
    private let mailbox: Mailbox
    private let thread: Mutex<pthread_t?>

    private static let isStarted = Mutex(false)
    private static let maximumEvents = 1024

    /// Takes the terminal: an empty screen, raw mode, bracketed paste; the mouse stays off.
    ///
    /// `^C`, `^Z` and `^\` arrive as keys from now on.
    /// - Throws: `TerminalError` if stdin or stdout is not a terminal, its type is unknown, or one is started already.
    public static func start() throws(TerminalError) -> Terminal {
        let mayStart = isStarted.withLock { isStarted in
            defer { isStarted = true }
            return !isStarted
        }
        guard mayStart else { throw .alreadyStarted }
        do throws(TerminalError) {
            return try Terminal()
        } catch {
            isStarted.withLock { $0 = false }
            throw error
        }
    }

    private init() throws(TerminalError) {
        let pipe = try WakePipe()
        let term = getenv("TERM").map { String(cString: $0) }
        if let error = TerminalError.from(cncurses_start(), term: term) { throw error }
        cncurses_install_signal_handlers(pipe.writeEnd)
        var (columns, rows): (Int32, Int32) = (0, 0)
        _ = cncurses_update_size(&columns, &rows)
        let (events, continuation) = AsyncStream.makeStream(
            of: InputEvent.self,
            bufferingPolicy: .bufferingOldest(Terminal.maximumEvents)
        )
        self.events = events
        capabilities = .current()
        sharedSize = SharedSize(Size(width: Int(columns), height: Int(rows)))
        mailbox = Mailbox(pipe: pipe)
        do throws(TerminalError) {
            let (mailbox, size, ending, capabilities) = (mailbox, sharedSize, ending, capabilities)
            let started = try startThread {
                var loop = TerminalLoop(
                    mailbox: mailbox,
                    pipe: pipe,
                    events: continuation,
                    size: size,
                    ending: ending,
                    capabilities: capabilities
                )
                loop.run()
            }
            thread = Mutex(started)
        } catch {
            cncurses_stop()
            cncurses_remove_signal_handlers()
            throw error
        }
    }

    deinit {
        restore()
    }

    /// The first signal that asked the program to end, or the end of the terminal itself; nil if none did.
    public var termination: InputEvent.Termination? { ending.value }

    /// The size of the screen now. A `.resize` event tells of changes.
    public var size: Size { sharedSize.value }

    /// Shows a frame, soon; does not wait. When frames come faster than they can be shown, only the newest is.
    /// - Parameters:
    ///   - buffer: The cells; those beyond the screen are left out.
    ///   - cursor: Where the cursor is shown; hidden if nil.
    public func paint(_ buffer: CellBuffer, cursor: Point? = nil) {
        mailbox.post { $0.frame = Mailbox.Frame(buffer: buffer, cursor: cursor) }
    }

    /// Sends every cell again, for when something else wrote to the terminal.
    public func redraw() {
        mailbox.post { $0.redraws = true }
    }

    /// Turns mouse events on or off. While they are on, most terminals select text only with shift held.
    public func setMouse(_ isOn: Bool) {
        mailbox.post { $0.mouse = isOn }
    }

    /// Puts text into the clipboard of terminals that take it (OSC 52). Nothing says whether this one does.
    public func copy(_ lines: [SafeText]) {
        mailbox.post { $0.copied = lines }
    }

    /// Leaves the screen and prints rows of text as a program without one would, to be selected and copied; with the
    /// next key the screen is back, and `.resumed` follows in `events`. Only what was drawn can be printed.
    public func showPlain(_ buffer: CellBuffer) {
        mailbox.post { $0.plain = buffer.lines() }
    }

    /// Gives the terminal to somebody else, such as an editor: the screen before, its modes, and all input. Frames
    /// painted meanwhile are shown after `resume()`.
    public func suspend() async {
        await mailbox.ask(.suspend)
    }

    /// Takes the terminal back after `suspend()`. `.resumed` follows in `events`, after `.resize` if that changed.
    public func resume() async {
        await mailbox.ask(.resume)
    }

    /// Stops the process group as a shell's suspend key does, and takes the terminal back when it is continued; then
    /// `.resumed` follows in `events`.
    public func stopProcess() async {
        await mailbox.ask(.stopProcess)
    }

    /// Puts the terminal back as it was, and ends `events`. Waits until it is done; later calls do nothing.
    public func restore() {
        thread.withLock { thread in
            guard let running = thread else { return }
            thread = nil
            mailbox.post { $0.stops = true }
            pthread_join(running, nil)
            cncurses_stop()
            cncurses_remove_signal_handlers()
            Terminal.isStarted.withLock { $0 = false }
        }
    }
}

/// Runs `body` on a new thread.
private func startThread(_ body: @escaping @Sendable () -> Void) throws(TerminalError) -> pthread_t {
    final class Body: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }
    let argument = Unmanaged.passRetained(Body(body)).toOpaque()
    #if canImport(Darwin)
        var thread: pthread_t?
        let status = pthread_create(
            &thread,
            nil,
            {
                Unmanaged<Body>.fromOpaque($0).takeRetainedValue().run(); return nil
            },
            argument
        )
        guard status == 0, let thread else { throw threadError(status, argument) }
        return thread
    #else
        var thread = pthread_t()
        let status = pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            argument
        )
        guard status == 0 else { throw threadError(status, argument) }
        return thread
    #endif

    func threadError(_ status: Int32, _ argument: UnsafeMutableRawPointer) -> TerminalError {
        Unmanaged<Body>.fromOpaque(argument).release()
        return TerminalError(
            code: .systemError,
            message: "cannot start a thread for the terminal: \(String(cString: strerror(status))); close other programs"
        )
    }
}
