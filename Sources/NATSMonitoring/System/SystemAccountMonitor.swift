import NATSWire
package import RouletteNATS

/// Asks all servers of a cluster over one connection of the system account.
///
/// Every server answers requests to `$SYS.REQ.SERVER.PING`, whichever server the connection leads to.
package struct SystemAccountMonitor: Sendable {
    /// The time limit for a call.
    package var timeout: Duration = .seconds(2)
    /// How long to wait for a further answer. Servers answer within a round trip of each other.
    package var stall: Duration = .milliseconds(300)
    /// The limits of the answers to one request.
    private static let buffer = SubscriptionBuffer(messages: NodeReadings.capacity, bytes: 16 << 20)
    /// The maximum number of connections in one answer, so that it stays below the usual limit of a message.
    private static let pageSize = 512

    private let client: NATSClient

    /// - Parameter client: A running client with a login of the system account.
    package init(client: NATSClient) {
        self.client = client
    }

    /// The id of the server that the connection leads to. It passes requests on to the servers that it has routes to.
    package var server: String? { client.snapshot.server?.id }

    // MARK: All servers

    /// Asks every server for its state, its health and its routes.
    /// - Parameter now: The current time on a clock of the caller.
    package func nodes(now: @escaping @Sendable () -> Duration) async throws(MonitorError) -> [NodeAnswer] {
        async let healths = try? answers("HEALTHZ", now)
        async let routes = try? answers("ROUTEZ", now)
        var nodes: [NodeAnswer] = []
        for reply in try await answers("VARZ", now) {
            guard let json = reply.answer, let status = try? ServerStatus(json: json), status.id == reply.id else { continue }
            nodes.append(NodeAnswer(status: status, at: reply.at))
        }
        let (healthByID, routesByID) = (Self.byID(await healths), Self.byID(await routes))
        for index in nodes.indices {
            let id = nodes[index].status.id
            if let json = healthByID[id]?.answer {
                do throws(MonitorError) {
                    nodes[index].health = .success(try ServerHealth(json: json))
                } catch {
                    nodes[index].health = .failure(error)
                }
            } else {
                nodes[index].health = .failure(MonitorError(.timeout, "the server did not answer HEALTHZ"))
            }
            if let reply = routesByID[id], let json = reply.answer, let list = try? RouteList(json: json), list.serverID == id {
                (nodes[index].routes, nodes[index].routesAt) = (list, reply.at)
            }
        }
        guard !nodes.isEmpty else {
            throw MonitorError(.timeout, "no server answered over the system account within \(timeout)")
        }
        return nodes
    }

    private struct TimedReply: Sendable {
        let id: String
        let answer: [UInt8]?
        let at: Duration
    }

    private static func byID(_ replies: [TimedReply]?) -> [String: TimedReply] {
        Dictionary((replies ?? []).map { ($0.id, $0) }, uniquingKeysWith: { $1 })
    }

    private func answers(_ endpoint: String, _ now: @Sendable () -> Duration) async throws(MonitorError) -> [TimedReply] {
        try checkConnection()
        do throws(NATSError) {
            let replies = try await client.requestMany(
                [UInt8](),
                to: Self.subject("PING.\(endpoint)"),
                timeout: timeout,
                max: NodeReadings.capacity,
                stall: stall,
                buffer: Self.buffer
            )
            var answers: [TimedReply] = []
            var iterator = replies.makeAsyncIterator()
            while let message = try await iterator.next() {
                guard message.status == nil, let reply = try? SystemReply(json: Array(message.payload.readableBytesView)) else {
                    continue
                }
                answers.append(TimedReply(id: reply.serverID, answer: reply.answer, at: now()))
            }
            return answers
        } catch {
            throw MonitorError(error)
        }
    }

    // MARK: Advisories

    /// Receives what the servers report by themselves, until the task is canceled.
    ///
    /// - Parameter receive: Called for every advisory, from one task for each kind.
    /// - Throws: `NATSError`, if the server refuses a subscription.
    package func receiveAdvisories(_ receive: @escaping @Sendable (SystemAdvisory) -> Void) async throws {
        // Without a connection, the next call waits again.
        while !client.isConnected { try await client.waitUntilConnected(timeout: .seconds(3600)) }
        let buffer = SubscriptionBuffer(messages: 4096, bytes: 4 << 20, overflow: .dropOldest)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pattern in SystemAdvisory.patterns {
                let subscription = try await client.subscribe(
                    to: try Subject.pattern(pattern),
                    buffer: buffer,
                    confirmed: true
                )
                group.addTask {
                    for try await message in subscription {
                        let json = Array(message.payload.readableBytesView)
                        if let advisory = SystemAdvisory(subject: message.subject, json: json) { receive(advisory) }
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    // MARK: One server

    /// Asks one server for its connections, page by page, up to `query.limit`.
    package func connections(of id: String, _ query: ConnectionQuery) async throws(MonitorError) -> ConnectionList {
        var pages = ConnectionPages(limit: query.limit, pageSize: Self.pageSize)
        while let (offset, count) = pages.next {
            let json = try await answer("CONNZ", of: id, query.json(offset: offset, count: count))
            guard pages.add(try ConnectionList(json: json, limit: count)) else {
                throw MonitorError(.answer, "another server answered")
            }
        }
        return pages.list
    }

    /// Asks one server, or the first that answers, for at most `limit` subscriptions.
    package func subscriptions(of id: String?, limit: Int) async throws(MonitorError) -> SubscriptionList {
        let json = try await answer("SUBSZ", of: id, #"{"subscriptions":true,"limit":\#(limit)}"#)
        return try SubscriptionList(json: json, limit: limit)
    }

    /// - Parameter id: The id of the server; nil for any.
    private func answer(_ endpoint: String, of id: String?, _ options: String) async throws(MonitorError) -> [UInt8] {
        try checkConnection()
        let reply: SystemReply
        do throws(NATSError) {
            let message = try await client.request(
                Array(options.utf8),
                to: Self.subject("\(id ?? "PING").\(endpoint)"),
                timeout: timeout
            )
            guard message.status == nil, let read = try? SystemReply(json: Array(message.payload.readableBytesView)) else {
                throw NATSError(.protocolViolation, "the answer to \(endpoint) is not that of a NATS server")
            }
            reply = read
        } catch {
            throw MonitorError(error)
        }
        guard let json = reply.answer, id == nil || reply.serverID == id else {
            throw MonitorError(.answer, "the server answered \(endpoint) with an error")
        }
        return json
    }

    /// Returns the subject of a request. The id of a server comes from the server.
    private static func subject(_ end: String) throws(NATSError) -> Subject {
        do {
            return try Subject("$SYS.REQ.SERVER.\(end)")
        } catch {
            throw NATSError(.invalidSubject, "the id of a server is not part of a subject")
        }
    }

    private func checkConnection() throws(MonitorError) {
        guard !client.isConnected else { return }
        let cause = client.snapshot.lastError
        let code = cause?.code == .authorization || cause?.code == .credentials ? MonitorError.Code.refused : .unreachable
        throw MonitorError(code, "the system account is not connected" + (cause.map { ": \($0.message)" } ?? ""))
    }
}

extension MonitorError {
    /// Creates the error for a failed request of the system account.
    fileprivate init(_ error: NATSError) {
        switch error.code {
        case .noResponders:
            self.init(.refused, "no server answers requests for the system account; is the user in the system account?")
        case .permission, .authorization: self.init(.refused, "the system account: \(error.message)")
        case .timeout: self.init(.timeout, "no server answered over the system account in time")
        default: self.init(.unreachable, "the system account: \(error.message)")
        }
    }
}

extension ConnectionQuery {
    /// The query as options of a request over the system account.
    fileprivate func json(offset: Int, count: Int) -> String {
        let number =
            switch state {
            case .open: 0
            case .closed: 1
            case .any: 2
            }
        return #"{"state":\#(number),"sort":"\#(sort.rawValue)","offset":\#(offset),"limit":\#(count),"auth":true}"#
    }
}
