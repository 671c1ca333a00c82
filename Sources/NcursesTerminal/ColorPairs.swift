internal import CNcurses
internal import TerminalUI

/// The color pairs of ncurses. A pair is defined when it is first needed.
struct ColorPairs {
    private struct Colors: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private var pairs: [Colors: Int32] = [:]
    private let limit: Int32
    private let define: (_ pair: Int32, _ foreground: Int32, _ background: Int32) -> Void
    /// Whether a new pair was needed but none was left. If so, call `reset()` before the next full redraw.
    private(set) var isExhausted = false

    /// - Parameters:
    ///   - limit: The number of pairs, including pair 0, which has the terminal's default colors.
    ///   - define: Defines a pair in ncurses.
    init(limit: Int32, define: @escaping (Int32, Int32, Int32) -> Void) {
        self.limit = limit
        self.define = define
    }

    /// Returns the pair of two colors, where -1 is the default. If all pairs are in use, returns pair 0 until the table is
    /// reset. A pair in use must not be redefined, because that would recolor cells on the screen.
    mutating func pair(foreground: Int32, background: Int32) -> Int32 {
        guard foreground != -1 || background != -1 else { return 0 }
        let colors = Colors(foreground: foreground, background: background)
        if let pair = pairs[colors] { return pair }
        let next = Int32(pairs.count) + 1
        guard next < limit else {
            isExhausted = true
            return 0
        }
        pairs[colors] = next
        define(next, foreground, background)
        return next
    }

    /// Removes all pairs.
    mutating func reset() {
        pairs = [:]
        isExhausted = false
    }
}
