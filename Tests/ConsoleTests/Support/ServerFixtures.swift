@testable import Console
@testable import NATSMonitoring

/// Answers of the monitoring endpoints of three servers: one is healthy, one reports a problem, and one has stopped answering.
extension Fixtures {
    static let monitors = (0..<3).map { MonitoringSources(urls: ["http://nats-\($0).example.org:8222"]) }

    /// Returns the answers behind the first monitoring URL of a cluster.
    static func answers(
        _ cluster: Int,
        status: Result<ServerStatus, MonitorError>,
        at: Duration,
        health: Result<ServerHealth, MonitorError>? = nil,
        routes: RouteList? = nil,
        connections: (query: ConnectionQuery, result: Result<ConnectionList, MonitorError>)? = nil,
        source: NodeSource = .url(0)
    ) -> ServerAnswers {
        var question = ClusterMonitor.Question()
        question.connections = connections.map { .init(of: nil, $0.query) }
        var answer = ClusterMonitor.Answer(source: source)
        switch status {
        case .success(let status):
            var node = NodeAnswer(status: status, at: at)
            (node.health, node.routes, node.routesAt) = (health, routes, at)
            (node.connections, node.connectionsAt) = (connections?.result, at)
            answer.nodes = [node]
        case .failure(let error): answer.failure = error
        }
        return ServerAnswers(cluster: cluster, question: question, answers: [answer])
    }

    /// Adds monitoring URLs to a model. The servers answered twice, 2.5 seconds apart.
    static func monitored(_ model: ConsoleModel) -> ConsoleModel {
        var model = model
        model.data.servers = ServerMonitoring(sources: monitors)
        let first = model.data.now.uptime - .milliseconds(3500)
        let query = ConnectionSort().query(closed: false, isFiltered: false)
        for (step, at) in [first, first + .milliseconds(2500)].enumerated() {
            model.data.servers.record(
                answers(
                    0,
                    status: .success(status("alpha-1", step: step)),
                    at: at,
                    health: .success(health(#"{"status":"ok"}"#)),
                    connections: (query, .success(connections(step)))
                ),
                at: at
            )
            model.data.servers.record(
                answers(
                    1,
                    status: .success(status("beta-1", step: step, slow: 3)),
                    at: at,
                    health: .success(health(#"{"status":"unavailable","error":"JetStream is not current"}"#))
                ),
                at: at
            )
        }
        model.data.servers.record(answers(2, status: .success(status("gamma-1", step: 0)), at: first), at: first)
        model.data.servers.record(answers(2, status: .failure(refusal), at: first), at: first)
        return model
    }

    /// Removes what INFO says about servers from a model, so that only the monitoring URLs are known.
    static func withoutNodes(_ model: ConsoleModel) -> ConsoleModel {
        var model = model
        for index in model.data.clusters.indices { model.data.clusters[index].nodes = .none }
        return model
    }

    private static let refusal = MonitorError(
        .unreachable,
        "http://nats-2.example.org:8222 cannot be reached; is the server's monitoring switched on?"
    )

    /// Returns a status.
    /// - Parameter step: 0 or 1. Step 1 has 2500 more messages in and 5000 more messages out.
    static func status(_ name: String, id: String? = nil, step: Int, slow: Int = 0) -> ServerStatus {
        decoded(
            ServerStatus.init(json:),
            """
            {"server_id":"\(id ?? "N\(name.filter { $0 != "-" })")","server_name":"\(name)","version":"2.10.22","uptime":"3d4h5m6s","cpu":12.5,
            "mem":47185920,"cores":4,"connections":4,"subscriptions":61,"slow_consumers":\(slow),
            "in_msgs":\(100_000 + 2500 * step),"out_msgs":\(200_000 + 5000 * step),
            "in_bytes":\(12_800_000 + 320_000 * step),"out_bytes":\(25_600_000 + 640_000 * step)}
            """
        )
    }

    static func health(_ json: String) -> ServerHealth { decoded(ServerHealth.init(json:), json) }

    static func connections(_ step: Int) -> ConnectionList {
        func connection(_ id: Int, _ name: String, _ language: String, sent: Int, received: Int, pending: Int, _ rtt: String)
            -> String
        {
            """
            {"cid":\(id),"ip":"10.1.0.\(id)","port":\(50_000 + id),"name":"\(name)","lang":"\(language)","version":"1.31.0",
            "uptime":"1h2m3s","idle":"0s","rtt":"\(rtt)","pending_bytes":\(pending),"subscriptions":\(id % 7),
            "in_msgs":\(sent * step),"out_msgs":\(received * step),"in_bytes":\(sent * step * 128),"out_bytes":\(received * step * 128)}
            """
        }
        let all = [
            connection(7, "billing", "go", sent: 2000, received: 250, pending: 0, "431µs"),
            connection(12, "warehouse", "java", sent: 0, received: 4750, pending: 65_536, "1.2ms"),
            connection(15, "", "elixir", sent: 500, received: 0, pending: 0, "208µs"),
        ]
        return connections(json: #"{"total":4,"connections":[\#(all.joined(separator: ","))]}"#)
    }

    /// Returns a list of subscriptions.
    /// - Parameter entries: The subject, queue group and connection of each subscription.
    static func listing(
        _ cluster: Int,
        _ entries: [(subject: String, group: String?, connection: UInt64)],
        names: [UInt64: String] = [:]
    ) -> SubscriptionListing {
        var listing = SubscriptionListing(cluster: cluster)
        listing.entries = entries.map { entry in
            var row = SubscriptionList.Entry()
            (row.subject, row.queueGroup, row.connection) = (entry.subject, entry.group, entry.connection)
            return row
        }
        (listing.total, listing.names) = (entries.count, names)
        return listing
    }

    /// Returns the answer of `/connz` to a query with a limit.
    static func connections(json: String, limit: Int = ServerMonitoring.limit) -> ConnectionList {
        decoded({ (bytes) throws(MonitorError) in try ConnectionList(json: bytes, limit: limit) }, json)
    }

    private static func decoded<Value>(_ read: ([UInt8]) throws(MonitorError) -> Value, _ json: String) -> Value {
        do {
            return try read(Array(json.utf8))
        } catch {
            preconditionFailure("the answer of a server can be read: \(error)")
        }
    }
}
