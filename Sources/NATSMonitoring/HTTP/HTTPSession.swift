import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import NIOTLS
import RouletteNATS

/// One connection to an endpoint for GETs one after another, with limits on time and size.
///
/// The first GET connects. If the endpoint closes the connection between two GETs, the next one connects again.
final class HTTPSession {
    struct Answer: Sendable {
        let status: Int
        let body: ByteBuffer
        /// Whether the answer exceeded the limit.
        let isCutOff: Bool
    }

    private let endpoint: MonitorEndpoint
    private let tls: NATSClientConfiguration.TLS
    private let timeout: Duration
    private let answerLimit: Int
    private let eventLoop: any EventLoop
    private var connecting: EventLoopFuture<any Channel>?
    private var answers = 0
    /// Whether a GET used another connection than the one before.
    private(set) var wasReopened = false

    init(
        endpoint: MonitorEndpoint,
        tls: NATSClientConfiguration.TLS,
        timeout: Duration,
        answerLimit: Int,
        on eventLoop: any EventLoop
    ) {
        self.endpoint = endpoint
        self.tls = tls
        self.timeout = timeout
        self.answerLimit = answerLimit
        self.eventLoop = eventLoop
    }

    /// Reads a path.
    /// - Parameter isLast: Whether the connection is not used for another GET.
    func get(_ path: String, isLast: Bool) async throws(MonitorError) -> Answer {
        do throws(MonitorError) {
            return try await exchange(path, isLast: isLast)
        } catch {
            // Servers and proxies may close a connection between two requests.
            guard error.code == .unreachable, answers > 0 else { throw error }
            close()
            wasReopened = true
            answers = 0
            return try await exchange(path, isLast: isLast)
        }
    }

    /// Closes the connection, even if it is still being established.
    func close() {
        connecting?.whenSuccess { $0.close(promise: nil) }
        connecting = nil
    }

    private func exchange(_ path: String, isLast: Bool) async throws(MonitorError) -> Answer {
        let context = endpoint.isSecure && connecting == nil ? try await makeContext() : nil
        let (endpoint, timeout) = (endpoint, timeout)
        let promise = eventLoop.makePromise(of: Answer.self)
        let deadline = eventLoop.scheduleTask(in: .nanoseconds(Int64(timeout / .nanoseconds(1)))) {
            promise.fail(MonitorError(.timeout, "\(endpoint) did not answer within \(timeout); is the server frozen?"))
        }
        let request = ExchangeHandler.Request(path: path, isLast: isLast, answer: promise)
        if let connecting {
            connecting.whenSuccess { channel in
                guard channel.isActive else { return promise.fail(MonitorError.closed(by: endpoint)) }
                channel.writeAndFlush(request, promise: nil)
            }
        } else {
            // The handler knows the first request before it connects, so that no error on the way is lost.
            let connecting = connect(context, first: request)
            connecting.whenFailure { promise.fail(MonitorError($0, from: endpoint)) }
            self.connecting = connecting
        }
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
        switch answer {
        case .success(let answer):
            guard endpoint.isSecure || !answer.isFromHTTPSPort else {
                close()
                throw MonitorError(.answer, "\(endpoint) expects HTTPS; write https:// in its URL")
            }
            answers += 1
            if isLast || answer.isCutOff { close() }
            return answer
        case .failure(let error):
            close()
            throw MonitorError(error, from: endpoint)
        }
    }

    /// Reads the files off the event loop, because reading blocks.
    private func makeContext() async throws(MonitorError) -> TLSContext {
        let tls = tls
        do {
            return try await NIOThreadPool.singleton.runIfActive { try tls.makeContext() }
        } catch {
            throw MonitorError(error, from: endpoint)
        }
    }

    private var attempt: TLSAttempt { TLSAttempt(configuration: tls, host: endpoint.host, peer: .monitoring) }

