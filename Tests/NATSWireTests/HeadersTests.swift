import NATSWire
import NIOCore
import Testing

private func decode(_ block: String) throws(WireError) -> Headers { try decode(Array(block.utf8)) }

private func decode(_ block: [UInt8]) throws(WireError) -> Headers {
    try block.withUnsafeBufferPointer { (bytes) throws(WireError) in try Headers(block: UnsafeRawBufferPointer(bytes)) }
}

private func encode(_ headers: Headers) -> String {
    var bytes = [UInt8](repeating: 0, count: headers.encodedSize)
    let count = bytes.withUnsafeMutableBytes { headers.write(into: $0) }
    return String(decoding: bytes[..<count], as: UTF8.self)
}

@Suite struct HeadersTests {
    @Test func `order, case and repeated names are kept`() throws {
        var headers = Headers()
        try headers.add("b", "1")
        try headers.add("A", "2")
        try headers.add("b", "3")
        try headers.add("B", "4")
        #expect(headers["b"] == "1")
        #expect(headers["B"] == "4")
        #expect(headers["a"] == nil)
        #expect(headers.values("b") == ["1", "3"])
        #expect(headers.map(\.name) == ["b", "A", "b", "B"])
        #expect(encode(headers) == "NATS/1.0\r\nb: 1\r\nA: 2\r\nb: 3\r\nB: 4\r\n\r\n")
    }

    @Test func `set replaces all fields with a name`() throws {
        var headers = try Headers([("a", "1"), ("b", "2"), ("a", "3"), ("c", "4"), ("a", "5")])
        try headers.set("a", "9")
        try headers.set("d", "0")
        #expect(try headers == Headers([("a", "9"), ("b", "2"), ("c", "4"), ("d", "0")]))
        headers.remove("b")
        #expect(headers.count == 3)
    }

    @Test func `names are compared by bytes`() throws {
        let headers = try Headers([("K", "1")])
        // As a String, the Kelvin sign is equal to K.
        #expect(headers["\u{212A}"] == nil)
        #expect(try Headers([("a", "\u{E9}")]) != Headers([("a", "e\u{301}")]))
    }

    @Test(arguments: ["", "a b", "a:b", "a:", "a\r\nb", "a\u{0}", "\u{E9}", "a\u{7F}", " a"])
    func `invalid names are refused`(name: String) {
        var headers = Headers()
        #expect(code { () throws(WireError) in try headers.add(name, "v") } == .invalidHeaderName)
        #expect(code { () throws(WireError) in try headers.set(name, "v") } == .invalidHeaderName)
        #expect(headers.isEmpty)
    }

    @Test(arguments: ["a\r\nInjected: x", "a\nb", "a\rb", "a\u{0}b", " a", "a ", "\ta"])
    func `invalid values are refused`(value: String) {
        var headers = Headers()
        #expect(code { () throws(WireError) in try headers.add("n", value) } == .invalidHeaderValue)
        #expect(code { () throws(WireError) in try headers.set("n", value) } == .invalidHeaderValue)
        #expect(headers.isEmpty)
    }

    @Test func `written headers are decoded unchanged`() throws {
        let headers = try Headers([
            ("Nats-Msg-Id", "1"), ("empty", ""), ("x", "a: b: c"), ("x", "größe 🙂"), ("!#$%&'*+-.^_`|~", "v"),
        ])
        #expect(try decode(encode(headers)) == headers)
        #expect(encode(Headers()) == "NATS/1.0\r\n\r\n")
        #expect(try decode(encode(Headers())) == Headers())
    }

    @Test func `spaces and tabs around values are dropped`() throws {
        let headers = try decode("NATS/1.0\r\na:1\r\nb: \t 2 3 \t\r\nc:\r\nd:   \r\n\r\n")
        #expect(headers.map(\.value) == ["1", "2 3", "", ""])
    }

