public import NATS
public import NIOCore
public import NIOPosix

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
        try await read("/varz") { bytes, _ throws(MonitorError) in try ServerStatus(json: bytes) }
    }

    /// Reads the connections (`/connz`), page by page, up to `query.limit`.
    ///
    /// Connections may open and close between two pages. A connection on both pages is listed once. A connection that moved
    /// to a page already read is missing; the list is then shorter than ``ConnectionList/total``.
    public func connections(_ query: ConnectionQuery = ConnectionQuery()) async throws(MonitorError) -> ConnectionList {
        var list = ConnectionList()
        var known: Set<UInt64> = []
        try await readPages("/connz", limit: query.limit) { offset, count throws(MonitorError) in
            let page = try await read("/connz?" + query.text(offset: offset, count: count)) { bytes, isCut throws(MonitorError) in
                try ConnectionList(json: bytes, limit: count, isCutOff: isCut)
            }
            list.connections += page.connections.filter { known.insert($0.id).inserted }
            (list.total, list.time) = (max(list.total, page.total), page.time)
            list.gaps = list.gaps + page.gaps
            return Page(serverID: page.serverID, page.connections.count, page.gaps, total: page.total)
        } started: {
            list.serverID = $0
        }
        return list
    }

    /// Reads at most `limit` subscriptions (`/subsz?subs=1`), in a single answer.
    ///
    /// The server lists subscriptions in a different order each time, so pages would repeat some of them and omit others.
    public func subscriptions(limit: Int = 1024) async throws(MonitorError) -> SubscriptionList {
        let limit = max(limit, 1)
        return try await read("/subsz?subs=1&limit=\(limit)") { bytes, isCut throws(MonitorError) in
            try SubscriptionList(json: bytes, limit: limit, isCutOff: isCut)
        }
    }

    /// Reads the connections to the other servers of the cluster (`/routez`).
    public func routes() async throws(MonitorError) -> RouteList {
        try await read("/routez") { bytes, isCut throws(MonitorError) in try RouteList(json: bytes, isCutOff: isCut) }
    }

    /// Reads whether the server considers itself healthy (`/healthz`).
    public func health() async throws(MonitorError) -> ServerHealth {
        try await read("/healthz", anyStatus: true) { bytes, _ throws(MonitorError) in try ServerHealth(json: bytes) }
    }

    // MARK: Pages

    private struct Page {
        let serverID: String
        let rows: Int
        let total: Int
        /// Whether the server ignores paging, so that there is no next page.
        let ignoresPages: Bool

        init(serverID: String, _ readable: Int, _ gaps: ListGaps, total: Int) {
            self.serverID = serverID
            rows = readable + gaps.unreadable
            self.total = total
            ignoresPages = gaps.surplus > 0 || gaps.isCutOff
        }
    }

    /// Reads pages until the list has `limit` rows or ends.
    private func readPages(
        _ path: String,
        limit: Int,
        _ read: (_ offset: Int, _ count: Int) async throws(MonitorError) -> Page,
        started: (String) -> Void
    ) async throws(MonitorError) {
        var offset = 0
        var serverID: String?
        while offset < max(limit, 1) {
            let count = min(max(limit, 1) - offset, pageSize)
            let page = try await read(offset, count)
            guard serverID == nil || serverID == page.serverID else {
                throw MonitorError(
                    .answer,
                    "several servers answer at \(endpoint), so the pages of \(path) cannot be combined; use the URL of one server"
                )
            }
            if serverID == nil { started(page.serverID) }
            serverID = page.serverID
            offset += page.rows
            if page.rows < count || offset >= page.total || page.ignoresPages { return }
        }
    }

    // MARK: Reading

    private func read<Answer>(
        _ path: String,
        anyStatus: Bool = false,
        _ decode: (_ bytes: [UInt8], _ isCutOff: Bool) throws(MonitorError) -> Answer
    ) async throws(MonitorError) -> Answer {
        let answer = try await HTTPExchange(endpoint: endpoint, tls: tls, timeout: timeout, answerLimit: answerLimit)
            .get(path, on: eventLoopGroup.any())
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
