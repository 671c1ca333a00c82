internal import Locking
internal import TerminalUI

/// What other threads ask of the terminal's thread.
///
/// Only the newest frame is kept: one that was not painted before the next came would have been seen by nobody.
final class Mailbox: Sendable {
    /// Something that has to be answered.
    enum Request {
        /// Give the terminal to somebody else.
        case suspend
        /// Take it back.
        case resume
        /// Stop the process as the suspend key of a shell does, until it is continued.
        case stopProcess
    }

    struct Frame {
        let buffer: CellBuffer
        let cursor: Point?
    }

    struct Contents {
        var frame: Frame?
        var mouse: Bool?
        /// For the clipboard.
        var copied: [SafeText]?
        /// Lines to show outside of the screen.
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

    /// Changes what is asked, and wakes the terminal's thread.
    func post(_ change: (inout Contents) -> Void) {
        contents.withLock { change(&$0) }
        pipe.wake()
    }

    /// Asks for something and waits for it. Returns at once when the terminal has been restored.
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

    /// What was asked since the last time.
    func take() -> Contents {
        contents.withLock { contents in
            let taken = contents
            contents = Contents(stops: taken.stops)
            return taken
        }
    }
}
