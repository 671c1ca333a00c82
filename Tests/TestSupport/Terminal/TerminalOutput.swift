/// The output of a program to its terminal, divided into text and control sequences, with a list of forbidden parts.
///
/// The sequences that ncurses needs are allowed: moving the cursor, erasing, scrolling, colors, switching screens and
/// modes. Everything else is reported: titles, the clipboard, queries whose answers become input, C1 controls, and
/// characters that are invisible or change the direction of text.
package struct TerminalOutput: Sendable {
    /// The visible characters.
    package private(set) var text = String.UnicodeScalarView()
    /// The number of control sequences.
    package private(set) var sequenceCount = 0
    /// The forbidden parts, each with some bytes around it; at most ``problemLimit``.
    package private(set) var problems: [String] = []

    private static let problemLimit = 20
    /// The final bytes of allowed sequences that begin with `ESC [`: cursor, erasing, inserting and deleting, scrolling,
    /// colors.
    private static let finals = Set("ABCDGHJKLMPSTX@bdmr".utf8)
    /// The modes that may be set and reset, standard ones and those of DEC.
    private static let modes: Set<String> = ["4", "34", "?1", "?12", "?25", "?1000", "?1002", "?1003", "?1006", "?1049", "?2004"]

    private let bytes: [UInt8]
    private var position = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        while position < bytes.count { step() }
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func report(_ what: String, from start: Int) {
        guard problems.count < Self.problemLimit else { return }
        let around = bytes[max(0, start - 20)..<min(bytes.count, start + 20)]
        problems.append("\(what) at byte \(start): \(String(decoding: around, as: UTF8.self).debugDescription)")
    }

    private mutating func step() {
        let start = position
        let byte = bytes[position]
        position += 1
        switch byte {
        case 0x1B: escape(start)
        case 0x08, 0x09, 0x0A, 0x0D: break
        case 0x20...0x7E: text.append(Unicode.Scalar(byte))
        case ..<0x20, 0x7F: report("the control character \(byte)", from: start)
        default: character(start)
        }
    }

    private mutating func character(_ start: Int) {
        let length = bytes[start] >= 0xF0 ? 4 : bytes[start] >= 0xE0 ? 3 : 2
        let encoded = bytes[start..<min(start + length, bytes.count)]
        guard let scalar = String(validating: encoded, as: UTF8.self)?.unicodeScalars.first else {
            return report("a byte that is not UTF-8", from: start)
        }
        position = start + length
        switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .surrogate, .unassigned, .lineSeparator, .paragraphSeparator:
            report("the character U+\(String(scalar.value, radix: 16, uppercase: true))", from: start)
        default: text.append(scalar)
        }
    }

    private mutating func escape(_ start: Int) {
        sequenceCount += 1
        defer { position += 1 }
        switch next {
        case UInt8(ascii: "["):
            position += 1
            controlSequence(start)
        case UInt8(ascii: "("), UInt8(ascii: ")"):
            position += 1
            if next != UInt8(ascii: "B"), next != UInt8(ascii: "0") { report("a character set", from: start) }
        case UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "7"), UInt8(ascii: "8"), UInt8(ascii: "M"): break
        default: report("an escape sequence", from: start)
        }
    }

    private mutating func controlSequence(_ start: Int) {
        let first = position
        while let byte = next, (0x30...0x3F).contains(byte) { position += 1 }
        let parameters = String(decoding: bytes[first..<position], as: UTF8.self)
        let isPlain = parameters.allSatisfy { $0.isNumber || $0 == ";" || $0 == ":" }
        switch next {
        case UInt8(ascii: "h"), UInt8(ascii: "l"):
            let prefix = parameters.hasPrefix("?") ? "?" : ""
            let modes = parameters.dropFirst(prefix.count).split(separator: ";").map { prefix + $0 }
            if !modes.allSatisfy(Self.modes.contains) { report("a mode", from: start) }
        case UInt8(ascii: "m") where isPlain:
            // Terminals such as screen end a change of colors by switching back to the first character set.
            if position + 1 < bytes.count, bytes[position + 1] == 0x0F { position += 1 }
        case let final? where Self.finals.contains(final) && isPlain: break
        default: report("a control sequence", from: start)
        }
    }
}
