internal import CNcurses
internal import TerminalUI

/// The pairs of colors ncurses draws with, defined as they are first needed.
struct ColorPairs {
    private struct Colors: Hashable {
        let foreground: Int32
        let background: Int32
    }

    private var pairs: [Colors: Int32] = [:]
    private let limit: Int32
    private let define: (_ pair: Int32, _ foreground: Int32, _ background: Int32) -> Void
    /// True if a pair was wanted and there was none left. Then call `reset()` before drawing anew.
    private(set) var isExhausted = false

    /// - Parameters:
    ///   - limit: How many pairs there are, with pair 0, the terminal's default colors.
    ///   - define: Tells ncurses about a pair.
    init(limit: Int32, define: @escaping (Int32, Int32, Int32) -> Void) {
        self.limit = limit
        self.define = define
    }

    /// The pair of two colors, -1 being the default. When all are taken: pair 0, until the table is reset. One that is
    /// in use must not be redefined, because that would recolor cells that are on the screen.
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

    /// Forgets all pairs.
    mutating func reset() {
        pairs = [:]
        isExhausted = false
    }
}
