internal import CNcurses

/// An error in starting the terminal.
public struct TerminalError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The kind of error. More may be added.
    public struct Code: Hashable, Sendable {
        private enum Kind: Hashable, Sendable {
            case notATerminal, unknownTerminal, alreadyStarted, systemError
        }

        private let kind: Kind

        /// stdin or stdout is a pipe or a file.
        public static let notATerminal = Code(kind: .notATerminal)
        /// The type of the terminal is unknown, or too simple to draw on.
        public static let unknownTerminal = Code(kind: .unknownTerminal)
        /// The terminal is already started. A process has only one.
        public static let alreadyStarted = Code(kind: .alreadyStarted)
        /// A system call failed.
        public static let systemError = Code(kind: .systemError)
    }

    /// The kind of error.
    public let code: Code
    /// What is wrong and what to do about it, in one line.
    public let message: String

    /// The same as `message`.
    public var description: String { message }

    static let alreadyStarted = TerminalError(
        code: .alreadyStarted,
        message: "the terminal is already started; restore it before starting it again"
    )

    /// The error for a result of `cncurses_start`, or nil if the terminal was started.
    static func from(_ result: cncurses_start_result, term: String?) -> TerminalError? {
        let term = term ?? ""
        switch result {
        case CNCURSES_STARTED:
            return nil
        case CNCURSES_NOT_A_TERMINAL:
            return TerminalError(
                code: .notATerminal,
                message: "stdin and stdout must be a terminal; run this without pipes or redirection"
            )
        case CNCURSES_NO_TERM:
            return TerminalError(
                code: .unknownTerminal,
                message: "TERM is not set; set it to your terminal's type, such as TERM=xterm-256color"
            )
        case CNCURSES_UNKNOWN_TERM:
            return TerminalError(
                code: .unknownTerminal,
                message: "the terminal type \"\(term)\" is not in this system's terminfo database; "
                    + "try TERM=xterm-256color, or install the package with its description"
            )
        case CNCURSES_NO_DATABASE:
            return TerminalError(
                code: .unknownTerminal,
                message: "this system has no terminfo database; install the ncurses-base package"
            )
        case CNCURSES_IN_BACKGROUND:
            return TerminalError(
                code: .notATerminal,
                message: "the terminal is used by another program; run this in the foreground"
            )
        case CNCURSES_TOO_SIMPLE:
            return TerminalError(
                code: .unknownTerminal,
                message: "the terminal type \"\(term)\" cannot place the cursor; try TERM=xterm-256color"
            )
        default:
            return TerminalError(
                code: .systemError,
                message: "ncurses could not start on a terminal of type \"\(term)\"; try TERM=xterm-256color"
            )
        }
    }
}
