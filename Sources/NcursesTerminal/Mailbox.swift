internal import Locking
internal import TerminalUI

/// The requests of other threads to the terminal's thread.
///
/// Only the newest frame is kept, because an older one would be replaced before anyone could see it.
final class Mailbox: Sendable {
    /// A request whose sender waits until it is done.
    enum Request {
        /// Release the terminal to another program.
        case suspend
        /// Take the terminal back.
        case resume
        /// Stop the process, as the suspend key of a shell does, until it is continued.
        case stopProcess
    }

    struct Frame {
        let buffer: CellBuffer
        let cursor: Point?
    }

    struct Contents {
        var frame: Frame?
        var mouse: Bool?
        /// The text to copy to the clipboard.
        var copied: [SafeText]?
        /// The lines to print as plain text.
        var plain: [String]?
        var redraws = false
        var requests: [(request: Request, answer: CheckedContinuation<Void, Never>)] = []
        var stops = false
    }

    private let contents = Mutex(Contents())
    private let pipe: WakePipe

    init(pipe: WakePipe) {
        self.pipe = pipe
    }

    /// Changes the contents and wakes the terminal's thread.
    func post(_ change: (inout Contents) -> Void) {
        contents.withLock { change(&$0) }
        pipe.wake()
    }

    /// Sends a request and waits until it is done. Returns immediately if the terminal has been restored.
    func ask(_ request: Request) async {
        await withCheckedContinuation { continuation in
            let isOver = contents.withLock { contents in
                if !contents.stops { contents.requests.append((request, continuation)) }
                return contents.stops
            }
            if isOver {
                continuation.resume()
            } else {
                pipe.wake()
            }
        }
    }

    /// Returns the contents and clears them.
    func take() -> Contents {
        contents.withLock { contents in
            let taken = contents
            contents = Contents(stops: taken.stops)
            return taken
        }
    }
}
