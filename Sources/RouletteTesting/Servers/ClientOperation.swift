import NATSWire
import NIOCore

/// What a client sends to a server.
enum ClientOperation {
    case connect(ByteBuffer)
    case ping
    case pong
    case subscribe(subject: ByteBuffer, queueGroup: String?, sid: String)
    case unsubscribe(sid: String, after: Int?)
    case publish(MessageFrame)
}

/// A message as it is sent.
struct MessageFrame {
    var subject: ByteBuffer
    var reply: ByteBuffer?
    /// The block of headers, if there is one.
    var headers: ByteBuffer?
    var payload: ByteBuffer

    var bodySize: Int { (headers?.readableBytes ?? 0) + payload.readableBytes }
}

/// Splits the bytes of a client into operations.
struct ClientParser {
    /// The client sent something that is not an operation.
    struct Violation: Error {}

    private var bytes = ByteBuffer()

    mutating func append(_ more: ByteBuffer) {
        // Once for each read: payloads share the storage, so each time copies what is left.
        bytes.discardReadBytes()
        bytes.writeImmutableBuffer(more)
    }

    /// Returns the next complete operation, or nil if there is none.
    mutating func next() throws -> ClientOperation? {
        let view = bytes.readableBytesView
        guard let end = view.firstIndex(of: UInt8(ascii: "\n")), end > view.startIndex else { return nil }
        let line = bytes.getSlice(at: bytes.readerIndex, length: end - 1 - bytes.readerIndex) ?? ByteBuffer()
        let length = end + 1 - bytes.readerIndex
        let fields = line.readableBytesView.split(separator: UInt8(ascii: " "))
        guard let verb = fields.first else { throw Violation() }
        let arguments = fields.dropFirst().map { ByteBuffer(bytes: $0) }
        switch String(decoding: verb, as: UTF8.self).uppercased() {
        case "PING": return consume(length, .ping)
        case "PONG": return consume(length, .pong)
        case "CONNECT":
            return consume(length, .connect(ByteBuffer(bytes: line.readableBytesView.dropFirst(verb.count + 1))))
        case "SUB" where arguments.count == 2 || arguments.count == 3:
            return consume(
                length,
                .subscribe(
                    subject: arguments[0],
                    queueGroup: arguments.count == 3 ? String(buffer: arguments[1]) : nil,
                    sid: String(buffer: arguments[arguments.count - 1])
                )
            )
        case "UNSUB" where arguments.count == 1 || arguments.count == 2:
            let limit = arguments.count == 2 ? Int(String(buffer: arguments[1])) : nil
            return consume(length, .unsubscribe(sid: String(buffer: arguments[0]), after: limit))
        case "PUB" where arguments.count == 2 || arguments.count == 3:
            return try message(arguments, headers: false, lineLength: length)
        case "HPUB" where arguments.count == 3 || arguments.count == 4:
            return try message(arguments, headers: true, lineLength: length)
        default: throw Violation()
        }
    }

    /// - Parameter arguments: Subject, reply subject if there is one, size of the headers if there are any, size of the body.
    private mutating func message(_ arguments: [ByteBuffer], headers: Bool, lineLength: Int) throws -> ClientOperation? {
        let sizes = arguments.suffix(headers ? 2 : 1).map { Int(String(buffer: $0)) ?? -1 }
        let body = sizes[sizes.count - 1]
        let headerSize = headers ? sizes[0] : 0
        guard headerSize >= 0, body >= headerSize else { throw Violation() }
        guard bytes.readableBytes >= lineLength + body + 2 else { return nil }
        bytes.moveReaderIndex(forwardBy: lineLength)
        let block = headers ? bytes.readSlice(length: headerSize) : nil
        let payload = bytes.readSlice(length: body - headerSize) ?? ByteBuffer()
        bytes.moveReaderIndex(forwardBy: 2)
        let subjects = arguments.dropLast(sizes.count)
        return .publish(
            MessageFrame(
                subject: arguments[0],
                reply: subjects.count == 2 ? arguments[1] : nil,
                headers: block,
                payload: payload
            )
        )
    }

    private mutating func consume(_ length: Int, _ operation: ClientOperation) -> ClientOperation {
        bytes.moveReaderIndex(forwardBy: length)
        return operation
    }
}

/// The fields of CONNECT that a server in memory uses.
struct ConnectFields {
    var name = ""
    /// Whether messages go back to the connection that published them.
    var echo = true
    /// Whether the client wants to know that a request has no responders.
    var noResponders = false

    init(_ json: ByteBuffer) throws(WireError) {
        var result = (name: "", echo: true, noResponders: false)
        try json.withUnsafeReadableBytes { bytes throws(WireError) in
            var reader = JSONReader(bytes)
            try reader.readObject { (reader, key) throws(WireError) in
                switch key {
                case "name": result.name = try reader.readString()
                case "echo": result.echo = try reader.readBool()
                case "no_responders": result.noResponders = try reader.readBool()
                default: try reader.skipValue()
                }
            }
        }
        (name, echo, noResponders) = result
    }
}
