import ConsistentHashing
import NATSWire
import Settings
import TerminalUI

@testable import Console
@testable import Roulette
@testable import RouletteNATS

/// Models with plain values, so that tests need no client.
enum Fixtures {
    static let ring = makeRing()

    private static func makeRing() -> HashRing {
        do {
            return try HashRing(
                naming: .index,
                nodes: (0..<3).map { HashRing.Node(name: String($0), address: "nats-\($0).example.org:4222") }
            )
        } catch {
            preconditionFailure("the ring of three clusters is valid: \(error)")
        }
    }

    /// 14:03:22 in a time zone one hour east of UTC.
    static let now = Moment(uptime: .seconds(100), epochSeconds: 1_700_006_400 + 47_002, utcOffset: 3600)

    static func theme(_ depth: ColorDepth = .trueColor, name: String = ThemeLibrary.defaultName) -> Theme {
        do {
            return Theme(try ThemeLibrary(directories: []).load(name), depth: depth)
        } catch {
            preconditionFailure("the built-in themes load: \(error)")
        }
    }

    static func profile(_ environment: Profile.Environment = .development, allowPublish: Bool = true) -> Profile {
        var profile = Profile(
            name: "demo",
            servers: (0..<3).map { ProfileServer(name: ["alpha", "beta", "gamma"][$0], host: "nats-\($0).example.org") }
        )
        profile.environment = environment
        profile.allowPublish = allowPublish
        // Only the tests of the history need saved entries.
        profile.keepsHistory = false
        return profile
    }

    static func data(profile: Profile = Fixtures.profile(), names: [String] = ["alpha", "beta", "gamma"]) -> DashboardData {
        let deployment = DeploymentDescription(profile: profile, ring: ring, clusterNames: names)
        var data = DashboardData(deployment: deployment, keys: KeyMap(), theme: theme())
        data.now = now
        return data
    }

    static func model(
        _ size: Size = Size(width: 120, height: 36),
        profile: Profile = Fixtures.profile(),
        view: KeyAction = .overview
    ) -> ConsoleModel {
        var model = ConsoleModel(size: size, data: data(profile: profile))
        _ = model.views.open(view)
        return model
    }

    // MARK: Clusters

    /// One cluster that is up, one degraded, and one down.
    static var clusters: [ClusterRow] {
        var alpha = ClusterRow(id: 0, name: "alpha", address: "nats-0.example.org:4222", state: .up)
        alpha.stateDuration = .seconds(7860)
        (alpha.publishers, alpha.subscribers) = (.init(up: 5, total: 5), .init(up: 5, total: 5))
        (alpha.roundTripP50, alpha.roundTripP99) = (.microseconds(210), .microseconds(900))
        (alpha.ringShare, alpha.subscriptions, alpha.maxPayload) = (0.3283, 12, 1 << 20)
        var beta = ClusterRow(id: 1, name: "beta", address: "nats-1.example.org:4222", state: .degraded)
        beta.stateDuration = .seconds(13)
        (beta.publishers, beta.subscribers) = (.init(up: 3, total: 5), .init(up: 5, total: 5))
        (beta.roundTripP50, beta.roundTripP99) = (.microseconds(240), .microseconds(1100))
        (beta.ringShare, beta.subscriptions, beta.maxPayload) = (0.3493, 9, 1 << 20)
        beta.lastError = "reset by peer"
        var gamma = ClusterRow(id: 2, name: "gamma", address: "nats-2.example.org:4222", state: .down)
        gamma.stateDuration = .seconds(12)
        (gamma.publishers, gamma.subscribers) = (.init(up: 0, total: 5), .init(up: 0, total: 5))
        (gamma.ringShare, gamma.subscriptions, gamma.lost, gamma.attempt) = (0.3224, 7, 24, 7)
        (gamma.nextAttempt, gamma.lastError) = (.milliseconds(600), "connection refused")
        alpha.connections = pool(0) { _ in }
        beta.connections = pool(1) { row in
            row.server = server(1, row.id.slot % 2 == 0 ? 1 : 2, id: row.id.slot % 2 == 0 ? "NB1" : "NB2")
            row.tls = .init(version: "TLS 1.3", isVerified: row.id.slot != 4)
            guard row.id.role == .publisher, row.id.slot < 2 else { return }
            (row.state, row.stateDuration, row.tls) = (.reconnecting, .seconds(13), nil)
            (row.attempt, row.nextAttempt, row.lastError) = (3, .milliseconds(1400), NATSError(.disconnected, "reset by peer"))
            (row.lost, row.unconfirmed) = (2, 0)
        }
        gamma.connections = pool(2) { row in
            (row.state, row.stateDuration, row.server, row.roundTrip) = (.reconnecting, .seconds(12), nil, nil)
            (row.attempt, row.nextAttempt, row.lastError) = (
                7, .milliseconds(600), NATSError(.connectFailed, "connection refused")
            )
            (row.messagesIn, row.messagesOut, row.bytesIn, row.bytesOut, row.unconfirmed) = (0, 0, 0, 0, 0)
        }
        alpha.nodes = nodes(0, connections: [10, 0, 0])
        beta.nodes = nodes(1, connections: [5, 3, 0])
        gamma.nodes = nodes(2, connections: [0, 0, 0], state: .unseen, for: .seconds(12))
        return [alpha, beta, gamma]
    }

