public import TerminalUI

/// The terminal as the console needs it. The console draws cells and never knows what paints them.
public protocol ConsoleTerminal: Sendable {
    /// Keys, mouse and sizes, iterated over once. The reader has to bound them. The end quits the console.
    var events: AsyncStream<InputEvent> { get }

    /// Columns and rows at this moment.
    var size: Size { get async }

    /// Shows a frame.
    /// - Parameters:
    ///   - buffer: The cells, as many as the terminal has or had a moment ago.
    ///   - cursor: Where the cursor is; nil hides it.
    func paint(_ buffer: CellBuffer, cursor: Point?) async

    /// Paints the last frame again, whatever the terminal is believed to show.
    func redraw() async

    /// Lends the terminal to the shell that started the program. Returns when it is ours again, after which
    /// `InputEvent.resumed` comes.
    func suspend() async

    /// Lends the terminal to the operator's editor, with `text` in a file, and returns what the file holds when the
    /// editor has exited with success. The console has the terminal again then, and `InputEvent.resumed` follows.
    func edit(_ text: [UInt8]) async throws(EditorError) -> [UInt8]

    /// Puts text into the terminal's clipboard, line by line, if the terminal takes that (OSC 52).
    func copy(_ lines: [SafeText]) async

    /// Leaves the screen and prints the rows of a buffer as plain text, until a key is pressed. Returns at once;
    /// `InputEvent.resumed` comes when the terminal is ours again.
    func showPlain(_ buffer: CellBuffer) async

    /// Has the mouse reported, or leaves it to the terminal for selecting text.
    func setMouse(_ isOn: Bool) async
}

/// Why an editor changed nothing.
public struct EditorError: Error, Sendable {
    /// What is wrong and what to do, in one line.
    public let message: String

    /// A failure.
    public init(_ message: String) {
        self.message = message
    }
}
