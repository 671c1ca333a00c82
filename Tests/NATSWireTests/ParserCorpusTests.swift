import NATSWire
import NIOCore
import Testing

/// Valid and invalid server output, one input per row: acceptance check 35 of the client's reference.
///
/// Each input is parsed as a whole, at every split into two reads, byte by byte, and between other operations in one read.
/// All results must be equal.
@Suite("check 35: the parser's corpus")
struct ParserCorpusTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let inputs: [Input]
        var testDescription: String { name }

        init(_ name: String, _ inputs: Input...) {
            self.name = name
            self.inputs = inputs
        }
    }

    struct Input: Sendable {
        let bytes: [UInt8]
        let expected: Outcome

        /// The parser reports these events.
        static func accepted(_ text: String, _ events: Event...) -> Input {
            Input(bytes: Array(text.utf8), expected: Outcome(events: events))
        }

        static func accepted(bytes: [UInt8], _ events: Event...) -> Input {
            Input(bytes: bytes, expected: Outcome(events: events))
        }

        /// The parser rejects the input with this code.
        static func refused(_ text: String, _ code: WireError.Code) -> Input {
            Input(bytes: Array(text.utf8), expected: Outcome(error: code))
        }

        /// The parser waits for more bytes.
        static func incomplete(_ text: String) -> Input {
            Input(bytes: Array(text.utf8), expected: Outcome(pendingBytes: text.utf8.count))
        }
    }

    static let rows: [Row] = [
        Row(
            "every valid operation",
            .accepted("PING\r\n", .ping),
            .accepted("PONG\r\n", .pong),
            .accepted("+OK\r\n", .ok),
            .accepted("INFO {\"server_id\":\"A\"}\r\n", .info("{\"server_id\":\"A\"}")),
            .accepted("-ERR 'Stale Connection'\r\n", .error("Stale Connection")),
            .accepted("MSG foo 1 5\r\nhello\r\n", .message("foo", 1, "hello")),
            .accepted("MSG foo 1 reply.to 5\r\nhello\r\n", .message("foo", 1, reply: "reply.to", "hello")),
            .accepted("MSG foo 1 0\r\n\r\n", .message("foo", 1, "")),
            .accepted(
                "HMSG foo 1 12 17\r\nNATS/1.0\r\n\r\nhello\r\n",
                .message("foo", 1, headers: "NATS/1.0\r\n\r\n", "hello")
            ),
            .accepted(
                "HMSG foo 1 r 12 12\r\nNATS/1.0\r\n\r\n\r\n",
                .message("foo", 1, reply: "r", headers: "NATS/1.0\r\n\r\n", "")
            )
        ),
        Row(
            "a payload that looks like an operation",
            .accepted("MSG foo 1 14\r\n\r\nMSG x 1 1\r\n!\r\n", .message("foo", 1, "\r\nMSG x 1 1\r\n!"))
        ),
        Row(
            "lower and mixed case, tabs, several spaces, spaces at the end",
            .accepted("ping\r\n", .ping),
            .accepted("PoNg \t\r\n", .pong),
            .accepted("INFO {} \r\n", .info("{}")),
            .accepted("mSg\tfoo  1 \t 5 \r\nhello\r\n", .message("foo", 1, "hello")),
            .accepted("hmsg foo 1 r 0 1\r\nx\r\n", .message("foo", 1, reply: "r", headers: "", "x"))
        ),
        Row(
            "unknown operations",
            .refused(" PING\r\n", .unknownOperation),
            .refused("POO\r\n", .unknownOperation),
            .refused("PINx\r\n", .unknownOperation),
            .refused("+x\r\n", .unknownOperation),
            .refused("-Ex\r\n", .unknownOperation),
            .refused("MSGx a 1 1\r\n", .unknownOperation),
            .refused("\r\n", .unknownOperation)
        ),
        Row(
            "decisions: surplus text is rejected, LF alone ends a control line but not a payload",
            .refused("+OKay\r\n", .unknownOperation),
            .refused("PING junk\r\n", .unknownOperation),
            .accepted("PING\n", .ping),
            .accepted("MSG foo 1 1\nx\r\n", .message("foo", 1, "x")),
            .refused("MSG foo 1 1\r\nx\nPING\r\n", .missingPayloadTerminator)
        ),
        Row(
            "too few or too many arguments",
            .refused("MSG\r\n", .argumentCount),
            .refused("MSG a\r\n", .argumentCount),
            .refused("MSG a 1\r\n", .argumentCount),
            .refused("MSG a 1 r 1 1\r\n", .argumentCount),
            .refused("HMSG a 1 1\r\n", .argumentCount),
            .refused("HMSG a 1 r 1 1 1\r\n", .argumentCount)
        ),
        Row(
            "sizes that are not decimal numbers",
            .refused("MSG a 1 -1\r\n", .invalidSize),
            .refused("MSG a 1 +5\r\n", .invalidSize),
            .refused("MSG a 1 0x5\r\n", .invalidSize),
            .refused("MSG a 1 \r\n", .argumentCount),
            .refused("MSG a 1 5a\r\n", .invalidSize),
            .accepted("MSG a 1 00005\r\nhello\r\n", .message("a", 1, "hello"))
        ),
        Row(
            "sizes beyond every limit are rejected before allocating memory",
            .refused("MSG a 1 9223372036854775808\r\n", .messageTooLarge),
            .refused("MSG a 1 9223372036854775807\r\n", .messageTooLarge),
            .refused("MSG a 1 99999999999999999999\r\n", .invalidSize),
            .refused("HMSG a 1 1 9223372036854775807\r\n", .messageTooLarge)
        ),
        Row("64 MB announced and not sent", .incomplete("MSG a 1 67108864\r\n")),
        Row(
            "header lengths at their limits",
            .refused("HMSG a 1 2 1\r\n", .headerLongerThanMessage),
            .refused("HMSG a 1 12 0\r\n", .headerLongerThanMessage),
            .accepted("HMSG a 1 0 1\r\nx\r\n", .message("a", 1, headers: "", "x")),
            .accepted("HMSG a 1 4 5\r\nNATSx\r\n", .message("a", 1, headers: "NATS", "x")),
            .accepted("HMSG a 1 0 0\r\n\r\n", .message("a", 1, headers: "", ""))
        ),
        Row(
            "an invalid header block is delivered unchanged",
            .accepted("HMSG a 1 7 8\r\nGARBAGEx\r\n", .message("a", 1, headers: "GARBAGE", "x")),
            .accepted("HMSG a 1 14 14\r\nNATS/1.0\r\na: b\r\n", .message("a", 1, headers: "NATS/1.0\r\na: b", ""))
        ),
        Row(
            "a payload without CR LF after it",
            .refused("MSG a 1 3\r\nabcX\r\n", .missingPayloadTerminator),
            .refused("MSG a 1 2\r\nabc\r\n", .missingPayloadTerminator),
            .refused("MSG a 1 3\r\nabc\rX", .missingPayloadTerminator)
        ),
        Row(
            "subjects of any bytes",
            .accepted(
                bytes: Array("MSG ".utf8) + Self.hostile + Array(" 1 0\r\n\r\n".utf8),
                .message(subject: Self.hostile, sid: 1, reply: nil, headers: nil, payload: [])
            )
        ),
        Row(
            "subscription ids",
            .refused("MSG a x 1\r\n", .invalidSubscriptionID),
            .refused("MSG a 18446744073709551616 1\r\n", .invalidSubscriptionID),
            .accepted("MSG a 18446744073709551615 1\r\nx\r\n", .message("a", .max, "x"))
        ),
        Row(
            "INFO with any text is reported; its reader validates it",
            .accepted("INFO {\"a\":\r\n", .info("{\"a\":")),
            .accepted("INFO \(String(repeating: "[", count: 200))\r\n", .info(String(repeating: "[", count: 200))),
            .accepted("INFO\r\n", .info(""))
        ),
        Row(
            "-ERR without quotes, empty, with an escape",
            .accepted("-ERR none\r\n", .error("none")),
            .accepted("-ERR\r\n", .error("")),
            .accepted("-ERR ''\r\n", .error("")),
            .accepted("-ERR '\u{1B}[2J'\r\n", .error("\u{1B}[2J"))
        ),
        Row("surplus +OK and PONG", .accepted("+OK\r\nPONG\r\nPONG\r\n", .ok, .pong, .pong)),
        Row(
            "an end of the stream in each state",
            .incomplete("P"),
            .incomplete("PING"),
            .incomplete("PING\r"),
            .incomplete("MSG foo 1"),
            .incomplete("MSG foo 1 10\r\n12345"),
            .incomplete("MSG foo 1 3\r\nabc\r"),
            .incomplete("HMSG foo 1 12 17\r\nNATS/"),
            .incomplete("INFO {"),
            .incomplete("-ERR 'x")
        ),
    ]

    /// Invalid UTF-8, NUL, ESC and C1 bytes.
    private static let hostile: [UInt8] = [0xFF, 0x00, 0x1B, 0x80, 0x9F, 0xC3]

    @Test(arguments: rows)
    func `the result does not depend on the division into reads`(row: Row) {
        for input in row.inputs {
            let text = String(decoding: input.bytes, as: UTF8.self).debugDescription
            #expect(parse([input.bytes]) == input.expected, "\(text)")
            for split in 0...input.bytes.count {
                let parts = [Array(input.bytes[..<split]), Array(input.bytes[split...])]
                #expect(parse(parts) == input.expected, "\(text) split at \(split)")
            }
            #expect(parse(input.bytes.map { [$0] }) == input.expected, "\(text) byte by byte")
        }
    }

    @Test(arguments: rows)
    func `operations before and after an input do not change its result`(row: Row) {
        for input in row.inputs {
            var expected = input.expected
            expected.events.insert(.ping, at: 0)
            var bytes = Array("PING\r\n".utf8) + input.bytes
            // After an error or an incomplete operation, nothing else is parsed.
            if expected.error == nil, expected.pendingBytes == 0 {
                bytes += Array("+OK\r\n".utf8)
                expected.events.append(.ok)
            }
            #expect(parse([bytes]) == expected)
        }
    }

    @Test
    func `a thousand operations of all kinds in one read and in reads of one byte`() {
        let accepted = Self.rows.flatMap(\.inputs).filter { $0.expected.error == nil && $0.expected.pendingBytes == 0 }
        let chosen = (0..<1_000).map { accepted[$0 % accepted.count] }
        let stream = chosen.flatMap(\.bytes)
        let expected = Outcome(events: chosen.flatMap(\.expected.events))
        #expect(parse([stream]) == expected)
        #expect(parse(stream.map { [$0] }) == expected)
    }

    @Test
    func `lines beyond their limits are rejected, and a long error text is cut`() {
        #expect(parse("MSG " + String(repeating: "x", count: 64 << 10)).error == .lineTooLong)
        #expect(parse("INFO " + String(repeating: "x", count: 1 << 20)).error == .lineTooLong)
        let text = String(repeating: "e", count: 1_000_000)
        #expect(parse("-ERR '\(text)'\r\n").events == [.error(String(repeating: "e", count: 1_024))], "cut to 1 KiB")
    }

    @Test
    func `INFO with invalid fields is rejected, and ten thousand addresses are accepted`() throws {
        let bad = [
            "{\"a\":", "{\"max_payload\":\"1\"}", "{\"max_payload\":0}", "{\"max_payload\":-1}", "{\"max_payload\":99999999999}",
            "{\"a\":" + String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000) + "}",
        ]
        for json in bad {
            #expect(throws: WireError.self, "\(json.prefix(40))") { try ServerInfo.parse(ByteBuffer(string: json)) }
        }
        let urls = (0..<10_000).map { "\"10.0.0.1:\($0)\"" }.joined(separator: ",")
        #expect(try ServerInfo.parse(ByteBuffer(string: "{\"connect_urls\":[\(urls)]}")).connectURLs.count == 10_000)
    }

    @Test
    func `a new parser does not depend on an earlier one`() throws {
        var parser = OperationParser()
        var sink = RecordingSink()
        try parser.parse(ByteBuffer(string: "MSG foo 1 10\r\n123"), into: &sink)
        parser = OperationParser()
        try parser.parse(ByteBuffer(string: "PING\r\n"), into: &sink)
        #expect(sink.events == [.ping])
    }
}