    /// Returns the servers of a cluster. A server that holds no connection is known by its address.
    static func nodes(
        _ cluster: Int,
        connections: [Int],
        gone: Set<Int> = [],
        state: ClusterNode.State = .present,
        for duration: Duration = .seconds(7860)
    ) -> ClusterNodes {
        let nodes = connections.enumerated().map { index, count in
            ClusterNode(
                address: "10.0.\(cluster).\(index + 1):4222",
                server: count > 0 || state == .unseen ? server(cluster, index + 1) : nil,
                state: gone.contains(index) ? .gone : state,
                stateDuration: gone.contains(index) ? .seconds(12) : duration,
                connections: count
            )
        }
        return ClusterNodes(all: nodes, unmatchedAddresses: [])
    }

    /// Returns clusters with problems that the state of their connections does not show: two servers are gone, a load balancer
    /// leads to the wrong cluster, and another one closes idle connections.
    static var hiddenProblems: [ClusterRow] {
        var clusters = clusters
        for index in clusters.indices {
            clusters[index].state = .up
            clusters[index].stateDuration = .seconds(7860)
            clusters[index].connections = pool(index) { _ in }
            (clusters[index].publishers, clusters[index].subscribers) = (.init(up: 5, total: 5), .init(up: 5, total: 5))
            (clusters[index].lost, clusters[index].attempt, clusters[index].lastError) = (0, 0, nil)
        }
        clusters[0].nodes = nodes(0, connections: [10, 0, 0], gone: [1, 2])
        let entries = clusters.map { Cluster(index: $0.id, name: $0.name, address: $0.address) }
        clusters[1].alarms = [
            IdentityAlarm(
                kind: .sameCluster,
                cluster: entries[1],
                other: entries[0],
                reported: "alpha",
                expected: nil,
                connections: 10
            )
        ]
        clusters[1].nodes = .none
        clusters[2].nodes = nodes(2, connections: [4, 3, 3])
        clusters[2].idleTimeout = IdleTimeout(lost: 7, losses: 7, idle: .seconds(3), pingInterval: .seconds(30))
        clusters[2].lossesInLastHour = 42
        return clusters
    }

    static let clusterNames = ["alpha", "beta", "gamma"]

    /// Returns a server of a cluster.
    static func server(_ cluster: Int, _ number: Int = 1, id: String? = nil) -> ServerIdentity {
        server(cluster, number, id: id, cluster: clusterNames[cluster])
    }

    /// Returns a server that reports this cluster name, or none.
    static func server(_ index: Int, _ number: Int = 1, id: String? = nil, cluster: String?) -> ServerIdentity {
        let name = clusterNames[index]
        return ServerIdentity(
            id: id ?? "N\(name)\(number)",
            name: "\(name)-\(number)",
            version: "2.10.22",
            cluster: cluster,
            maxPayload: 1 << 20
        )
    }

    /// Returns five connections of each role that are up, after `change` was applied to each.
    static func pool(_ cluster: Int, _ change: (inout ConnectionRow) -> Void) -> [ConnectionRow] {
        [ConnectionRole.publisher, .subscriber].flatMap { role in
            (0..<5).map { slot in
                var row = ConnectionRow(id: .init(cluster: cluster, role: role, slot: slot))
                row.state = .connected
                row.stateDuration = .seconds(7860)
                row.server = server(cluster)
                row.roundTrip = .init(
                    last: .microseconds(190),
                    handshake: .microseconds(1_900),
                    lastMinute: .init(p50: .microseconds(210), p99: .microseconds(900), count: 12),
                    lastFiveMinutes: .init(p50: .microseconds(220), p99: .milliseconds(21), count: 60),
                    count: 60
                )
                if role == .publisher {
                    (row.messagesOut, row.bytesOut, row.unconfirmed) = (UInt64(12_400 + slot), 1_600_000, UInt64(slot))
                } else {
                    (row.messagesIn, row.bytesIn, row.subscriptions) = (UInt64(8_100 + slot), 900_000, slot)
                }
                change(&row)
                return row
            }
        }
    }

