import NATS
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS

/// A single GET on its own connection, with limits on time and size.
struct HTTPExchange {
    struct Answer: Sendable {
        let status: Int
        let body: ByteBuffer
        /// Whether the answer exceeded the limit.
        let isCutOff: Bool
    }

    let endpoint: MonitorEndpoint
    let tls: NATSClientConfiguration.TLS
    let timeout: Duration
    let answerLimit: Int

    func get(_ path: String, on eventLoop: any EventLoop) async throws(MonitorError) -> Answer {
        let context = endpoint.isSecure ? try await makeContext() : nil
        let promise = eventLoop.makePromise(of: Answer.self)
        let deadline = eventLoop.scheduleTask(in: .nanoseconds(Int64(timeout / .nanoseconds(1)))) {
            promise.fail(MonitorError(.timeout, "\(endpoint) did not answer within \(timeout); is the server frozen?"))
        }
        let connecting = connect(path, context, on: eventLoop, answer: promise)
        connecting.whenFailure { promise.fail(unreachable($0)) }
        let answer: Result<Answer, any Error>
        do {
            answer = .success(
                try await withTaskCancellationHandler {
                    try await promise.futureResult.get()
                } onCancel: {
                    promise.fail(MonitorError(.timeout, "the task was canceled"))
                }
            )
        } catch {
            answer = .failure(error)
        }
        deadline.cancel()
        // Close the connection in every case, even if it is still being established.
        connecting.whenSuccess { $0.close(promise: nil) }
        switch answer {
        case .success(let answer):
            guard !endpoint.isSecure, answer.isFromHTTPSPort else { return answer }
            throw MonitorError(.answer, "\(endpoint) expects HTTPS; write https:// in its URL")
        case .failure(let error as MonitorError): throw error
        case .failure(let error): throw unreachable(error)
        }
    }

    /// Reads the files off the event loop, because reading blocks.
    private func makeContext() async throws(MonitorError) -> TLSContext {
        let tls = tls
        do {
            return try await NIOThreadPool.singleton.runIfActive { try tls.makeContext() }
        } catch {
            throw unreachable(error)
        }
    }

    private var attempt: TLSAttempt { TLSAttempt(configuration: tls, host: endpoint.host, peer: .monitoring) }

    private func connect(
        _ path: String,
        _ context: TLSContext?,
        on eventLoop: any EventLoop,
        answer: EventLoopPromise<Answer>
    ) -> EventLoopFuture<any Channel> {
        ClientBootstrap(group: eventLoop)
            .connectTimeout(.nanoseconds(Int64(timeout / .nanoseconds(1))))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        let handler = try attempt.makeHandler(context)
                        try pipeline.addHandler(handler)
                        try pipeline.addHandler(TLSWatcher(attempt: attempt, context: context, handler: handler))
                    }
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(ExchangeHandler(exchange: self, path: path, answer: answer))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
    }

    func unreachable(_ error: any Error) -> MonitorError {
        switch error {
        case let error as MonitorError: error
        case let error as NATSError: MonitorError(.unreachable, "\(endpoint): \(error.message)")
        case let error as NIOConnectionError where error.connectionErrors.isEmpty:
            MonitorError(.unreachable, "\(endpoint.host) has no address; check the spelling and the DNS")
        case is NIOConnectionError:
            MonitorError(.unreachable, "\(endpoint) cannot be reached; is the server's monitoring switched on?")
        case HTTPParserError.invalidEOFState:
            MonitorError(.unreachable, "\(endpoint) closed the connection before its answer was complete")
        case is HTTPParserError:
            MonitorError(.answer, "\(endpoint) does not speak HTTP; is it the monitoring port of a NATS server?")
        default:
            MonitorError(.unreachable, "the connection to \(endpoint) failed: \(error)")
        }
    }
}

/// Explains TLS failures, and rejects certificates that NIOSSL accepts and should not.
private final class TLSWatcher: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let attempt: TLSAttempt
    private let context: TLSContext
    private let handler: NIOSSLClientHandler

    init(attempt: TLSAttempt, context: TLSContext, handler: NIOSSLClientHandler) {
        self.attempt = attempt
        self.context = context
        self.handler = handler
    }

    func userInboundEventTriggered(context channel: ChannelHandlerContext, event: Any) {
        if let event = event as? TLSUserEvent, case .handshakeCompleted = event {
            do {
                try attempt.checkIdentity(handler.peerCertificate)
            } catch {
                return channel.fireErrorCaught(error)
            }
        }
        channel.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context channel: ChannelHandlerContext, error: any Error) {
        channel.fireErrorCaught(attempt.explain(error, by: handler, context) ?? error)
    }
}

extension HTTPExchange.Answer {
    /// True for the answer of Go's HTTP server to a plain-text request on a TLS port.
    fileprivate var isFromHTTPSPort: Bool {
        status == 400 && String(buffer: body).contains("HTTP request to an HTTPS server")
    }
}

/// Sends the request and collects the answer.
private final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let exchange: HTTPExchange
    private let path: String
    private let answer: EventLoopPromise<HTTPExchange.Answer>
    private var status = 0
    private var body = ByteBuffer()

    init(exchange: HTTPExchange, path: String, answer: EventLoopPromise<HTTPExchange.Answer>) {
        self.exchange = exchange
        self.path = path
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        let endpoint = exchange.endpoint
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.basePath + path)
        head.headers = ["Host": endpoint.authority, "Connection": "close", "Accept": "application/json"]
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            status = Int(head.status.code)
        case .body(var bytes):
            let room = exchange.answerLimit - body.readableBytes
            guard bytes.readableBytes > room else {
                body.writeBuffer(&bytes)
                return
            }
            if room > 0, var part = bytes.readSlice(length: room) { body.writeBuffer(&part) }
            answer.succeed(.init(status: status, body: body, isCutOff: true))
            // Close immediately, so that no more bytes are read.
            context.close(promise: nil)
        case .end:
            answer.succeed(.init(status: status, body: body, isCutOff: false))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        answer.fail(MonitorError(.unreachable, "\(exchange.endpoint) closed the connection before its answer was complete"))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        answer.fail(exchange.unreachable(error))
        context.close(promise: nil)
    }
}
