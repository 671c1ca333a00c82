import NATSWire
import NIOCore

/// Collects the messages of the parser.
struct Collector: OperationSink {
    var messages: [WireMessage] = []
    mutating func message(_ message: WireMessage) { messages.append(message) }
    mutating func info(_ json: ByteBuffer) {}
    mutating func ping() {}
    mutating func pong() {}
    mutating func ok() {}
    mutating func serverError(_ text: ByteBuffer) {}
}
