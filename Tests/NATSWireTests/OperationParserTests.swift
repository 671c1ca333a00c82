import NIOCore
import Testing

@testable import NATSWire

/// Every valid operation, with the expected event.
private let validOperations: [(frame: String, event: Event)] = [
    ("PING\r\n", .ping),
    ("PONG\r\n", .pong),
    ("+OK\r\n", .ok),
    ("ping\r\n", .ping),
    ("PiNg \t\r\n", .ping),
    ("PONG\n", .pong),
    ("+ok\n", .ok),
    ("INFO {\"server_id\":\"A\"} \r\n", .info("{\"server_id\":\"A\"}")),
    ("info\t{}\n", .info("{}")),
    ("INFO\r\n", .info("")),
    ("-ERR 'Stale Connection'\r\n", .error("Stale Connection")),
    ("-err no quotes\r\n", .error("no quotes")),
    ("-ERR\r\n", .error("")),
    ("-ERR ''\r\n", .error("")),
    ("-ERR '\r\n", .error("'")),
    ("-ERR 'esc \u{1B}[2J'\r\n", .error("esc \u{1B}[2J")),
    ("MSG foo 1 5\r\nhello\r\n", .message("foo", 1, "hello")),
    ("MSG foo 1 0\r\n\r\n", .message("foo", 1, "")),
    ("MSG foo 1 00005\r\nhello\r\n", .message("foo", 1, "hello")),
    ("MSG a.subject.longer.than.eight 18446744073709551615 2\r\n\r\n\r\n", .message("a.subject.longer.than.eight", .max, "\r\n")),
    ("MSG foo 9 _INBOX.1.2 5\r\nhello\r\n", .message("foo", 9, reply: "_INBOX.1.2", "hello")),
    ("MSG foo 9 5x 5\r\nhello\r\n", .message("foo", 9, reply: "5x", "hello")),
    ("MSG foo 9 7 5\r\nhello\r\n", .message("foo", 9, reply: "7", "hello")),
    ("mSg\tfoo  1 \t 5 \r\nhello\r\n", .message("foo", 1, "hello")),
    ("MSG  foo\t9   reply.to\t\t5\t\nhello\r\n", .message("foo", 9, reply: "reply.to", "hello")),
    ("MSG foo 1 5\nhello\r\n", .message("foo", 1, "hello")),
    ("MSG foo 1 14\r\n\r\nMSG x 1 1\r\n!\r\n", .message("foo", 1, "\r\nMSG x 1 1\r\n!")),
    ("HMSG foo 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\n", .message("foo", 1, headers: "NATS/1.0\r\n\r\n", "hello")),
    ("HMSG foo 1 r.s 12 12\r\nNATS/1.0\r\n\r\n\r\n", .message("foo", 1, reply: "r.s", headers: "NATS/1.0\r\n\r\n", "")),
    ("hmsg foo 1 r 0 1\r\nx\r\n", .message("foo", 1, reply: "r", headers: "", "x")),
    ("HMSG foo 1 0 0\r\n\r\n", .message("foo", 1, headers: "", "")),
    ("HMSG foo 1 7 7\r\nGARBAGE\r\n", .message("foo", 1, headers: "GARBAGE", "")),
]

@Suite struct OperationParserTests {
    @Test func `every valid operation is reported`() {
        for (frame, event) in validOperations {
            #expect(parse(frame) == Outcome(events: [event]), "\(frame.debugDescription)")
        }
    }

    @Test func `a split at any byte does not change the result`() {
        for (frame, event) in validOperations {
            let bytes = Array(("PING\r\n" + frame + "+OK\r\n").utf8)
            for split in 0...bytes.count {
                let outcome = parse([Array(bytes[..<split]), Array(bytes[split...])])
                #expect(outcome == Outcome(events: [.ping, event, .ok]), "\(frame.debugDescription) split at \(split)")
            }
        }
    }

    @Test func `reads of one byte do not change the result`() {
        let stream = validOperations.map(\.frame).joined()
        let outcome = parse(stream.utf8.map { [$0] })
        #expect(outcome == Outcome(events: validOperations.map(\.event)))
    }

