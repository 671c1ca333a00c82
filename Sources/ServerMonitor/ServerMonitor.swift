import Foundation
public import NATS
public import NIOCore
public import NIOPosix

/// Reads the monitoring endpoints of one NATS server.
///
/// Each call is one short connection. Nothing is kept between calls and nothing runs by itself.
public struct ServerMonitor: Sendable {
    /// Where it asks.
    public let endpoint: MonitorEndpoint
    /// For a whole call, from the first packet to the last byte of the answer.
    public var timeout: Duration = .seconds(2)
    /// The most bytes of an answer. A server with 10,000 connections sends some 10 MiB about them.
    public var answerLimit = 32 << 20
    /// How an `https` endpoint is verified, and what is shown to one that asks for a certificate. The mode means nothing here.
    public var tls = NATSClientConfiguration.TLS()
    private let eventLoopGroup: any EventLoopGroup

    /// A reader of one server.
    /// - Parameters:
    ///   - endpoint: Where the server answers HTTP.
    ///   - eventLoopGroup: Where its connections run.
    public init(endpoint: MonitorEndpoint, eventLoopGroup: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton) {
        self.endpoint = endpoint
        self.eventLoopGroup = eventLoopGroup
    }

    /// What the server says of itself (`/varz`).
    public func status() async throws(MonitorError) -> ServerStatus {
        try await read("/varz")
    }

    /// Its connections (`/connz`).
    public func connections(_ query: ConnectionQuery = ConnectionQuery()) async throws(MonitorError) -> ConnectionList {
        try await read("/connz?" + query.text)
    }

    /// Its subscriptions (`/subsz?subs=1`), at most `limit` of them.
    public func subscriptions(limit: Int = 1024) async throws(MonitorError) -> SubscriptionList {
        try await read("/subsz?subs=1&limit=\(limit)")
    }

    /// Whether it considers itself well (`/healthz`).
    public func health() async throws(MonitorError) -> ServerHealth {
        try await read("/healthz", anyStatus: true)
    }

    private func read<Answer: Decodable>(_ path: String, anyStatus: Bool = false) async throws(MonitorError) -> Answer {
        let answer = try await HTTPExchange(endpoint: endpoint, tls: tls, timeout: timeout, answerLimit: answerLimit)
            .get(path, on: eventLoopGroup.any())
        guard answer.status == 200 || anyStatus else {
            throw MonitorError(
                .answer,
                "\(endpoint) answered \(answer.status) to \(path.prefix { $0 != "?" }); is it the monitoring port of a NATS server?"
            )
        }
        do {
            return try JSONDecoder().decode(Answer.self, from: Data(answer.body.readableBytesView))
        } catch {
            throw MonitorError(
                .answer,
                "\(endpoint) did not answer \(path.prefix { $0 != "?" }) as a NATS server does; is it its monitoring port?"
            )
        }
    }
}
