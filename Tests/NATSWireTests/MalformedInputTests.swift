import NATSWire
import NIOCore
import Testing

/// Input that no server may send, with the code of the expected error.
private let malformed: [(input: String, code: WireError.Code)] = [
    // Operations
    (" PING\r\n", .unknownOperation),
    ("\r\n", .unknownOperation),
    ("\n", .unknownOperation),
    ("POO\r\n", .unknownOperation),
    ("PINx\r\n", .unknownOperation),
    ("PINGG\r\n", .unknownOperation),
    ("PING junk\r\n", .unknownOperation),
    ("PONG 1\r\n", .unknownOperation),
    ("P\r\n", .unknownOperation),
    ("+x\r\n", .unknownOperation),
    ("+OKay\r\n", .unknownOperation),
    ("+OK 1\r\n", .unknownOperation),
    ("\u{0B}OK\r\n", .unknownOperation),
    ("-Ex\r\n", .unknownOperation),
    ("-ERR'x'\r\n", .unknownOperation),
    ("INFO{}\r\n", .unknownOperation),
    ("MSGx a 1 1\r\n", .unknownOperation),
    ("MSG\u{0}a 1 1\r\n", .unknownOperation),
    ("HMSGx a 1 1 1\r\n", .unknownOperation),
    ("HTTP/1.1 400 Bad Request\r\n", .unknownOperation),
    ("SSH-2.0-OpenSSH\r\n", .unknownOperation),
    ("\u{15}\u{03}\u{01}", .unknownOperation),
    // Line ends
    ("PING\rx\r\n", .invalidLineEnding),
    ("MSG a\rb 1 1\r\n", .invalidLineEnding),
    ("MSG a 1 1\r\r\n", .invalidLineEnding),
    // Argument counts
    ("MSG\r\n", .argumentCount),
    ("MSG \r\n", .argumentCount),
    ("MSG a\r\n", .argumentCount),
    ("MSG a 1\r\n", .argumentCount),
    ("MSG a 1 r 1 1\r\n", .argumentCount),
    ("MSG a 1 r 1 1 1 1 1\r\n", .argumentCount),
    ("HMSG\r\n", .argumentCount),
    ("HMSG a 1 1\r\n", .argumentCount),
    ("HMSG a 1 r 1 1 1\r\n", .argumentCount),
    // Subscription ids
    ("MSG a x 1\r\n", .invalidSubscriptionID),
    ("MSG a -1 1\r\n", .invalidSubscriptionID),
    ("MSG a 18446744073709551616 1\r\n", .invalidSubscriptionID),
    ("MSG a 99999999999999999999999 1\r\n", .invalidSubscriptionID),
    // Sizes
    ("MSG a 1 -1\r\n", .invalidSize),
    ("MSG a 1 +5\r\n", .invalidSize),
    ("MSG a 1 0x5\r\n", .invalidSize),
    ("MSG a 1 5a\r\n", .invalidSize),
    ("MSG a 1 r 5a\r\n", .invalidSize),
    ("MSG a 1 99999999999999999999\r\n", .invalidSize),
    ("MSG a 1 18446744073709551616\r\n", .invalidSize),
    ("HMSG a 1 x 1\r\n", .invalidSize),
    ("HMSG a 1 -1 1\r\n", .invalidSize),
    ("HMSG a 1 1 1x\r\n", .invalidSize),
    ("MSG a 1 67108865\r\n", .messageTooLarge),
    ("MSG a 1 9223372036854775808\r\n", .messageTooLarge),
    ("MSG a 1 9223372036854775807\r\n", .messageTooLarge),
    ("MSG a 1 18446744073709551615\r\n", .messageTooLarge),
    ("HMSG a 1 1 9223372036854775807\r\n", .messageTooLarge),
    ("HMSG a 1 9223372036854775807 1\r\n", .messageTooLarge),
    ("HMSG a 1 2 1\r\n", .headerLongerThanMessage),
    ("HMSG a 1 12 0\r\n", .headerLongerThanMessage),
    // Payloads
    ("MSG a 1 3\r\nabcX\r\n", .missingPayloadTerminator),
    ("MSG a 1 3\r\nabc\nPING\r\n", .missingPayloadTerminator),
    ("MSG a 1 3\r\nabcX\n", .missingPayloadTerminator),
    ("MSG a 1 2\r\nabc\r\n", .missingPayloadTerminator),
    ("MSG a 1 3\r\nabc\rX", .missingPayloadTerminator),
    ("HMSG a 1 0 1\r\nxPING\r\n", .missingPayloadTerminator),
]

