import NATSWire
import NIOCore
import NIOSSL
import NIOTLS

/// Turns the bytes of one socket into batches for subscriptions and operations for the driver.
///
/// Messages are collected during a read and delivered at its end, with one lock and one wake-up for hundreds of messages.
final class ConnectionHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let driver: ConnectionDriver
    private let connection: ServerConnection
    @exclusivity(unchecked) private var parser = OperationParser()
    @exclusivity(unchecked) private var burst: InboundBurst
    /// A violation of the protocol by the peer.
    private var failure: NATSError?
    /// The error of the socket. An error that the server sent before is more precise, so this one is reported at the end.
    private var ending: NATSError?

    init(driver: ConnectionDriver, connection: ServerConnection) {
        self.driver = driver
        self.connection = connection
        self.burst = InboundBurst(subscriptions: driver.subscriptions)
    }

    func channelActive(context: ChannelHandlerContext) {
        driver.tcpConnected(connection, channel: context.channel)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        guard failure == nil else { return }
        if connection.isSecuring {
            failure = driver.configuration.tls.mode == .first ? .plainTextFirst : .plainTextBeforeTLS
            return
        }
        burst.bytes += buffer.readableBytes
        do {
            try parser.parse(buffer, into: &burst)
        } catch {
            failure = NATSError(.protocolViolation, "the peer does not speak NATS as expected: \(error)", cause: error)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        handOutBurst()
        if let failure { driver.failed(connection, failure) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        handOutBurst()
        driver.closed(connection, error: ending ?? driver.explainEnd(of: connection))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event { driver.tlsCompleted(on: connection) }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // `channelInactive` follows, and takes what the server sent before into account.
        if case NIOSSLError.uncleanShutdown = error { return }
        // Messages and an error of the server can arrive in the same read as a reset, without `channelReadComplete`.
        handOutBurst()
        if let failure { return driver.failed(connection, failure) }
        ending = ending ?? driver.explain(error, on: connection)
        context.close(promise: nil)
    }

    private func handOutBurst() {
        guard burst.bytes > 0 else { return }
        // Move the burst out first: the driver can close the channel, which calls this function again.
        burst.pendingBytes = parser.pendingBytes
        let full = burst
        burst = InboundBurst(subscriptions: driver.subscriptions)
        driver.received(full, on: connection)
    }
}

/// The contents of one read of the socket.
struct InboundBurst: OperationSink {
    /// An operation that is not a message. It is handled after the messages before it have been delivered.
    enum Operation {
        case info(ByteBuffer)
        case ping
        case pong
        case serverError(ByteBuffer)
    }

    private let subscriptions: SubscriptionTable
    /// The subscriptions with messages, each once.
    private(set) var touched: [SubscriptionEntry] = []
    private(set) var operations: [Operation] = []
    private(set) var messages = 0
    /// Messages for subscriptions that have ended. They were in transit when the UNSUB was sent.
    private(set) var unclaimed = 0
    private var acknowledgments = 0
    var bytes = 0
    /// The bytes of an incomplete operation at the end.
    var pendingBytes = 0

    /// Whether it contains anything besides one operation.
    var hasMoreThanInfo: Bool {
        operations.count + messages + unclaimed + acknowledgments > 1 || pendingBytes > 0
    }

    init(subscriptions: SubscriptionTable) {
        self.subscriptions = subscriptions
    }

    mutating func message(_ message: consuming WireMessage) {
        guard let entry = subscriptions[message.sid] else {
            unclaimed += 1
            return
        }
        messages += 1
        if entry.batch.isEmpty { touched.append(entry) }
        entry.batchBytes += message.byteCount
        entry.batch.append(message)
    }

    mutating func info(_ json: ByteBuffer) { operations.append(.info(json)) }
    mutating func ping() { operations.append(.ping) }
    mutating func pong() { operations.append(.pong) }
    /// Handles +OK, which only verbose connections receive. It needs no response.
    mutating func ok() { acknowledgments += 1 }
    mutating func serverError(_ text: ByteBuffer) { operations.append(.serverError(text)) }
}
