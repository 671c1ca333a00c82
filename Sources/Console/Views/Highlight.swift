import TerminalUI

/// Marks the matches of a filter in drawn cells, so that it does not depend on columns and truncation.
enum Highlight {
    /// Restyles every occurrence of `needle` in `rect`, ignoring the case of ASCII letters.
    static func draw(_ needle: String, in rect: Rect, of buffer: inout CellBuffer, style: Style) {
        // The needle is compared in its displayed form, because the cells show escaped text.
        let wanted = SafeText(untrusted: needle).plain.unicodeScalars.map(fold)
        guard !wanted.isEmpty else { return }
        let rect = rect.intersection(buffer.bounds)
        for y in rect.y..<max(rect.y, rect.bottom) {
            var x = rect.x
            while x < rect.right {
                if let width = match(wanted, at: Point(x: x, y: y), before: rect.right, in: buffer) {
                    buffer.restyle(Rect(x: x, y: y, width: width, height: 1), with: style)
                    x += width
                } else {
                    x += 1
                }
            }
        }
    }

    /// Returns the number of columns of `wanted` at `point`; nil if it is not there.
    private static func match(_ wanted: [Unicode.Scalar], at point: Point, before right: Int, in buffer: CellBuffer) -> Int? {
        var x = point.x
        for scalar in wanted {
            guard x < right, let cell = buffer[Point(x: x, y: point.y)], let base = cell.base, fold(base) == scalar
            else { return nil }
            x += max(1, Int(cell.width))
        }
        return x - point.x
    }

    private static func fold(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar.isASCII ? Unicode.Scalar(ASCIIFolded.fold(UInt8(ascii: scalar))) : scalar
    }
}
