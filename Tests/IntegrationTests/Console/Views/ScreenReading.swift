import TestSupport
import Testing

extension [String] {
    /// Returns whether the first pane of the open view has this title.
    func shows(view title: String) -> Bool { count > 2 && self[2].hasPrefix("╭ \(title)") }

    /// Returns the first line that contains all of these texts.
    func line(_ texts: String...) -> String? {
        first { line in texts.allSatisfy { line.contains($0) } }
    }

    /// Returns whether one line contains all of these texts.
    func has(_ texts: String...) -> Bool {
        contains { line in texts.allSatisfy { line.contains($0) } }
    }

    /// Returns these texts in their order on the screen, without those that are missing.
    func order(of texts: [String]) -> [String] {
        texts.compactMap { text in firstIndex { $0.contains(text) }.map { (line: $0, text: text) } }
            .sorted { $0.line < $1.line }
            .map(\.text)
    }

    /// Returns the cell under a column title, in the first row that contains `text`; nil if there is no such row or title.
    func cell(_ title: String, of text: String) -> String? {
        guard let row = firstIndex(where: { $0.contains(text) }) else { return nil }
        let columns = self[..<row].lazy.compactMap { line in Self.column(title, in: Array<Character>(line)) }
        guard let column = columns.last else { return nil }
        let cells = Array<Character>(self[row])
        guard let inside = column.last(where: { cells.indices.contains($0) && cells[$0] != " " }) else { return "" }
        // Columns are separated by two spaces.
        let isGap = { (index: Int) in cells[index] == "│" || (cells[index] == " " && cells[index + 1] == " ") }
        let first = (1...inside).last { isGap($0 - 1) } ?? 0
        let last = (inside..<cells.count - 1).first { isGap($0) } ?? cells.count - 1
        return String(cells[first..<last]).split(separator: " ").joined(separator: " ")
    }

    /// Returns the position of a title in a line of titles, including the sort mark after it.
    private static func column(_ title: String, in line: [Character]) -> Range<Int>? {
        let wanted = Array<Character>("  \(title)")
        return line.indices.lazy.compactMap { start -> Range<Int>? in
            guard line[start...].starts(with: wanted) else { return nil }
            let end = start + wanted.count
            let marked = end < line.count && "▲▼".contains(line[end]) ? end + 1 : end
            return marked == line.count || line[marked] == " " ? start + 2..<marked : nil
        }.first
    }
}

extension TerminalDriver {
    /// Returns the colors, of 256, of a text in the lines that contain `row`; nil is the terminal's default color.
    func colors(of text: String, inRow row: String) async throws -> Set<Int?> {
        try Self.colors(of: text, inRow: row, ColoredLine.lines(try await screen(escapes: true)))
    }

    /// Returns the colors of a cell of a table. The cell and its colors are read from the same screen, because figures change.
    func colors(ofColumn title: String, inRow row: String) async throws -> Set<Int?> {
        let lines = ColoredLine.lines(try await screen(escapes: true))
        return try Self.colors(of: try #require(lines.map(\.text).cell(title, of: row)), inRow: row, lines)
    }

    private static func colors(of text: String, inRow row: String, _ lines: [ColoredLine]) throws -> Set<Int?> {
        let line = try #require(lines.first { $0.text.contains(row) && $0.text.contains(text) }, "a line with \(row) and \(text)")
        let start = try #require(line.text.firstRange(of: text)).lowerBound
        let column = line.text.distance(from: line.text.startIndex, to: start)
        return Set(line.colors[column..<column + text.count])
    }
}

/// A line of a screen with the color of each character.
private struct ColoredLine {
    private(set) var text = ""
    private(set) var colors: [Int?] = []

    /// - Parameter lines: A screen with its escape sequences. A color continues on the next line.
    static func lines(_ lines: [String]) -> [ColoredLine] {
        var color: Int?
        return lines.map { ColoredLine($0, &color) }
    }

    private init(_ line: String, _ color: inout Int?) {
        var rest = Substring(line)
        while let next = rest.popFirst() {
            guard next == "\u{1B}" else {
                text.append(next)
                colors.append(color)
                continue
            }
            let end = rest.firstIndex { $0.isLetter } ?? rest.endIndex
            if rest.first == "[", end < rest.endIndex, rest[end] == "m" {
                Self.take(rest[..<end].dropFirst().split(separator: ";").compactMap { Int($0) }, &color)
            }
            rest = rest[end...].dropFirst()
        }
    }

    private static func take(_ parameters: [Int], _ color: inout Int?) {
        if parameters.isEmpty { color = nil }
        var rest = parameters[...]
        while let next = rest.popFirst() {
            switch next {
            case 0, 39: color = nil
            case 30...37: color = next - 30
            case 90...97: color = next - 90 + 8
            case 38 where rest.first == 5 && rest.count > 1:
                color = rest[rest.startIndex + 1]
                rest = rest.dropFirst(2)
            case 48 where rest.first == 5: rest = rest.dropFirst(2)
            default: break
            }
        }
    }
}
