import CommandSupport
import Console
import NATSWire
import NIOCore
import Roulette
import TerminalUI
import TextCoding

/// How a message is printed.
enum MessageFormat: Sendable {
    /// One line of safe text.
    case text
    /// One JSON object.
    case json
    /// The body unchanged, and a line feed.
    case raw

    /// The most bytes of a body that text output shows.
    static let textBodyLimit = 4096
}

extension MessageFormat {
    /// The bytes to print for a message that arrived at `time`.
    func bytes(_ message: PrintableMessage, at time: Timestamp) -> [UInt8] {
        switch self {
        case .text: Array((message.text(at: time).plain + "\n").utf8)
        case .json: message.json(at: time).line
        case .raw: message.body + [UInt8(ascii: "\n")]
        }
    }
}

/// The parts of a message that are printed.
struct PrintableMessage: Equatable, Sendable {
    /// The headers of a message.
    enum Headers: Equatable, Sendable {
        case none
        /// The headers in their order.
        case fields([Field])
        /// A block that cannot be decoded, unchanged.
        case undecodable([UInt8])
    }

    /// One header.
    struct Field: Equatable, Sendable {
        let name: String
        let value: String
    }

    var cluster: String
    var topic: [UInt8]
    var reply: String?
    var headers: Headers = .none
    var body: [UInt8]
}

extension PrintableMessage {
    /// The parts of a received message.
    init(_ message: Message) {
        self.init(
            cluster: message.cluster.name,
            topic: Array(message.topicBytes.readableBytesView),
            reply: message.reply,
            headers: Headers(message),
            body: Array(message.payload.readableBytesView)
        )
    }

    /// The parts of a message that the console saved.
    init(_ message: SavedMessage) {
        self.init(
            cluster: message.cluster,
            topic: message.topic,
            reply: message.reply.map { String(decoding: $0, as: UTF8.self) },
            headers: Headers(message.headers),
            body: message.payload
        )
    }

    /// Like ``json(at:)``, with the original length if the body was shortened.
    func savedJSON(at time: Timestamp, of length: Int) -> JSONObject {
        var object = json(at: time)
        if length > body.count { object.append("body_length", .number(length)) }
        return object
    }

    func text(at time: Timestamp) -> SafeText {
        var line: SafeText = "\(untrusted: time.local)  \(untrusted: cluster)  "
        line += SafeText(untrustedBytes: topic)
        if let reply { line += "  reply=\(untrusted: reply)" }
        switch headers {
        case .none: break
        case .fields(let fields): for field in fields { line += "  [\(untrusted: field.name): \(untrusted: field.value)]" }
        case .undecodable(let block): line += "  [\(SafeText(untrustedBytes: block))]"
        }
        return line + "  " + SafeText(untrustedBytes: body, maximumBytes: MessageFormat.textBodyLimit)
    }

    func json(at time: Timestamp) -> JSONObject {
        var object: JSONObject = ["time": .string(time.rfc3339), "cluster": .string(cluster)]
        object.append("topic", textOrBase64: topic)
        object.append("reply", .string(reply))
        switch headers {
        case .none: object.append("headers", .null)
        case .fields(let fields): object.append("headers", .object(Self.grouped(fields)))
        case .undecodable(let block): object.append("headers_base64", base64: block)
        }
        object.append("body", textOrBase64: body)
        return object
    }

    /// Groups values by name, since a name may occur several times.
    private static func grouped(_ fields: [Field]) -> JSONObject {
        var names: [String] = []
        var values: [[UInt8]: [JSONValue]] = [:]
        // Names are compared by bytes. Swift's `==` treats some different names as equal.
        for field in fields {
            if values[Array(field.name.utf8)] == nil { names.append(field.name) }
            values[Array(field.name.utf8), default: []].append(.string(field.value))
        }
        return JSONObject(names.map { ($0, .array(values[Array($0.utf8)] ?? [])) })
    }
}

extension PrintableMessage.Headers {
    /// The headers of a block.
    fileprivate init(_ block: [UInt8]?) {
        guard let block else {
            self = .none
            return
        }
        do {
            let headers = try block.withUnsafeBytes { try NATSWire.Headers(block: $0) }
            self = .fields(headers.map { .init(name: $0.name, value: $0.value) })
        } catch {
            self = .undecodable(block)
        }
    }

    fileprivate init(_ message: Message) {
        guard let block = message.headerBytes else {
            self = .none
            return
        }
        do {
            self = .fields(try message.headers.map { $0.map { .init(name: $0.name, value: $0.value) } } ?? [])
        } catch {
            self = .undecodable(Array(block.readableBytesView))
        }
    }
}