    @Test(arguments: [
        ("NATS/1.0 503\r\n\r\n", 503, ""),
        ("NATS/1.0 503 No Responders\r\n\r\n", 503, "No Responders"),
        ("NATS/1.0   100   Idle Heartbeat  \r\nNats-Last-Consumer: 1\r\n\r\n", 100, "Idle Heartbeat"),
    ])
    func `the status line is decoded`(block: String, code: Int, text: String) throws {
        let status = try decode(block).status
        #expect(status == HeaderStatus(code: code, text: text))
        let message = try message("HMSG i 1 \(block.utf8.count) \(block.utf8.count)\r\n\(block)\r\n")
        #expect(message.status == status)
        #expect(try message.headers()?.status == status)
    }

    @Test func `the status is kept when headers are written again`() throws {
        let block = "NATS/1.0 503 No Responders\r\na: b\r\n\r\n"
        #expect(try encode(decode(block)) == block)
    }

    @Test(arguments: [
        ("", WireError.Code.malformedHeaders),
        ("GARBAGE", .malformedHeaders),
        ("NATS/1.0", .malformedHeaders),
        ("NATS/1.0\r", .malformedHeaders),
        ("NATS/1.0\n\n", .malformedHeaders),
        ("\n", .malformedHeaders),
        ("NATS/1.0\r\n", .malformedHeaders),
        ("NATS/2.0\r\n\r\n", .malformedHeaders),
        ("nats/1.0\r\n\r\n", .malformedHeaders),
        ("NATS/1.05\r\n\r\n", .malformedHeaders),
        ("NATS/1.0 5\r\n\r\n", .malformedHeaders),
        ("NATS/1.0 5034\r\n\r\n", .malformedHeaders),
        ("NATS/1.0 abc\r\n\r\n", .malformedHeaders),
        ("NATS/1.0 099\r\n\r\n", .malformedHeaders),
        ("NATS/1.0\r\na: b\r\n", .malformedHeaders),
        ("NATS/1.0\r\na: b\n\r\n", .malformedHeaders),
        ("NATS/1.0\r\nno colon\r\n\r\n", .malformedHeaders),
        ("NATS/1.0\r\na: b\r\n\r\nmore", .malformedHeaders),
        ("NATS/1.0\r\n: b\r\n\r\n", .invalidHeaderName),
        ("NATS/1.0\r\na : b\r\n\r\n", .invalidHeaderName),
        ("NATS/1.0\r\n folded: b\r\n\r\n", .invalidHeaderName),
        ("NATS/1.0\r\n\u{E9}: b\r\n\r\n", .invalidHeaderName),
        ("NATS/1.0\r\na: b\u{0}c\r\n\r\n", .invalidHeaderValue),
        ("NATS/1.0\r\na: b\rc\r\n\r\n", .invalidHeaderValue),
    ])
    func `invalid blocks are refused`(block: String, expected: WireError.Code) throws {
        #expect(code { () throws(WireError) in _ = try decode(block) } == expected)
        // The message is still delivered, with its header block unchanged.
        let message = try message("HMSG f 1 \(block.utf8.count) \(block.utf8.count + 2)\r\n\(block)ok\r\n")
        #expect(message.headerBytes == ByteBuffer(string: block))
        #expect(message.payload == ByteBuffer(string: "ok"))
        #expect(code { () throws(WireError) in _ = try message.headers() } == expected)
    }

    @Test func `values that are not UTF-8 are refused`() {
        let block = Array("NATS/1.0\r\na: ".utf8) + [0xFF] + Array("\r\n\r\n".utf8)
        #expect(code { () throws(WireError) in _ = try decode(block) } == .invalidHeaderValue)
    }

    @Test func `the number of fields is bounded`() throws {
        let line = "a: b\r\n"
        #expect(
            try decode("NATS/1.0\r\n" + String(repeating: line, count: Headers.maxFields) + "\r\n").count == Headers.maxFields
        )
        let tooMany = "NATS/1.0\r\n" + String(repeating: line, count: 100_000) + "\r\n"
        #expect(code { () throws(WireError) in _ = try decode(tooMany) } == .tooManyHeaders)
    }
}
