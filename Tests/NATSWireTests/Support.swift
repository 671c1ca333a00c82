import NATSWire
import NIOCore

/// The output of a parser, as comparable values.
enum Event: Equatable, CustomStringConvertible {
    case message(subject: [UInt8], sid: UInt64, reply: [UInt8]?, headers: [UInt8]?, payload: [UInt8])
    case info(String)
    case ping
    case pong
    case ok
    case error(String)

    static func message(
        _ subject: String,
        _ sid: UInt64,
        reply: String? = nil,
        headers: String? = nil,
        _ payload: String
    ) -> Event {
        .message(
            subject: Array(subject.utf8),
            sid: sid,
            reply: reply.map { Array($0.utf8) },
            headers: headers.map { Array($0.utf8) },
            payload: Array(payload.utf8)
        )
    }

    var description: String {
        switch self {
        case .message(let subject, let sid, let reply, let headers, let payload):
            let reply = reply.map { " reply \(String(decoding: $0, as: UTF8.self))" } ?? ""
            let headers = headers.map { " headers(\($0.count))" } ?? ""
            return "message \(String(decoding: subject, as: UTF8.self)) \(sid)\(reply)\(headers) payload(\(payload.count))"
        case .info(let json): return "info(\(json.utf8.count))"
        case .ping: return "ping"
        case .pong: return "pong"
        case .ok: return "ok"
        case .error(let text): return "error(\(text.utf8.count))"
        }
    }
}

struct RecordingSink: OperationSink {
    var events: [Event] = []
    var messages: [WireMessage] = []

    mutating func message(_ message: consuming WireMessage) {
        events.append(
            .message(
                subject: Array(message.subject.readableBytesView),
                sid: message.sid,
                reply: message.reply.map { Array($0.readableBytesView) },
                headers: message.headerBytes.map { Array($0.readableBytesView) },
                payload: Array(message.payload.readableBytesView)
            )
        )
        messages.append(message)
    }

    mutating func info(_ json: ByteBuffer) { events.append(.info(String(buffer: json))) }
    mutating func ping() { events.append(.ping) }
    mutating func pong() { events.append(.pong) }
    mutating func ok() { events.append(.ok) }
    mutating func serverError(_ text: ByteBuffer) { events.append(.error(String(buffer: text))) }
}

/// The result of parsing a stream of reads.
struct Outcome: Equatable {
    var events: [Event] = []
    var error: WireError.Code?
    var pendingBytes = 0
}

/// Parses the reads in order and stops at the first error.
func parse(_ reads: [[UInt8]], limits: OperationParser.Limits = .init()) -> Outcome {
    var parser = OperationParser(limits: limits)
    var sink = RecordingSink()
    var failure: WireError.Code?
    for read in reads {
        do {
            try parser.parse(ByteBuffer(bytes: read), into: &sink)
        } catch {
            failure = error.code
            break
        }
    }
    return Outcome(events: sink.events, error: failure, pendingBytes: parser.pendingBytes)
}

func parse(_ text: String, limits: OperationParser.Limits = .init()) -> Outcome {
    parse([Array(text.utf8)], limits: limits)
}

/// Parses one message and returns it.
func message(_ frame: String) throws -> WireMessage {
    var parser = OperationParser()
    var sink = RecordingSink()
    try parser.parse(ByteBuffer(string: frame), into: &sink)
    guard let message = sink.messages.first else { throw WireError(code: .argumentCount, message: "no message in the frame") }
    return message
}

/// Returns the code of the error that a call throws; nil if it returns.
func code(_ body: () throws(WireError) -> Void) -> WireError.Code? {
    do {
        try body()
        return nil
    } catch {
        return error.code
    }
}