    @Test(arguments: [2, 3, 7, 64, 1000])
    func `reads of any size do not change the result`(size: Int) {
        let stream = Array(validOperations.map(\.frame).joined().utf8)
        let reads = stride(from: 0, to: stream.count, by: size).map { Array(stream[$0..<min($0 + size, stream.count)]) }
        #expect(parse(reads) == Outcome(events: validOperations.map(\.event)))
    }

    @Test func `one read may contain many operations`() {
        var stream = ""
        var expected: [Event] = []
        for index in 0..<1000 {
            let (frame, event) = validOperations[index % validOperations.count]
            stream += frame
            expected.append(event)
        }
        #expect(parse(stream) == Outcome(events: expected))
    }

    @Test func `subjects may contain any bytes`() {
        let subject: [UInt8] = [0xFF, 0x00, 0x1B, 0x80, 0x7F, 0xC3]
        let frame = Array("MSG ".utf8) + subject + Array(" 1 ".utf8) + subject + Array(" 0\r\n\r\n".utf8)
        let expected = Event.message(subject: subject, sid: 1, reply: subject, headers: nil, payload: [])
        #expect(parse([frame]) == Outcome(events: [expected]))
    }

    @Test func `only the readable bytes of the buffer are parsed`() throws {
        var buffer = ByteBuffer(string: "junkMSG foo 7 3\r\nabc\r\nPING\r\nMSG bar 8 1\r\nx\r\n")
        buffer.moveReaderIndex(forwardBy: 4)
        var parser = OperationParser()
        var sink = RecordingSink()
        try parser.parse(buffer, into: &sink)
        #expect(sink.events == [.message("foo", 7, "abc"), .ping, .message("bar", 8, "x")])
    }

    @Test func `only the partial frame is kept`() throws {
        var parser = OperationParser()
        var sink = RecordingSink()
        try parser.parse(ByteBuffer(string: "PING\r\nMSG foo 1 10\r\n12345"), into: &sink)
        #expect(parser.pendingBytes == "MSG foo 1 10\r\n12345".utf8.count)
        try parser.parse(ByteBuffer(string: "67890\r\nPO"), into: &sink)
        #expect(parser.pendingBytes == 2)
        #expect(sink.events == [.ping, .message("foo", 1, "1234567890")])
    }

    @Test func `the next read completes the partial frame, and the other frames are not copied`() throws {
        var parser = OperationParser()
        var sink = RecordingSink()
        let read = ByteBuffer(string: "lo\r\nMSG bar 2 3\r\nabc\r\n")
        try parser.parse(ByteBuffer(string: "MSG foo 1 5\r\nhel"), into: &sink)
        try parser.parse(read, into: &sink)
        #expect(sink.events == [.message("foo", 1, "hello"), .message("bar", 2, "abc")])
        let storage = read.withVeryUnsafeBytes { UInt(bitPattern: $0.baseAddress) }
        #expect(
            sink.messages.map { $0.frame.withVeryUnsafeBytes { UInt(bitPattern: $0.baseAddress) } == storage } == [false, true]
        )
    }

    @Test func `announcing a large message does not allocate its size`() throws {
        var parser = OperationParser()
        var sink = RecordingSink()
        let size = 60 << 20
        try parser.parse(ByteBuffer(string: "MSG foo 1 \(size)\r\n"), into: &sink)
        #expect(parser.pending.storageCapacity < 1024)
        try parser.parse(ByteBuffer(repeating: 0x61, count: 100_000), into: &sink)
        #expect(parser.pending.storageCapacity < 400_000)
    }

    @Test func `a large message may arrive in many reads`() throws {
        var parser = OperationParser()
        var sink = RecordingSink()
        let size = 3 << 20
        try parser.parse(ByteBuffer(string: "MSG foo 1 \(size)\r\n"), into: &sink)
        for _ in 0..<(size / 65_536) { try parser.parse(ByteBuffer(repeating: 0x61, count: 65_536), into: &sink) }
        #expect(sink.events.isEmpty)
        try parser.parse(ByteBuffer(string: "\r\nPING\r\n"), into: &sink)
        #expect(sink.events.count == 2)
        #expect(sink.messages.first?.payloadLength == size)
        #expect(sink.messages.first?.withPayloadBytes { $0.allSatisfy { $0 == 0x61 } } == true)
    }
}
