import TerminalUI

/// The frame that the terminal shows. An unchanged frame is not painted again.
struct ConsoleScreen {
    private let terminal: any ConsoleTerminal
    private let glyphs: GlyphSet
    private var shown: (buffer: CellBuffer, cursor: Point?)?
    /// Whether the last call of ``show(_:)`` painted.
    private(set) var hasPainted = false

    init(terminal: any ConsoleTerminal, glyphs: GlyphSet) {
        self.terminal = terminal
        self.glyphs = glyphs
    }

    mutating func show(_ model: inout ConsoleModel) async {
        model.prepareFrame()
        var buffer = CellBuffer(size: model.size, glyphs: glyphs, escapeStyle: model.data.theme[.escape])
        let cursor = draw(model, into: &buffer)
        hasPainted = shown.map { $0.cursor != cursor || $0.buffer != buffer } ?? true
        guard hasPainted else { return }
        await terminal.paint(buffer, cursor: cursor)
        shown = (buffer, cursor)
    }
}
