/// Writes one frame through one pointer, front to back. The caller has computed the exact size.
struct FrameWriter {
    private let bytes: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ bytes: UnsafeMutableRawBufferPointer) { self.bytes = bytes }

    @inline(__always)
    mutating func write(_ source: UnsafeRawBufferPointer) {
        guard let start = source.baseAddress, let base = bytes.baseAddress else { return }
        precondition(source.count <= bytes.count - count, "a frame must not outgrow the size computed for it")
        (base + count).copyMemory(from: start, byteCount: source.count)
        count += source.count
    }

    /// Writes a text known at compile time, byte by byte: the compiler merges short texts into single stores.
    @inline(__always)
    mutating func write(static text: StaticString) {
        for index in 0..<text.utf8CodeUnitCount { self.write(text.utf8Start[index]) }
    }

    mutating func write(_ text: String) {
        var text = text
        text.withUTF8 { self.write(UnsafeRawBufferPointer($0)) }
    }

    @inline(__always)
    mutating func write(_ byte: UInt8) {
        bytes[count] = byte
        count += 1
    }

    @inline(__always)
    mutating func skip(_ count: Int) { self.count += count }

    @inline(__always)
    mutating func writeLineEnd() {
        write(.carriageReturn)
        write(.lineFeed)
    }

    /// Writes a number in decimal.
    @inline(__always)
    mutating func write(decimal value: UInt64) {
        let digits = Self.digitCount(value)
        precondition(digits <= bytes.count - count, "a frame must not outgrow the size computed for it")
        var rest = value
        var index = count + digits
        repeat {
            index -= 1
            let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
            bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: digit)
            rest = quotient
        } while rest > 0
        count += digits
    }

    /// The number of decimal digits of a number, 1 to 20.
    @inline(__always)
    static func digitCount(_ value: UInt64) -> Int {
        // Most message sizes have few digits.
        if value < 10 { return 1 }
        if value < 100 { return 2 }
        if value < 1_000 { return 3 }
        var digits = 4
        var bound: UInt64 = 10_000
        while value >= bound {
            digits += 1
            guard digits < 20 else { break }
            bound *= 10
        }
        return digits
    }
}
