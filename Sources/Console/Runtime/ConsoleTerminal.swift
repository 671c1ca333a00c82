public import TerminalUI

/// The terminal as the console needs it. The console draws cells and never knows what paints them.
public protocol ConsoleTerminal: Sendable {
    /// What comes from the terminal; bounded by whoever reads it. Iterated over once. Its end quits the console.
    var events: AsyncStream<InputEvent> { get }

    /// Columns and rows at this moment.
    var size: Size { get async }

    /// Shows a frame.
    /// - Parameters:
    ///   - buffer: The cells, as many as the terminal has or had a moment ago.
    ///   - cursor: Where the cursor is; nil hides it.
    func paint(_ buffer: CellBuffer, cursor: Point?) async

    /// Paints the last frame anew, whatever the terminal is believed to show.
    func redraw() async

    /// Lends the terminal to the shell that started the program. Returns when it is ours again, after which
    /// `InputEvent.resumed` comes.
    func suspend() async

    /// Has the mouse reported, or leaves it to the terminal for selecting text.
    func setMouse(_ isOn: Bool) async
}
