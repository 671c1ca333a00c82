public import TerminalUI

/// The terminal of the console. The console draws cells; the terminal paints them.
public protocol ConsoleTerminal: Sendable {
    /// Keys, mouse events and sizes. The console iterates over the stream once and quits at its end. The terminal must bound the
    /// stream's buffer.
    var events: AsyncStream<InputEvent> { get }

    /// The current number of columns and rows.
    var size: Size { get async }

    /// Paints a frame.
    /// - Parameters:
    ///   - buffer: The cells. The size can differ from that of the terminal just after a resize.
    ///   - cursor: The position of the cursor; nil hides it.
    func paint(_ buffer: CellBuffer, cursor: Point?) async

    /// Repaints every cell of the last frame.
    func redraw() async

    /// Suspends the program and returns the terminal to the shell. Returns when the program is resumed; `InputEvent.resumed`
    /// follows.
    func suspend() async

    /// Opens the operator's editor on a file with `text`, and returns the contents of the file after the editor has exited
    /// successfully. The console then has the terminal again, and `InputEvent.resumed` follows.
    func edit(_ text: [UInt8]) async throws(EditorError) -> [UInt8]

    /// Copies lines of text to the terminal's clipboard, if the terminal supports it (OSC 52).
    func copy(_ lines: [SafeText]) async

    /// Leaves the console's screen and prints the rows of a buffer as plain text until a key is pressed. Returns immediately;
    /// `InputEvent.resumed` follows when the console has the terminal again.
    func showPlain(_ buffer: CellBuffer) async

    /// Turns mouse events on or off. While they are off, the mouse selects text in the terminal.
    func setMouse(_ isOn: Bool) async
}

/// The error of an editor that did not change the text.
public struct EditorError: Error, Sendable {
    /// The problem and its solution, in one line.
    public let message: String

    /// Creates an error.
    public init(_ message: String) {
        self.message = message
    }
}
