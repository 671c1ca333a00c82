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

/// The terminal of this process, which is drawn through ncurses.
///
/// A dedicated thread makes all calls to ncurses and waits for input and signals. While a terminal is started:
/// - keys, pastes, the mouse, resizes and signals that ask the program to end arrive in `events`;
/// - `paint(_:cursor:)` shows a frame;
/// - the terminal is restored by `restore()`, at exit, and when the process crashes.
///
/// Only one terminal can be started at a time.
public final class Terminal: Sendable {
    /// What the terminal can show.
    public let capabilities: TerminalCapabilities
    /// The events of the terminal, in order, for one consumer. The stream buffers up to 1024 events. When it is full, input
    /// waits in the kernel, so nothing is lost. `restore()` ends the stream.
    public let events: AsyncStream<InputEvent>

    private let sharedSize: SharedSize
    private let ending = SharedEnding()
    private let mailbox: Mailbox
    private let thread: Mutex<pthread_t?>

    private static let isStarted = Mutex(false)
    private static let maximumEvents = 1024

    /// Starts the terminal with an empty screen, raw mode and bracketed paste. The mouse stays off.
    ///
    /// `^C`, `^Z` and `^\` arrive as keys from now on.
    /// - Throws: `TerminalError` if stdin or stdout is not a terminal, its type is unknown, or a terminal is already started.
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

    /// The first request to end the program: a signal, or the loss of the terminal. Nil if there was none.
    public var termination: InputEvent.Termination? { ending.value }

    /// The current size of the screen. A `.resize` event announces each change.
    public var size: Size { sharedSize.value }

    /// Shows a frame soon, without waiting. If frames arrive faster than they can be shown, only the newest is shown.
    /// - Parameters:
    ///   - buffer: The cells. Cells outside the screen are ignored.
    ///   - cursor: The position of the cursor, or nil to hide it.
    public func paint(_ buffer: CellBuffer, cursor: Point? = nil) {
        mailbox.post { $0.frame = Mailbox.Frame(buffer: buffer, cursor: cursor) }
    }

    /// Sends every cell again, for example after another program wrote to the terminal.
    public func redraw() {
        mailbox.post { $0.redraws = true }
    }

    /// Turns mouse events on or off. While they are on, most terminals select text only with shift held.
    public func setMouse(_ isOn: Bool) {
        mailbox.post { $0.mouse = isOn }
    }

    /// Copies text to the clipboard of terminals that support it (OSC 52). The terminal does not report whether it does.
    public func copy(_ lines: [SafeText]) {
        mailbox.post { $0.copied = lines }
    }

    /// Leaves full-screen mode and prints rows as plain text, which the user can select and copy. The next key brings the
    /// screen back, and `.resumed` follows in `events`. The text comes from a buffer, because that is safe for the terminal.
    public func showPlain(_ buffer: CellBuffer) {
        mailbox.post { $0.plain = buffer.lines() }
    }

    /// Releases the terminal to another program, such as an editor: the previous screen, the modes and all input. Frames painted
    /// meanwhile are shown after `resume()`.
    public func suspend() async {
        await mailbox.ask(.suspend)
    }

    /// Takes the terminal back after `suspend()`. `.resumed` follows in `events`, after `.resize` if the size changed.
    public func resume() async {
        await mailbox.ask(.resume)
    }

    /// Stops the process group as a shell's suspend key does, and takes the terminal back when it is continued. `.resumed` then
    /// follows in `events`.
    public func stopProcess() async {
        await mailbox.ask(.stopProcess)
    }

    /// Restores the terminal and ends `events`. Waits until this is done. Later calls do nothing.
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
