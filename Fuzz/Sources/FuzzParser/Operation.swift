import FuzzSupport
import NATSWire
import NIOCore

/// An operation as a value that owns its bytes.
enum Operation: Equatable {
    case message(subject: [UInt8], sid: UInt64, reply: [UInt8]?, headers: [UInt8]?, payload: [UInt8])
    case info([UInt8])
    case ping
    case pong
    case ok
    case error([UInt8])

    /// Writes a message like a server, with single spaces and CR LF.
    func write(into buffer: inout ByteBuffer) {
        guard case .message(let subject, let sid, let reply, let headers, let payload) = self else { return }
        buffer.writeString(headers == nil ? "MSG " : "HMSG ")
        buffer.writeBytes(subject)
        buffer.writeString(" \(sid) ")
        if let reply {
            buffer.writeBytes(reply)
            buffer.writeString(" ")
        }
        if let headers { buffer.writeString("\(headers.count) ") }
        buffer.writeString("\((headers?.count ?? 0) + payload.count)\r\n")
        buffer.writeBytes(headers ?? [])
        buffer.writeBytes(payload)
        buffer.writeString("\r\n")
    }
}

/// Reads every part of every operation, so that a wrong offset causes an access out of bounds.
struct Recorder: OperationSink {
    private(set) var operations: [Operation] = []

    mutating func message(_ message: consuming WireMessage) {
        operations.append(Self.read(message))
        // The functions that consumers call must not trap either, for any bytes.
        _ = message.subjectString
        _ = message.replyString
        _ = try? message.headers()
        _ = message.status
        // One message is sufficient, because this is the slowest part.
        guard operations.count == 1 else { return }
        var batch = [message.copied(), message]
        WireMessage.compact(&batch)
        for copy in batch { require(Self.read(copy) == operations.last, "a copied message differs") }
    }

    private static func read(_ message: WireMessage) -> Operation {
        .message(
            subject: Array(message.subject.readableBytesView),
            sid: message.sid,
            reply: message.reply.map { Array($0.readableBytesView) },
            headers: message.headerBytes.map { Array($0.readableBytesView) },
            payload: message.withPayloadBytes { Array($0) }
        )
    }

    mutating func info(_ json: ByteBuffer) {
        operations.append(.info(Array(json.readableBytesView)))
        _ = try? ServerInfo.parse(json)
    }

    mutating func ping() { operations.append(.ping) }
    mutating func pong() { operations.append(.pong) }
    mutating func ok() { operations.append(.ok) }
    mutating func serverError(_ text: ByteBuffer) { operations.append(.error(Array(text.readableBytesView))) }
}
