extension UInt8 {
    @inlinable static var lineFeed: UInt8 { 0x0A }
    @inlinable static var carriageReturn: UInt8 { 0x0D }
    @inlinable static var tab: UInt8 { 0x09 }
    @inlinable static var space: UInt8 { 0x20 }
    static let delete: UInt8 = 0x7F
    static let dot = UInt8(ascii: ".")
    static let star = UInt8(ascii: "*")
    static let greaterThan = UInt8(ascii: ">")
    static let colon = UInt8(ascii: ":")

    /// True for a space or tab, which separate the arguments of a control line.
    var isBlank: Bool { self == .space || self == .tab }

    var isDigit: Bool { self &- UInt8(ascii: "0") < 10 }
}

extension UnsafeRawBufferPointer {
    /// Returns the bytes without spaces and tabs at either end.
    func trimmingBlanks() -> UnsafeRawBufferPointer {
        var start = 0
        var end = count
        while start < end, self[start].isBlank { start += 1 }
        while end > start, self[end - 1].isBlank { end -= 1 }
        return UnsafeRawBufferPointer(rebasing: self[start..<end])
    }
}