@Suite struct MalformedInputTests {
    @Test func `each malformed input is refused with its code`() {
        for (input, code) in malformed {
            let outcome = parse("PING\r\n" + input + "PONG\r\nPONG\r\n")
            #expect(outcome == Outcome(events: [.ping], error: code), "\(input.debugDescription)")
        }
    }

    @Test func `each malformed input is refused at any split`() {
        for (input, code) in malformed {
            let bytes = Array(("PING\r\n" + input + "PONG\r\n").utf8)
            for split in 0...bytes.count {
                let outcome = parse([Array(bytes[..<split]), Array(bytes[split...])])
                #expect(outcome == Outcome(events: [.ping], error: code), "\(input.debugDescription) split at \(split)")
            }
            let outcome = parse(bytes.map { [$0] })
            #expect(outcome == Outcome(events: [.ping], error: code), "\(input.debugDescription) byte by byte")
        }
    }

    @Test func `a parser that failed keeps failing`() {
        var parser = OperationParser()
        var sink = RecordingSink()
        #expect(
            code { () throws(WireError) in try parser.parse(ByteBuffer(string: "POO\r\n"), into: &sink) } == .unknownOperation
        )
        #expect(
            code { () throws(WireError) in try parser.parse(ByteBuffer(string: "PING\r\n"), into: &sink) } == .unknownOperation
        )
        #expect(sink.events.isEmpty)
        #expect(parser.pendingBytes == 0)
    }

    @Test(arguments: ["MSG a", "PING ", "+OK ", "HMSG b"])
    func `the length of control lines is bounded`(start: String) {
        let limits = OperationParser.Limits(maxControlLine: 128)
        let line = start + String(repeating: "x", count: 128 - start.utf8.count)
        #expect(parse(line, limits: limits).error == .lineTooLong)
        #expect(parse(line.utf8.map { [$0] }, limits: limits).error == .lineTooLong)
        let atLimit = String(line.dropLast())
        #expect(parse(atLimit, limits: limits) == Outcome(pendingBytes: 127))
        #expect(parse(atLimit.utf8.map { [$0] }, limits: limits) == Outcome(pendingBytes: 127))
    }

    @Test func `a line of exactly the maximum length is accepted`() {
        let limits = OperationParser.Limits(maxControlLine: 64)
        let subject = String(repeating: "s", count: 64 - "MSG  1 0\r\n".utf8.count)
        let expected = Outcome(events: [.message(subject, 1, "")])
        #expect(parse("MSG \(subject) 1 0\r\n\r\n", limits: limits) == expected)
        #expect(parse("MSG \(subject) 1 0\r\n\r\n".utf8.map { [$0] }, limits: limits) == expected)
        #expect(parse("MSG \(subject)x 1 0\r\n\r\n", limits: limits).error == .lineTooLong)
        #expect(parse("MSG \(subject)x 1 0\r\n\r\n".utf8.map { [$0] }, limits: limits).error == .lineTooLong)
    }

    @Test func `the length of INFO and -ERR lines is bounded`() {
        let filler = String(repeating: "x", count: 1 << 20)
        #expect(parse("INFO " + filler).error == .lineTooLong)
        #expect(parse("-ERR " + filler).error == .lineTooLong)
        #expect(parse("INFO " + filler.dropLast(7) + "\r\n").error == nil)
        #expect(parse(String(repeating: "M", count: 64 << 10)).error == .lineTooLong)
    }

    @Test func `a long error text is truncated`() {
        let text = String(repeating: "e", count: 1_000_000)
        #expect(parse("-ERR '\(text)'\r\nPING\r\n").events == [.error(String(repeating: "e", count: 1024)), .ping])
    }

    @Test func `excerpts are short and escaped`() {
        let error = WireError(code: .unknownOperation, message: "bad", offending: [0x1B, 0x41, 0x5C, 0x22, 0xFF, 0x0A])
        #expect(error.excerpt == #"\x1BA\\\"\xFF\x0A"#)
        #expect(error.description == #"bad: "\x1BA\\\"\xFF\x0A" [unknownOperation]"#)
        let long = WireError(code: .unknownOperation, message: "bad", offending: [UInt8](repeating: 0x61, count: 1000))
        #expect(long.excerpt == String(repeating: "a", count: 64) + "…")
    }
}
