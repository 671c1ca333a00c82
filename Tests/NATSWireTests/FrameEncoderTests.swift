import NATSWire
import NIOCore
import Testing

private func encode(_ body: (inout ByteBuffer) throws -> Void) rethrows -> String {
    var buffer = ByteBuffer()
    try body(&buffer)
    return String(buffer: buffer)
}

@Suite struct FrameEncoderTests {
    @Test func `PUB is written with and without a reply subject`() {
        let payload = ByteBuffer(string: "hello")
        #expect(encode { FrameEncoder.publish(subject: "foo", payload: payload, into: &$0) } == "PUB foo 5\r\nhello\r\n")
        #expect(
            encode { FrameEncoder.publish(subject: "foo", reply: "r.1", payload: payload, into: &$0) }
                == "PUB foo r.1 5\r\nhello\r\n"
        )
        #expect(encode { FrameEncoder.publish(subject: "foo", payload: ByteBuffer(), into: &$0) } == "PUB foo 0\r\n\r\n")
    }

    @Test func `PUB is written from raw bytes`() {
        let bytes: [UInt8] = [0x0D, 0x0A, 0x00, 0xFF]
        var buffer = ByteBuffer()
        bytes.withUnsafeBytes { FrameEncoder.publish(subject: "foo", payload: $0, into: &buffer) }
        #expect(Array(buffer.readableBytesView) == Array("PUB foo 4\r\n".utf8) + bytes + [0x0D, 0x0A])
    }

    @Test func `HPUB is written if there are headers`() throws {
        let headers = try Headers([("Header", "X")])
        let payload = ByteBuffer(string: "PAYLOAD")
        // The first example of ADR-4, and its sizes.
        #expect(
            encode { FrameEncoder.publish(subject: "S", reply: "R", headers: headers, payload: payload, into: &$0) }
                == "HPUB S R 23 30\r\nNATS/1.0\r\nHeader: X\r\n\r\nPAYLOAD\r\n"
        )
        #expect(
            encode { FrameEncoder.publish(subject: "S", headers: headers, payload: ByteBuffer(), into: &$0) }
                == "HPUB S 23 23\r\nNATS/1.0\r\nHeader: X\r\n\r\n\r\n"
        )
        #expect(
            encode { FrameEncoder.publish(subject: "S", headers: Headers(), payload: ByteBuffer(), into: &$0) }
                == "HPUB S 12 12\r\nNATS/1.0\r\n\r\n\r\n"
        )
    }

    @Test func `computed sizes are exact`() throws {
        let replies: [Subject?] = [nil, "reply.to"]
        let headers = [nil, Headers(), try Headers([("a", "b"), ("c", String(repeating: "d", count: 995))])]
        for length in [0, 1, 9, 10, 99, 100, 975, 988, 999, 1000, 9999, 10_000, 100_000] {
            for reply in replies {
                for headers in headers {
                    var buffer = ByteBuffer()
                    let payload = ByteBuffer(repeating: 0x61, count: length)
                    FrameEncoder.publish(subject: "foo.bar", reply: reply, headers: headers, payload: payload, into: &buffer)
                    let size = FrameEncoder.publishSize(subject: "foo.bar", reply: reply, headers: headers, payloadLength: length)
                    #expect(buffer.readableBytes == size)
                }
            }
        }
    }

    @Test func `frames are appended to the buffer`() {
        let text = encode {
            FrameEncoder.ping(into: &$0)
            FrameEncoder.publish(subject: "a", payload: ByteBuffer(string: "1"), into: &$0)
            FrameEncoder.publish(subject: "b", payload: ByteBuffer(string: "2"), into: &$0)
            FrameEncoder.pong(into: &$0)
        }
        #expect(text == "PING\r\nPUB a 1\r\n1\r\nPUB b 1\r\n2\r\nPONG\r\n")
    }

    @Test func `SUB is written with and without a queue group`() throws {
        #expect(encode { FrameEncoder.subscribe(subject: "foo.>", sid: 0, into: &$0) } == "SUB foo.> 0\r\n")
        let queue = try QueueGroup("workers")
        #expect(
            encode { FrameEncoder.subscribe(subject: "foo", queue: queue, sid: .max, into: &$0) }
                == "SUB foo workers 18446744073709551615\r\n"
        )
    }

    @Test func `UNSUB is written with and without a maximum`() {
        #expect(encode { FrameEncoder.unsubscribe(sid: 10, into: &$0) } == "UNSUB 10\r\n")
        #expect(encode { FrameEncoder.unsubscribe(sid: 9, max: 1000, into: &$0) } == "UNSUB 9 1000\r\n")
        #expect(
            encode { FrameEncoder.unsubscribe(sid: 9_999_999_999_999_999_999, max: 10_000_000_000_000_000_000, into: &$0) }
                == "UNSUB 9999999999999999999 10000000000000000000\r\n"
        )
    }

    @Test func `the longest subject fits in the control line`() throws {
        let subject = try Subject(String(repeating: "s", count: Subject.maxLength))
        let largest = 1 << 30
        let total = FrameEncoder.publishSize(subject: subject, reply: nil, headers: Headers(), payloadLength: largest)
        let controlLine = total - largest - Headers().encodedSize - 2
        #expect(controlLine <= Subject.maxControlLine)
        let sub = encode { FrameEncoder.subscribe(subject: subject, sid: .max, into: &$0) }
        #expect(sub.utf8.count <= Subject.maxControlLine)
    }
}
