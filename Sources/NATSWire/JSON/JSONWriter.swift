internal import NIOCore

/// Writes one flat JSON object on one line, in the order of the calls.
struct JSONWriter {
    private(set) var buffer = ByteBuffer()
    private var isFirst = true

    init() { self.buffer.writeInteger(UInt8(ascii: "{")) }

    mutating func write(_ key: StaticString, _ value: Bool) {
        self.begin(key)
        self.buffer.writeStaticString(value ? "true" : "false")
    }

    mutating func write(_ key: StaticString, _ value: Int) {
        self.begin(key)
        self.buffer.writeString(String(value))
    }

    /// Writes a text. Writes nothing for nil.
    mutating func write(_ key: StaticString, _ value: String?) {
        guard let value else { return }
        self.begin(key)
        self.writeEscaped(value)
    }

    mutating func end() { self.buffer.writeInteger(UInt8(ascii: "}")) }

    private mutating func begin(_ key: StaticString) {
        if !self.isFirst { self.buffer.writeInteger(UInt8(ascii: ",")) }
        self.isFirst = false
        self.buffer.writeInteger(UInt8(ascii: "\""))
        self.buffer.writeStaticString(key)
        self.buffer.writeStaticString("\":")
    }

    private mutating func writeEscaped(_ text: String) {
        let hexDigits = Array("0123456789abcdef".utf8)
        self.buffer.writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                self.buffer.writeBytes([UInt8(ascii: "\\"), byte])
            case 0..<0x20, .delete:
                // A line end would end the CONNECT line. Other control characters are escaped to keep traces readable.
                self.buffer.writeStaticString("\\u00")
                self.buffer.writeBytes([hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]])
            default: self.buffer.writeInteger(byte)
            }
        }
        self.buffer.writeInteger(UInt8(ascii: "\""))
    }
}
