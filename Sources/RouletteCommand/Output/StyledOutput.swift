import Foundation
import TerminalUI

/// Writes cells to standard output line by line.
enum StyledOutput {
    /// Writes all rows.
    /// - Parameters:
    ///   - buffer: The cells.
    ///   - depth: The colors to write. With `.none` there are no escape sequences and no trailing spaces.
    static func write(_ buffer: CellBuffer, depth: ColorDepth) throws {
        guard depth != .none else {
            for line in buffer.lines() {
                let text = line.reversed().drop { $0 == " " }.reversed()
                try StandardOutput.write(Array((String(text) + "\n").utf8))
            }
            return
        }
        for row in 0..<buffer.size.height {
            try StandardOutput.write(Array((line(row, of: buffer, depth) + "\n").utf8))
        }
    }

    /// The colors that standard output shows: none for a pipe or with `NO_COLOR`, else according to `COLORTERM` and `TERM`.
    static func depth(_ environment: [String: String], isTerminal: Bool = StandardOutput.isTerminal) -> ColorDepth {
        guard isTerminal, environment["NO_COLOR", default: ""].isEmpty else { return .none }
        let term = environment["TERM", default: "dumb"]
        if ["truecolor", "24bit"].contains(environment["COLORTERM"]) || term.hasSuffix("-direct") { return .trueColor }
        if term.contains("256color") { return .indexed256 }
        return term.isEmpty || term == "dumb" || term.hasPrefix("vt") ? .none : .ansi16
    }

    /// `.ascii` on a terminal whose locale is not UTF-8, according to the variables of POSIX.
    static func glyphs(_ environment: [String: String], isTerminal: Bool = StandardOutput.isTerminal) -> GlyphSet {
        guard isTerminal else { return .unicode }
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].lazy.compactMap { environment[$0] }.first { !$0.isEmpty } ?? "C"
        let name = locale.lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8") || name.contains("utf-8@") ? .unicode : .ascii
    }

    private static func line(_ row: Int, of buffer: CellBuffer, _ depth: ColorDepth) -> String {
        var text = ""
        var shown: Style?
        for cell in buffer.cells[row * buffer.size.width..<(row + 1) * buffer.size.width] where !cell.isContinuation {
            if cell.style != shown {
                text += sequence(cell.style.mapped(to: depth))
                shown = cell.style
            }
            text.unicodeScalars.append(cell.base ?? " ")
            for mark in [cell.firstMark, cell.secondMark] { if let mark { text.unicodeScalars.append(mark) } }
        }
        return text + "\u{1B}[0m"
    }

    /// The control sequence (SGR of ECMA-48 with the colors of xterm) that selects a style.
    private static func sequence(_ style: Style) -> String {
        let modifiers: [(Modifiers, String)] = [(.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7")]
        var codes = ["0"] + modifiers.filter { style.modifiers.contains($0.0) }.map(\.1)
        codes += color(style.foreground, base: 30) + color(style.background, base: 40)
        return "\u{1B}[\(codes.joined(separator: ";"))m"
    }

    private static func color(_ color: Color?, base: Int) -> [String] {
        switch color?.kind {
        case nil, .terminalDefault: []
        case .indexed(let index) where index < 8: ["\(base + Int(index))"]
        case .indexed(let index) where index < 16: ["\(base + 60 + Int(index) - 8)"]
        case .indexed(let index): ["\(base + 8);5;\(index)"]
        case .rgb(let red, let green, let blue): ["\(base + 8);2;\(red);\(green);\(blue)"]
        }
    }
}