    private func connect(_ context: TLSContext?, first request: ExchangeHandler.Request) -> EventLoopFuture<any Channel> {
        let (attempt, endpoint, answerLimit) = (attempt, endpoint, answerLimit)
        return ClientBootstrap(group: eventLoop)
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
                    try pipeline.addHandler(ExchangeHandler(endpoint: endpoint, answerLimit: answerLimit, first: request))
                }
            }
            .connect(host: endpoint.host, port: endpoint.port)
    }
}

extension MonitorError {
    fileprivate static func closed(by endpoint: MonitorEndpoint) -> MonitorError {
        MonitorError(.unreachable, "\(endpoint) closed the connection before its answer was complete")
    }

    /// Creates the error for a failed exchange.
    fileprivate init(_ error: any Error, from endpoint: MonitorEndpoint) {
        switch error {
        case let error as MonitorError: self = error
        case let error as NATSError: self.init(.unreachable, "\(endpoint): \(error.message)")
        case let error as NIOConnectionError where error.connectionErrors.isEmpty:
            self.init(.unreachable, "\(endpoint.host) has no address; check the spelling and the DNS")
        case is NIOConnectionError:
            self.init(.unreachable, "\(endpoint) cannot be reached; is the server's monitoring switched on?")
        case HTTPParserError.invalidEOFState: self = .closed(by: endpoint)
        case is HTTPParserError:
            self.init(.answer, "\(endpoint) does not speak HTTP; is it the monitoring port of a NATS server?")
        default:
            self.init(.unreachable, "the connection to \(endpoint) failed: \(error)")
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

extension HTTPSession.Answer {
    /// True for the answer of Go's HTTP server to a plain-text request on a TLS port.
    fileprivate var isFromHTTPSPort: Bool {
        status == 400 && String(buffer: body).contains("HTTP request to an HTTPS server")
    }
}

/// Sends one request after another and collects their answers.
private final class ExchangeHandler: ChannelDuplexHandler {
    struct Request: Sendable {
        let path: String
        /// Whether the connection is not used for another request.
        let isLast: Bool
        let answer: EventLoopPromise<HTTPSession.Answer>
    }

    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Request
    typealias OutboundOut = HTTPClientRequestPart

    private let endpoint: MonitorEndpoint
    private let answerLimit: Int
    /// The request that waits for its answer.
    private var request: Request?
    private var status = 0
    private var body = ByteBuffer()

    /// - Parameter request: The request to send as soon as the connection is established.
    init(endpoint: MonitorEndpoint, answerLimit: Int, first request: Request) {
        self.endpoint = endpoint
        self.answerLimit = answerLimit
        self.request = request
    }

    func channelActive(context: ChannelHandlerContext) {
        guard let request else { return }
        send(request, context, nil)
        context.flush()
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let request = unwrapOutboundIn(data)
        self.request = request
        send(request, context, promise)
    }

    private func send(_ request: Request, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: endpoint.basePath + request.path)
        head.headers = ["Host": endpoint.authority, "Accept": "application/json"]
        if request.isLast { head.headers.add(name: "Connection", value: "close") }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            status = Int(head.status.code)
            body = ByteBuffer()
        case .body(var bytes):
            let room = answerLimit - body.readableBytes
            guard bytes.readableBytes > room else {
                body.writeBuffer(&bytes)
                return
            }
            if room > 0, var part = bytes.readSlice(length: room) { body.writeBuffer(&part) }
            answer(isCutOff: true)
            // Close immediately, so that no more bytes are read.
            context.close(promise: nil)
        case .end:
            answer(isCutOff: false)
        }
    }

    private func answer(isCutOff: Bool) {
        request?.answer.succeed(.init(status: status, body: body, isCutOff: isCutOff))
        request = nil
        body = ByteBuffer()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed(by: endpoint))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(MonitorError(error, from: endpoint))
        context.close(promise: nil)
    }

    private func fail(_ error: MonitorError) {
        request?.answer.fail(error)
        request = nil
    }
}