    static func events(_ model: inout ConsoleModel) {
        func log(_ row: EventRow, secondsAgo seconds: Int64) {
            var row = row
            row.moment = Moment(
                uptime: model.data.now.uptime - .seconds(seconds),
                epochSeconds: now.epochSeconds - seconds,
                utcOffset: now.utcOffset
            )
            model.log(row)
        }
        log(EventRow(.connected, .info, cluster: 0, connection: .publisher(0), detail: "n1 2.9.10"), secondsAgo: 95)
        for slot in 0..<2 {
            let row = EventRow(.lost, .error, cluster: 1, connection: .publisher(slot).of(1), detail: "reset by peer")
            log(row, secondsAgo: 13)
        }
        log(
            EventRow(.lost, .error, cluster: 2, connection: .publisher(3).of(2), detail: "reset by peer", unconfirmed: 24),
            secondsAgo: 12
        )
        for _ in 0..<7 {
            log(EventRow(.retrying, .warning, cluster: 2, detail: "connection refused"), secondsAgo: 1)
        }
        model.data.updateIncidents()
    }

    // MARK: Traffic

    /// Topics with known rates after ten samples of one second.
    static func traffic() -> TrafficSnapshot {
        var table = TrafficTable(ring: ring)
        table.add(source(1, "orders.>", .watch))
        table.add(source(2, "orders.eu", .subscribe))
        for second in 1...10 {
            let time = Double(second)
            for (topic, perSecond) in [("orders.eu", 40), ("orders.us", 10 + second), ("orders.asia.tokyo", 3)] {
                for _ in 0..<perSecond { table.receive(topic, source: 1, at: time) }
            }
            table.publish("invoices.new", at: time)
            table.sample(at: time)
        }
        return table.snapshot()
    }

    static func source(
        _ id: Int,
        _ pattern: Subject,
        _ purpose: SubscriptionRequest.Purpose,
        queue: Bool = false
    ) -> TrafficSources.Source {
        TrafficSources.Source(id: id, pattern: pattern, purpose: purpose, isQueueMember: queue)
    }

    // MARK: Tail

    static func entry(
        _ topic: String,
        _ payload: String,
        headers: String? = nil,
        reply: String? = nil,
        cluster: Int = 0,
        secondsAgo: Int64 = 0
    ) -> TailEntry {
        TailEntry(
            epochSeconds: now.epochSeconds - secondsAgo,
            cluster: cluster,
            topic: topic.utf8,
            reply: reply?.utf8,
            headers: headers?.utf8,
            payload: payload.utf8
        )
    }

    static var tailEntries: [TailEntry] {
        [
            entry("orders.us", "plain text", cluster: 1, secondsAgo: 3),
            entry("orders.asia.tokyo", #"{"id":41,"total":12.50}"#, cluster: 2, secondsAgo: 2),
            entry(
                "orders.eu",
                #"{"id":42,"lines":[{"sku":"A-1","count":2},{"sku":"B-7","count":1}],"paid":true,"note":null}"#,
                headers: "NATS/1.0\r\nNats-Msg-Id: 42\r\nTrace: abc\r\n\r\n",
                reply: "_INBOX.1",
                cluster: 1,
                secondsAgo: 1
            ),
        ]
    }

    /// Returns a model with data in every view.
    static func busyModel(_ size: Size, view: KeyAction) -> ConsoleModel {
        var model = model(size, view: view)
        model.data.clusters = clusters
        model.data.traffic = traffic()
        model.data.now = Moment(uptime: .seconds(12), epochSeconds: now.epochSeconds, utcOffset: now.utcOffset)
        events(&model)
        model.data.tail.append(TailDelivery(entries: tailEntries, notShown: 0))
        model.data.subscriptions = [
            SubscriptionRow(id: 1, request: SubscriptionRequest(pattern: "orders.>", purpose: .watch), state: .active),
            SubscriptionRow(id: 2, request: SubscriptionRequest(pattern: "orders.eu"), state: .active),
        ]
        return monitored(model)
    }
}

extension ConnectionRow.ID {
    /// A publisher of the first cluster.
    static func publisher(_ slot: Int) -> Self { Self(cluster: 0, role: .publisher, slot: slot) }

    /// A subscriber of the first cluster.
    static func subscriber(_ slot: Int) -> Self { Self(cluster: 0, role: .subscriber, slot: slot) }

    /// Returns the connection of a cluster with the same role and slot.
    func of(_ cluster: Int) -> Self { Self(cluster: cluster, role: role, slot: slot) }
}

extension TrafficTable {
    @discardableResult
    mutating func receive(
        _ topic: String,
        reply: String = "",
        bytes: Int = 100,
        source: Int,
        cluster: Int? = nil,
        at time: Double
    ) -> Bool {
        let cluster = cluster ?? Fixtures.ring.index(of: topic)
        let ordinal = Array(topic.utf8).withUnsafeBytes { topic in
            Array(reply.utf8).withUnsafeBytes { reply in
                receive(
                    topic: topic,
                    reply: reply.isEmpty ? nil : reply,
                    byteCount: bytes,
                    cluster: cluster,
                    source: source,
                    at: time
                )
            }
        }
        return ordinal != nil
    }

    mutating func publish(_ topic: String, bytes: Int = 100, at time: Double) {
        let cluster = Fixtures.ring.index(of: topic)
        Array(topic.utf8).withUnsafeBytes { publish(topic: $0, byteCount: bytes, cluster: cluster, at: time) }
    }
}
