/// Asks the servers of one cluster what they say about themselves: over the system account, else at monitoring URLs.
package struct ClusterMonitor: Sendable {
    /// What to ask.
    package struct Question: Sendable, Hashable {
        /// The connections to list.
        package struct Connections: Sendable, Hashable {
            /// The id of the server; nil for any one server.
            package let node: String?
            package let query: ConnectionQuery

            package init(of node: String?, _ query: ConnectionQuery) {
                self.node = node
                self.query = query
            }
        }

        /// The number of servers that the cluster is known to have.
        package var count = 0
        /// How many servers answer behind each URL, as far as known.
        package var reach: [SourceReach] = []
        /// Whether to ask over the system account, if there is one.
        package var usesSystemAccount = true
        package var connections: Connections?

        package init() {}
    }

    /// The answers of one source.
    package struct Answer: Sendable {
        package let source: NodeSource
        /// The answers, in the order of their arrival. A server behind a balanced URL may be among them several times.
        package var nodes: [NodeAnswer] = []
        /// Why the source did not answer; nil if at least one server did.
        package var failure: MonitorError?
        /// The id of the server that passed the question on to the others; nil if it is not known, or for a URL.
        package var relay: String?
    }

    /// The maximum number of times that a URL is asked in one round. A balanced URL leads to another server each time.
    static let maximumVisits = 32
    /// The maximum number of times that a URL is asked for the subscriptions of a certain server.
    static let preferredVisits = 8
    /// The number of times that a URL is asked in one round until it is known whether several servers answer.
    static let trialVisits = 3

    private let system: SystemAccountMonitor?
    private let urls: [ServerMonitor]
    private let now: @Sendable () -> Duration

    /// - Parameters:
    ///   - system: The connection of the system account.
    ///   - urls: The monitoring URLs.
    ///   - now: The current time on a clock of the caller.
    package init(system: SystemAccountMonitor?, urls: [ServerMonitor], now: @escaping @Sendable () -> Duration) {
        self.system = system
        self.urls = urls
        self.now = now
    }

    /// The number of monitoring URLs.
    package var urlCount: Int { urls.count }

    /// Whether there is anything to ask.
    package var hasSources: Bool { system != nil || !urls.isEmpty }

    /// Asks every server once, if possible.
    ///
    /// The URLs are asked only if no server answers over the system account.
    package func ask(_ question: Question) async -> [Answer] {
        var answers: [Answer] = []
        if let system, question.usesSystemAccount {
            let answer = await ask(system, question)
            answers.append(answer)
            if answer.failure == nil { return answers }
        }
        await withTaskGroup(of: (Int, Answer).self) { group in
            for (index, url) in urls.enumerated() {
                group.addTask { (index, await ask(url, index, question)) }
            }
            var byURL = await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            for index in urls.indices { if let answer = byURL.removeValue(forKey: index) { answers.append(answer) } }
        }
        return answers
    }

    /// Asks one server for at most `limit` subscriptions and for the connections that they may belong to.
    ///
    /// - Parameter preferred: The id of the server to ask, if it can be reached.
    /// - Returns: The subscriptions; the connections of the same server, or none if they could not be read.
    package func subscriptions(
        limit: Int,
        preferred: String? = nil
    ) async throws(MonitorError) -> (SubscriptionList, [ServerConnection]) {
        var query = ConnectionQuery()
        query.limit = limit
        var failure = MonitorError(.unreachable, "the cluster has no monitor URL and no login of the system account")
        if let system {
            for id in preferred.map({ [$0, nil] }) ?? [nil] {
                do throws(MonitorError) {
                    let list = try await system.subscriptions(of: id, limit: limit)
                    let connections = try? await system.connections(of: list.serverID, query)
                    return (list, connections?.connections ?? [])
                } catch {
                    failure = error
                }
            }
        }
        for url in urls {
            do throws(MonitorError) {
                return try await subscriptions(url, query, preferred)
            } catch {
                failure = error
            }
        }
        throw failure
    }

    private func subscriptions(
        _ url: ServerMonitor,
        _ query: ConnectionQuery,
        _ preferred: String?
    ) async throws(MonitorError) -> (SubscriptionList, [ServerConnection]) {
        for attempt in 1...Self.preferredVisits {
            let session = url.makeSession()
            defer { session.close() }
            // A balanced URL leads to another server each time. Their status is short, and their lists are long.
            if let preferred, attempt < Self.preferredVisits, try await url.status(session).id != preferred { continue }
            let list = try await url.subscriptions(limit: query.limit, session)
            let connections = try? await url.connections(query, session)
            // Servers number their connections independently.
            return (list, connections?.serverID == list.serverID ? connections?.connections ?? [] : [])
        }
        throw MonitorError(.unreachable, "\(url.endpoint) was not asked")
    }

    /// Asks one server for its connections.
    ///
    /// - Parameters:
    ///   - node: The id of the server.
    ///   - count: The number of servers of the cluster, which a balanced URL may lead to.
    package func connections(
        of node: String,
        _ query: ConnectionQuery,
        among count: Int
    ) async throws(MonitorError) -> ConnectionList {
        var failure = MonitorError(.timeout, "the server did not answer")
        if let system {
            do throws(MonitorError) {
                return try await system.connections(of: node, query)
            } catch {
                failure = error
            }
        }
        for url in urls {
            // A balanced URL leads to another server each time.
            for _ in 0..<min(max(1, 2 * count), Self.maximumVisits) {
                let session = url.makeSession()
                defer { session.close() }
                do throws(MonitorError) {
                    let list = try await url.connections(query, session)
                    if list.serverID == node { return list }
                    if list.serverID.isEmpty { throw MonitorError(.answer, "\(url.endpoint) does not name its server") }
                } catch {
                    failure = error
                }
            }
        }
        throw failure
    }

    // MARK: System account

    private func ask(_ system: SystemAccountMonitor, _ question: Question) async -> Answer {
        var answer = Answer(source: .systemAccount)
        let relay = system.server
        do throws(MonitorError) {
            answer.nodes = try await system.nodes(now: now)
        } catch {
            answer.failure = error
            return answer
        }
        // The connection may have moved meanwhile.
        if system.server == relay { answer.relay = relay }
        if let wanted = question.connections, !answer.nodes.isEmpty {
            let index = answer.nodes.firstIndex { $0.status.id == wanted.node } ?? (wanted.node == nil ? 0 : nil)
            if let index {
                let id = answer.nodes[index].status.id
                answer.nodes[index].connections = await result { () throws(MonitorError) in
                    try await system.connections(of: id, wanted.query)
                }
                answer.nodes[index].connectionsAt = now()
            }
        }
        return answer
    }

    // MARK: URLs

    private func ask(_ url: ServerMonitor, _ index: Int, _ question: Question) async -> Answer {
        var answer = Answer(source: .url(index))
        var seen: Set<String> = []
        var wanted = question.connections
        var count = question.count
        var reach = question.reach.indices.contains(index) ? question.reach[index] : .unknown
        for visit in 1...Self.maximumVisits {
            do throws(MonitorError) {
                let node = try await self.visit(url, wanted, isShared: reach == .severalServers)
                if node.connections != nil { wanted = nil }
                answer.nodes.append(node)
                seen.insert(node.status.id)
                count = max(count, (node.routes?.peers.count ?? 0) + 1, seen.count)
            } catch {
                // Of the servers behind a balanced URL, one that does not answer is no failure of the others.
                if answer.nodes.isEmpty { answer.failure = error }
                return answer
            }
            if seen.count > 1 { reach = .severalServers }
            let visits =
                switch reach {
                case .oneServer: 1
                case .unknown: min(count, Self.trialVisits)
                // Balancers other than round robin need more than one visit for each server.
                case .severalServers: min(2 * count, Self.maximumVisits)
                }
            if visit >= visits || seen.count >= count { return answer }
        }
        return answer
    }

    /// Asks the one server at the other end of a connection.
    /// - Parameter isShared: Whether several servers answer at the URL.
    private func visit(
        _ url: ServerMonitor,
        _ wanted: Question.Connections?,
        isShared: Bool
    ) async throws(MonitorError) -> NodeAnswer {
        let session = url.makeSession()
        defer { session.close() }
        let status = try await url.status(session)
        var answer = NodeAnswer(status: status, at: now())
        let health = await result { () throws(MonitorError) in try await url.health(session) }
        let routes = await result { () throws(MonitorError) in try await url.routes(session) }
        answer.routesAt = now()
        if case .success(let list) = routes, list.serverID == status.id { answer.routes = list }
        var ids: Set = [status.id]
        if case .success(let list) = routes { ids.insert(list.serverID) }
        if let wanted, wanted.node == nil || wanted.node == status.id {
            let list = await result { () throws(MonitorError) in try await url.connections(wanted.query, session) }
            if case .success(let list) = list, !list.serverID.isEmpty { ids.insert(list.serverID) }
            answer.connections = ids.count > 1 ? .failure(Self.otherServer(url)) : list
            answer.connectionsAt = now()
        }
        // An answer of /healthz does not name its server. On another connection, it may be another one.
        answer.health = ids.count > 1 || (isShared && session.wasReopened) ? .failure(Self.otherServer(url)) : health
        return answer
    }

    private static func otherServer(_ url: ServerMonitor) -> MonitorError {
        MonitorError(.answer, "another server behind \(url.endpoint) may have answered")
    }

    private func result<Value>(
        _ ask: () async throws(MonitorError) -> Value
    ) async -> Result<Value, MonitorError> {
        do throws(MonitorError) {
            return .success(try await ask())
        } catch {
            return .failure(error)
        }
    }
}
