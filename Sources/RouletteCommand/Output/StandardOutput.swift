import CommandSupport
import Foundation
import TerminalUI
import TextCoding

/// The reader of standard output has ended. The command ends without an error.
struct OutputClosedError: Error {}

/// The program's standard output.
enum StandardOutput {
    /// Whether it is a terminal.
    static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    /// Writes bytes unchanged.
    /// - Throws: ``OutputClosedError`` if the reader has ended, ``CommandError`` if they cannot be written.
    static func write(_ bytes: [UInt8]) throws {
        switch FileDescriptors.writeAll(bytes, to: STDOUT_FILENO) {
        case nil: return
        case EPIPE: throw OutputClosedError()
        case EBADF: throw CommandError.failed("the standard output is closed; leave out >&- or send it to a file")
        case let number?:
            throw CommandError.failed("the standard output cannot be written: \(String(cString: strerror(number)))")
        }
    }

    /// Writes one line of text that is safe for a terminal.
    static func write(_ line: SafeText) throws {
        try write(Array((line.plain + "\n").utf8))
    }

    /// Writes a JSON object as one line.
    static func write(_ object: JSONObject) throws {
        try write(object.line)
    }
}

/// The program's standard error: lines of safe text.
enum StandardError {
    /// Whether it is a terminal.
    static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

    /// Prints `roulette: …`, a line for each line of the text.
    static func note(_ text: String) {
        let lines = SafeText.lines(untrusted: text).lines.map { "roulette: \($0.plain)\n" }
        // A failure to write to standard error cannot be reported.
        _ = FileDescriptors.writeAll(Array(lines.joined().utf8), to: STDERR_FILENO)
    }
}
