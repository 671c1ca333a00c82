/// Decodes the bytes that a terminal sends into events.
///
/// Supports the sequences of xterm and similar terminals: both forms of the arrows (`ESC [ A` and `ESC O A`), modifiers,
/// bracketed paste, SGR mouse reports, `CSI u` keys, and the function keys of the Linux console. Unknown sequences are
/// skipped completely, so that the rest of a sequence is never treated as typed text.
public struct InputDecoder: Sendable {
    private var pending: [UInt8] = []
    private var paste: [UInt8]?
    private var pasteIsTruncated = false
    private let maximumPasteBytes: Int

    private static let escape: UInt8 = 0x1B
    private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)
    /// The maximum length of a key sequence. Longer input is not a key.
    private static let longestSequence = 64

    /// Creates a decoder that keeps at most `maximumPasteBytes` of one paste and skips the rest.
    public init(maximumPasteBytes: Int = 1 << 20) {
        self.maximumPasteBytes = max(0, maximumPasteBytes)
    }

    /// True while the last bytes may be either the beginning of a sequence or the escape key.
    ///
    /// If no byte follows within a few milliseconds, call `flush()`. A paste that has begun waits for its end without a
    /// time limit.
    public var isWaiting: Bool { paste == nil && !pending.isEmpty }

    /// Returns the events that `bytes` complete.
    public mutating func decode(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        pending += bytes
        return drain(isFinal: false)
    }

    /// Ends the wait for more bytes: a pending escape is the escape key.
    public mutating func flush() -> [InputEvent] {
        paste == nil ? drain(isFinal: true) : []
    }

    private mutating func drain(isFinal: Bool) -> [InputEvent] {
        var events: [InputEvent] = []
        var offset = 0
        loop: while offset < pending.count {
            if paste != nil {
                guard takePaste(from: &offset, into: &events) else { break }
                continue
            }
            switch step(at: offset, isFinal: isFinal) {
            case .needsMore: break loop
            case .skip(let length): offset += length
            case .event(let event, let length):
                offset += length
                events.append(event)
            case .pasteBegins(let length):
                offset += length
                (paste, pasteIsTruncated) = ([], false)
            }
        }
        pending.removeFirst(offset)
        return events
    }

    private enum Step {
        case needsMore
        case skip(Int)
        case event(InputEvent, Int)
        case pasteBegins(Int)

        static func key(_ code: Key.Code, _ modifiers: Key.Modifiers = [], _ length: Int) -> Step {
            .event(.key(Key(code, modifiers)), length)
        }
    }

    // MARK: Paste

    /// Takes pasted bytes from `offset` on. Returns false if the end of the paste has not arrived yet.
    private mutating func takePaste(from offset: inout Int, into events: inout [InputEvent]) -> Bool {
        let end = Self.pasteEnd
        var scan = offset
        while scan < pending.count {
            guard let start = pending[scan...].firstIndex(of: Self.escape) else {
                scan = pending.count
                break
            }
            let candidate = pending[start...].prefix(end.count)
            if candidate.elementsEqual(end) {
                keepPasted(pending[offset..<start])
                events.append(.paste(Paste(bytes: paste ?? [], isTruncated: pasteIsTruncated)))
                paste = nil
                offset = start + end.count
                return true
            }
            if candidate.count < end.count, candidate.elementsEqual(end.prefix(candidate.count)) {
                // These bytes may be the start of the end marker.
                scan = start
                break
            }
            scan = start + 1
        }
        keepPasted(pending[offset..<scan])
        offset = scan
        return false
    }

    private mutating func keepPasted(_ bytes: ArraySlice<UInt8>) {
        let room = maximumPasteBytes - (paste?.count ?? 0)
        paste?.append(contentsOf: bytes.prefix(room))
        if bytes.count > room { pasteIsTruncated = true }
    }

    // MARK: Keys

    private func step(at offset: Int, isFinal: Bool) -> Step {
        let byte = pending[offset]
        guard byte == Self.escape else { return character(at: offset, modifiers: [], skipped: 0, isFinal: isFinal) }
        guard offset + 1 < pending.count else { return isFinal ? .key(.escape, [], 1) : .needsMore }
        switch pending[offset + 1] {
        case UInt8(ascii: "["): return controlSequence(at: offset, isFinal: isFinal)
        case UInt8(ascii: "O"): return singleShift(at: offset, isFinal: isFinal)
        case Self.escape: return .key(.escape, [], 1)
        default: return character(at: offset + 1, modifiers: .alt, skipped: 1, isFinal: isFinal)
        }
    }

    private func character(at offset: Int, modifiers: Key.Modifiers, skipped: Int, isFinal: Bool) -> Step {
        let byte = pending[offset]
        let length = skipped + 1
        switch byte {
        case 0x09: return .key(.tab, modifiers, length)
        case 0x0D: return .key(.enter, modifiers, length)
        case 0x7F: return .key(.backspace, modifiers, length)
        case 0x00: return .key(.character(" "), modifiers.union(.control), length)
        case 0x01...0x1A: return .key(.character(Unicode.Scalar(byte | 0x60)), modifiers.union(.control), length)
        case 0x1C...0x1F: return .key(.character(Unicode.Scalar(byte | 0x40)), modifiers.union(.control), length)
        case 0x20..<0x7F: return .key(.character(Unicode.Scalar(byte)), modifiers, length)
        default: break
        }
        let decoded = pending.withUnsafeBufferPointer { decodeUTF8($0, at: offset) }
        if let decoded { return .key(.character(decoded.scalar), modifiers, skipped + decoded.length) }
        // Fewer bytes than the first one announces: the rest may still arrive.
        let announced = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC2 ? 2 : 1
        let isCut = offset + announced > pending.count && pending[(offset + 1)...].allSatisfy { $0 & 0xC0 == 0x80 }
        return isCut && !isFinal ? .needsMore : .skip(length)
    }

    /// `ESC O` and a letter.
    private func singleShift(at offset: Int, isFinal: Bool) -> Step {
        guard offset + 2 < pending.count else {
            return isFinal ? .key(.character("O"), .alt, 2) : .needsMore
        }
        let final = pending[offset + 2]
        if let code = Self.letterKey(final) { return .key(code, [], 3) }
        return final == UInt8(ascii: "M") ? .key(.enter, [], 3) : .skip(3)
    }

    /// `ESC [`, parameters, and a letter.
    private func controlSequence(at offset: Int, isFinal: Bool) -> Step {
        var end = offset + 2
        // The Linux console sends `ESC [ [ A` to `E` for F1 to F5.
        if end < pending.count, pending[end] == UInt8(ascii: "[") {
            guard end + 1 < pending.count else { return isFinal ? .skip(3) : .needsMore }
            let number = Int(pending[end + 1]) - 0x40
            return (1...5).contains(number) ? .key(.function(number), [], 4) : .skip(4)
        }
        while end < pending.count, (0x20...0x3F).contains(pending[end]) { end += 1 }
        guard end < pending.count else {
            if end - offset > Self.longestSequence { return .skip(end - offset) }
            if !isFinal { return .needsMore }
            return end == offset + 2 ? .key(.character("["), .alt, 2) : .skip(end - offset)
        }
        let length = end - offset + 1
        guard (0x40...0x7E).contains(pending[end]) else { return .skip(end - offset) }
        let body = pending[(offset + 2)..<end]
        if body.first == UInt8(ascii: "<") {
            guard let event = mouse(body.dropFirst(), final: pending[end]) else { return .skip(length) }
            return .event(.mouse(event), length)
        }
        return key(parameters: Self.numbers(body), final: pending[end], length: length)
    }

    private func key(parameters: [Int]?, final: UInt8, length: Int) -> Step {
        guard let parameters else { return .skip(length) }
        let first = parameters.first ?? 1
        let modifiers = Self.modifiers(parameters.count > 1 ? parameters[1] : 1)
        switch final {
        case UInt8(ascii: "~"):
            if first == 200 { return .pasteBegins(length) }
            if first == 27, parameters.count == 3 { return typed(parameters[2], modifiers, length) }
            return Self.numberedKey(first).map { .key($0, modifiers, length) } ?? .skip(length)
        case UInt8(ascii: "u"): return typed(first, modifiers, length)
        case UInt8(ascii: "Z"): return .key(.backTab, modifiers.subtracting(.shift), length)
        default: return Self.letterKey(final).map { .key($0, modifiers, length) } ?? .skip(length)
        }
    }

    /// A key that was sent as the code of its character.
    private func typed(_ value: Int, _ modifiers: Key.Modifiers, _ length: Int) -> Step {
        switch value {
        case 9:
            return modifiers.contains(.shift)
                ? .key(.backTab, modifiers.subtracting(.shift), length) : .key(.tab, modifiers, length)
        case 13: return .key(.enter, modifiers, length)
        case 27: return .key(.escape, modifiers, length)
        case 127: return .key(.backspace, modifiers, length)
        default:
            guard value >= 0x20, let scalar = UInt32(exactly: value).flatMap(Unicode.Scalar.init),
                scalar.properties.generalCategory != .control, scalar.properties.generalCategory != .privateUse
            else { return .skip(length) }
            return .key(.character(scalar), modifiers.subtracting(.shift), length)
        }
    }

    private func mouse(_ body: ArraySlice<UInt8>, final: UInt8) -> MouseEvent? {
        guard let numbers = Self.numbers(body), numbers.count == 3 else { return nil }
        let (bits, position) = (numbers[0], Point(x: numbers[1] - 1, y: numbers[2] - 1))
        guard position.x >= 0, position.y >= 0, bits & 32 == 0 else { return nil }
        var modifiers = Key.Modifiers()
        if bits & 4 != 0 { modifiers.insert(.shift) }
        if bits & 8 != 0 { modifiers.insert(.alt) }
        if bits & 16 != 0 { modifiers.insert(.control) }
        switch (bits & ~28, final) {
        case (0...2, UInt8(ascii: "m")): return MouseEvent(.release, at: position, modifiers: modifiers)
        case (0, UInt8(ascii: "M")): return MouseEvent(.press(.left), at: position, modifiers: modifiers)
        case (1, UInt8(ascii: "M")): return MouseEvent(.press(.middle), at: position, modifiers: modifiers)
        case (2, UInt8(ascii: "M")): return MouseEvent(.press(.right), at: position, modifiers: modifiers)
        case (64, UInt8(ascii: "M")): return MouseEvent(.scrollUp, at: position, modifiers: modifiers)
        case (65, UInt8(ascii: "M")): return MouseEvent(.scrollDown, at: position, modifiers: modifiers)
        default: return nil
        }
    }

    // MARK: Tables

    /// Returns the numbers between semicolons, with empty ones as 1. Returns nil for any other text and for very large
    /// numbers.
    private static func numbers(_ body: ArraySlice<UInt8>) -> [Int]? {
        guard !body.isEmpty else { return [] }
        var result: [Int] = []
        for part in body.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false) {
            guard part.count <= 7, part.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            result.append(part.isEmpty ? 1 : part.reduce(0) { $0 * 10 + Int($1 - 0x30) })
        }
        return result
    }

    /// Decodes xterm's modifiers: the number is one more than a bit set of shift, alt and control.
    private static func modifiers(_ number: Int) -> Key.Modifiers {
        let bits = max(0, number - 1)
        var modifiers = Key.Modifiers()
        if bits & 1 != 0 { modifiers.insert(.shift) }
        if bits & 2 != 0 { modifiers.insert(.alt) }
        if bits & 4 != 0 { modifiers.insert(.control) }
        return modifiers
    }

    private static func letterKey(_ letter: UInt8) -> Key.Code? {
        switch letter {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "P"): .function(1)
        case UInt8(ascii: "Q"): .function(2)
        case UInt8(ascii: "R"): .function(3)
        case UInt8(ascii: "S"): .function(4)
        default: nil
        }
    }

    private static func numberedKey(_ number: Int) -> Key.Code? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        // The numbers have the gaps of the VT220 keyboard.
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23...26: .function(number - 12)
        case 28, 29: .function(number - 13)
        case 31...34: .function(number - 14)
        default: nil
        }
    }
}
