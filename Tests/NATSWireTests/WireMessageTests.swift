import NATSWire
import NIOCore
import Testing

@Suite struct WireMessageTests {
    @Test func `a message needs at most 56 bytes`() {
        #expect(MemoryLayout<WireMessage>.stride <= 56)
        #expect(MemoryLayout<WireMessage?>.stride <= 56)
    }

    @Test func `the bytes of a message are counted`() throws {
        let plain = try message("MSG foo 1  r.s\t 5\r\nhello\r\n")
        #expect(plain.byteCount == 3 + 3 + 5)
        #expect(plain.payloadLength == 5)
        let withHeaders = try message("HMSG foo 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\n")
        #expect(withHeaders.byteCount == 3 + 12 + 5)
        #expect(withHeaders.payloadLength == 5)
    }

    @Test func `bytes that are not UTF-8 are displayed`() throws {
        var parser = OperationParser()
        var sink = RecordingSink()
        let frame = Array("MSG a".utf8) + [0xFF] + Array(" 1 b".utf8) + [0xFE] + Array(" 0\r\n\r\n".utf8)
        try parser.parse(ByteBuffer(bytes: frame), into: &sink)
        #expect(sink.messages.first?.subjectString == "a\u{FFFD}")
        #expect(sink.messages.first?.replyString == "b\u{FFFD}")
        #expect(sink.messages.first?.withSubjectBytes { Array($0) } == [0x61, 0xFF])
    }

    @Test func `a MSG has no headers, whatever its payload`() throws {
        let message = try message("MSG foo 1 14\r\nNATS/1.0 503\r\n\r\n")
        #expect(message.headerBytes == nil)
        #expect(try message.headers() == nil)
        #expect(message.status == nil)
    }

    @Test func `writing to a payload does not change the message`() throws {
        let message = try message("MSG foo 1 5\r\nhello\r\nPING\r\n")
        var payload = message.payload
        payload.writeString("!!!")
        #expect(message.payload == ByteBuffer(string: "hello"))
        #expect(message.subjectString == "foo")
    }

    private func batch(_ count: Int) throws -> [WireMessage] {
        var buffer = ByteBufferAllocator().buffer(capacity: 65_536)
        for index in 0..<count {
            buffer.writeString("HMSG s.\(index) \(index) r.\(index) 20 25\r\nNATS/1.0\r\na: \(100 + index)\r\n\r\nhello\r\n")
        }
        var parser = OperationParser()
        var sink = RecordingSink()
        try parser.parse(buffer, into: &sink)
        return sink.messages
    }

    private func check(_ messages: [WireMessage]) throws {
        for (index, message) in messages.enumerated() {
            #expect(message.sid == UInt64(index))
            #expect(message.subjectString == "s.\(index)")
            #expect(message.replyString == "r.\(index)")
            #expect(message.payload == ByteBuffer(string: "hello"))
            #expect(try message.headers()?["a"] == "\(100 + index)")
        }
    }

    @Test func `a copied message has its own small storage`() throws {
        let messages = try batch(10)
        #expect(messages[3].retainedBytes == 65_536)
        let copies = messages.map { $0.copied() }
        for copy in copies { #expect(copy.retainedBytes <= 128) }
        try check(copies)
    }

    @Test func `compact uses one small allocation for all messages`() throws {
        var messages = try batch(10)
        WireMessage.compact(&messages)
        try check(messages)
        for message in messages { #expect(message.retainedBytes <= 1024) }
        var none: [WireMessage] = []
        WireMessage.compact(&none)
        #expect(none.isEmpty)
    }

    @Test func `compact copies messages from several reads`() throws {
        let both = try batch(3) + batch(5)
        var moved = both
        WireMessage.compact(&moved)
        try check(Array(moved[..<3]))
        try check(Array(moved[3...]))
        #expect(moved.allSatisfy { $0.retainedBytes <= 1024 })
    }
}
