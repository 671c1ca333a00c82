public import NIOCore
public import NIOPosix
public import RouletteNATS

/// Reads the monitoring endpoints of one NATS server.
///
/// Each call makes one short connection. The monitor keeps no state between calls and runs no background work.
public struct ServerMonitor: Sendable {
    /// The endpoint to read.
    public let endpoint: MonitorEndpoint
    /// The time limit for a whole call, from the first packet to the last byte of the answer.
    public var timeout: Duration = .seconds(2)
    /// The maximum number of bytes in an answer. A page of 1,024 connections has about 600 KiB.
    public var answerLimit = 8 << 20
    /// How an `https` endpoint is verified, and the client certificate to present on request. The TLS mode is ignored.
    public var tls = NATSClientConfiguration.TLS()
    /// The maximum number of rows in one answer.
    var pageSize = ConnectionQuery.pageSize
    private let eventLoopGroup: any EventLoopGroup

    /// Creates a monitor for one server.
    /// - Parameters:
    ///   - endpoint: The address of the server's HTTP monitoring.
    ///   - eventLoopGroup: The event loops for the connections.
    public init(endpoint: MonitorEndpoint, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.endpoint = endpoint
        self.eventLoopGroup = eventLoopGroup
    }

    /// Reads the general state of the server (`/varz`).
    public func status() async throws(MonitorError) -> ServerStatus {
        try await status(nil)
    }

    /// Reads the connections (`/connz`), page by page, up to `query.limit`.
    ///
    /// Connections may open and close between two pages. A connection on both pages is listed once. A connection that moved
    /// to a page already read is missing; the list is then shorter than ``ConnectionList/total``.
    public func connections(_ query: ConnectionQuery = ConnectionQuery()) async throws(MonitorError) -> ConnectionList {
        try await connections(query, nil)
    }

    /// Reads at most `limit` subscriptions (`/subsz?subs=1`), in a single answer.
    ///
    /// The server lists subscriptions in a different order each time, so pages would repeat some of them and omit others.
    public func subscriptions(limit: Int = 1024) async throws(MonitorError) -> SubscriptionList {
        try await subscriptions(limit: limit, nil)
    }

    /// Reads the connections to the other servers of the cluster (`/routez`).
    public func routes() async throws(MonitorError) -> RouteList {
        try await routes(nil)
    }

    /// Reads whether the server considers itself healthy (`/healthz`).
    public func health() async throws(MonitorError) -> ServerHealth {
        try await health(nil)
    }

    // MARK: Reading

    /// Creates a connection for several requests. They reach the same server, unless a balancer distributes requests.
    func makeSession() -> HTTPSession {
        HTTPSession(endpoint: endpoint, tls: tls, timeout: timeout, answerLimit: answerLimit, on: eventLoopGroup.any())
    }

    func status(_ session: HTTPSession?) async throws(MonitorError) -> ServerStatus {
        try await read("/varz", session) { bytes, _ throws(MonitorError) in try ServerStatus(json: bytes) }
    }

    func health(_ session: HTTPSession?) async throws(MonitorError) -> ServerHealth {
        try await read("/healthz", session, anyStatus: true) { bytes, _ throws(MonitorError) in try ServerHealth(json: bytes) }
    }

    func routes(_ session: HTTPSession?) async throws(MonitorError) -> RouteList {
        try await read("/routez", session) { bytes, isCut throws(MonitorError) in try RouteList(json: bytes, isCutOff: isCut) }
    }

    func connections(_ query: ConnectionQuery, _ session: HTTPSession?) async throws(MonitorError) -> ConnectionList {
        var pages = ConnectionPages(limit: query.limit, pageSize: pageSize)
        while let (offset, count) = pages.next {
            let page = try await read("/connz?" + query.text(offset: offset, count: count), session) {
                bytes,
                isCut throws(MonitorError) in
                try ConnectionList(json: bytes, limit: count, isCutOff: isCut)
            }
            guard pages.add(page) else {
                throw MonitorError(
                    .answer,
                    "several servers answer at \(endpoint), so the pages of /connz cannot be combined; use the URL of one server"
                )
            }
        }
        return pages.list
    }

    func subscriptions(limit: Int, _ session: HTTPSession?) async throws(MonitorError) -> SubscriptionList {
        let limit = max(limit, 1)
        return try await read("/subsz?subs=1&limit=\(limit)", session) { bytes, isCut throws(MonitorError) in
            try SubscriptionList(json: bytes, limit: limit, isCutOff: isCut)
        }
    }

    /// - Parameter session: The connection to use; nil for one of its own.
    private func read<Answer>(
        _ path: String,
        _ session: HTTPSession?,
        anyStatus: Bool = false,
        _ decode: (_ bytes: [UInt8], _ isCutOff: Bool) throws(MonitorError) -> Answer
    ) async throws(MonitorError) -> Answer {
        let answer = try await (session ?? makeSession()).get(path, isLast: session == nil)
        let endpointPath = path.prefix { $0 != "?" }
        guard answer.status == 200 || anyStatus else {
            throw MonitorError(
                .answer,
                "\(endpoint) answered \(answer.status) to \(endpointPath); is it the monitoring port of a NATS server?"
            )
        }
        do {
            return try decode(Array(answer.body.readableBytesView), answer.isCutOff)
        } catch {
            let reason = answer.isCutOff ? "the answer is longer than \(answerLimit) bytes" : "is this its monitoring port?"
            throw MonitorError(.answer, "\(endpoint) did not answer \(endpointPath) as a NATS server does; \(reason)")
        }
    }
}
