import Settings
import TerminalUI
import Testing

@testable import Console
@testable import NATSMonitoring
@testable import Roulette
@testable import RouletteNATS

@Suite("Servers behind load balancers")
struct NodesTests {
    private static let wide = Size(width: 160, height: 40)

    private func model(_ view: KeyAction, _ size: Size = wide, clusters: [ClusterRow] = Fixtures.hiddenProblems) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: view)
        model.data.clusters = clusters
        model.data.updateIncidents()
        return model
    }

    // MARK: Overview

    @Test
    func `the Overview counts the servers of each cluster, and names those that are gone`() {
        let model = model(.overview)
        #expect(Screens.shows("◐  alpha    up, 2 nodes gone", model))
        #expect(Screens.shows("1/3", model))
        #expect(Screens.shows("gone 12 s: 10.0.0.2:4222, 10.0.0.3:4222", model))
    }

    @Test
    func `the Overview shows that a load balancer leads to the wrong cluster, and which one`() {
        let model = model(.overview)
        #expect(Screens.shows("!  beta     wrong cluster", model))
        #expect(Screens.shows("leads to the cluster of alpha; check the load balancer nats-1.example.org:4222", model))
    }

    @Test
    func `the Overview names an idle timeout as the cause of repeated losses`() {
        let model = model(.overview)
        #expect(Screens.shows("◐  gamma    flapping", model))
        #expect(Screens.shows("7 of 7 lost after 3.0 s idle: the load balancer's time-out is shorter than ping_interval", model))
    }

    @Test
    func `the header shows the problems in every view`() {
        for view in [KeyAction.overview, .tail, .events] {
            let lines = Screens.lines(model(view))
            #expect(lines[0].contains("3 up, 3 incidents"), "\(lines[0])")
        }
        #expect(Screens.lines(model(.tail, Size(width: 40, height: 12)))[0].contains("3 of 3 up, 3 incidents"))
        #expect(Screens.lines(model(.tail, ConsoleModel.minimumSize))[0].contains("3/3 up!"))
    }

    @Test
    func `a cluster that is down is shown as down, also if one of its servers is gone`() {
        var clusters = Fixtures.clusters
        clusters[2].nodes = Fixtures.nodes(2, connections: [0, 0, 0], gone: [1], state: .unseen)
        let model = model(.overview, clusters: clusters)
        #expect(Screens.shows("○  gamma    down 12 s, try 7", model))
        #expect(Screens.shows("connection refused (next try in 0.6 s); gone 12 s: gamma-2", model))
    }

    // MARK: All clusters at once

    /// Returns clusters with one connection each: what it received, and whether it misses PINGs.
    private func connected(_ received: [UInt64], silent: Set<Int> = []) -> [ClusterRow] {
        received.enumerated().map { index, bytes in
            var snapshot = ConnectionSnapshot.idle
            (snapshot.state, snapshot.bytesIn) = (silent.contains(index) ? .stale : .connected, bytes)
            snapshot.pingMisses = silent.contains(index) ? 1 : 0
            var row = ClusterRow(id: index, name: "c\(index)", address: "")
            row.connections = [ConnectionRow(id: .init(cluster: index, role: .publisher, slot: 0), snapshot: snapshot)]
            return row
        }
    }

    @Test
    func `clusters that all become silent in the same second are a reason to suspect the own network`() {
        var watch = SilenceWatch()
        for second in 0..<10 { watch.update(connected([UInt64(second), UInt64(second)]), at: .seconds(second)) }
        #expect(!watch.blamesOwnNetwork)
        watch.update(connected([9, 9], silent: [0]), at: .seconds(12))
        #expect(!watch.blamesOwnNetwork, "the other cluster answers")
        watch.update(connected([9, 9], silent: [0, 1]), at: .seconds(13))
        #expect(watch.blamesOwnNetwork)
        watch.update(connected([9, 10], silent: [0]), at: .seconds(14))
        #expect(!watch.blamesOwnNetwork)
        for second in 15..<30 { watch.update(connected([9, UInt64(second)], silent: [0]), at: .seconds(second)) }
        watch.update(connected([9, 29], silent: [0, 1]), at: .seconds(32))
        #expect(!watch.blamesOwnNetwork, "they became silent one after the other")
    }

    @Test
    func `one cluster alone, and clusters that refuse, are no reason to suspect the own network`() {
        var alone = SilenceWatch()
        for second in 0..<5 { alone.update(connected([UInt64(second)]), at: .seconds(second)) }
        alone.update(connected([4], silent: [0]), at: .seconds(6))
        #expect(!alone.blamesOwnNetwork)
        func lost(_ error: NATSError) -> SilenceWatch {
            var watch = SilenceWatch()
            for second in 0..<5 { watch.update(connected([UInt64(second), UInt64(second)]), at: .seconds(second)) }
            var rows = connected([4, 4])
            for index in rows.indices {
                rows[index].connections[0].state = .reconnecting
                rows[index].connections[0].lastError = error
            }
            watch.update(rows, at: .seconds(6))
            return watch
        }
        #expect(!lost(NATSError(.connectFailed, "connection refused")).blamesOwnNetwork)
        #expect(lost(NATSError(.connectTimeout, "timed out")).blamesOwnNetwork)
    }

    @Test
    func `the header and one event ask for the own network`() {
        var model = model(.overview, clusters: connected([1, 1]))
        for second in 1..<5 {
            _ = update(&model, .tick(Moment(uptime: .seconds(second))))
            _ = update(&model, .snapshot(connected([UInt64(second), UInt64(second)])))
        }
        for _ in 0..<3 { _ = update(&model, .snapshot(connected([4, 4], silent: [0, 1]))) }
        #expect(Screens.lines(model)[0].contains("all clusters silent: your own network?"))
        let texts = model.data.events.rows.map(\.text.plain)
        #expect(texts.count { $0 == "all clusters are silent since the same moment: is it your own network?" } == 1)
        _ = update(&model, .snapshot(connected([5, 4], silent: [1])))
        #expect(!Screens.lines(model)[0].contains("your own network?"))
    }

    @Test
    func `a limit of connections is shown with what it allows and what to change`() {
        var clusters = Fixtures.clusters
        clusters[1].state = .degraded
        (clusters[1].publishers, clusters[1].subscribers) = (.init(up: 2, total: 5), .init(up: 1, total: 5))
        clusters[1].connectionLimit = .account
        let model = model(.overview, clusters: clusters)
        #expect(Screens.shows("the account allows 3: use a smaller pool_size; this profile opens 10 per cluster", model))
    }

    // MARK: Servers

    @Test
    func `all servers of all clusters are listed, with the connections of the console, also without monitoring`() {
        var model = model(.servers, clusters: Fixtures.clusters)
        model.data.servers = ServerMonitoring(sources: Array(repeating: MonitoringSources(), count: 3))
        let lines = Screens.lines(model)
        let rows = lines.map { $0.split(separator: " ").joined(separator: " ") }
        for text in [
            "alpha 3/3 nodes 10 connections", "● alpha-1 up 10 –", "● 10.0.0.2:4222 announced 0 –",
            "beta 3/3 nodes 8 connections", "● beta-2 up 3 –", "gamma ?/3 nodes 0 connections", "◌ gamma-3 unseen 12 s 0 –",
        ] {
            #expect(rows.contains { $0.contains(text) }, "\(text) in:\n\(rows.joined(separator: "\n"))")
        }
        #expect(Screens.shows("This cluster has no monitoring URL and no login of the system account.", model))
    }

    @Test
    func `an answer of a monitoring URL is shown at the server that gave it`() {
        let lines = Screens.lines(model(.servers, clusters: Fixtures.clusters))
        #expect(lines.contains { $0.contains("alpha-1") && $0.contains("ok") && $0.contains("3d4h5m6s") && $0.contains("1.0k") })
        #expect(!lines.contains { $0.contains("10.0.0.2") && $0.contains("3d4h5m6s") })
    }

    @Test
    func `connections are requested only for a server that is monitored`() {
        var model = model(.servers, clusters: Fixtures.clusters)
        #expect(wish(model) == 0)
        model.press("j")
        #expect(wish(model) == nil)
        #expect(Screens.shows("No answer of this server was received.", model))
    }

    private func wish(_ model: ConsoleModel) -> Int? {
        var model = model
        model.prepareFrame()
        guard case .servers(let cluster, _) = model.views.current.monitoringWish(model.data) else { return nil }
        return cluster?.cluster
    }

    @Test
    func `a server that is gone stays in the list until it is dismissed`() {
        var model = model(.servers)
        #expect(Screens.shows("○  10.0.0.2:4222", model) && Screens.shows("gone 12 s", model))
        #expect(model.press("d").contains(.background(.dismissGone)))
        #expect(Screens.shows("2 servers that were gone are forgotten", model))
        model.data.clusters[0].nodes = Fixtures.nodes(0, connections: [10])
        #expect(!model.press("d").contains(.background(.dismissGone)))
        #expect(Screens.shows("no server is gone", model))
    }

    @Test
    func `servers that listen on all interfaces are counted, and their addresses are listed`() {
        var clusters = Fixtures.clusters
        let known = ClusterNode(
            address: nil,
            server: Fixtures.server(0),
            state: .present,
            stateDuration: .seconds(9),
            connections: 10
        )
        clusters[0].nodes = ClusterNodes(all: [known], unmatchedAddresses: ["10.0.0.1:4222", "10.0.0.2:4222"])
        let model = model(.servers, clusters: clusters)
        #expect(Screens.shows("alpha  2/2 nodes", model))
        #expect(Screens.shows("1 of 2 servers are known by name; the addresses are 10.0.0.1:4222, 10.0.0.2:4222", model))
    }

    @Test
    func `a server that no other one announces but that answers its monitoring URL may be cut off`() {
        var clusters = Fixtures.clusters
        clusters[0].nodes = Fixtures.nodes(0, connections: [1, 9, 0], gone: [0])
        let model = model(.servers, clusters: clusters)
        #expect(Screens.shows("no server of its cluster announces it; are routes cut?", model))
    }

    @Test
    func `the filter matches servers by name and state`() {
        var model = model(.servers, Size(width: 120, height: 15))
        model.press("/")
        model.type("gone")
        model.press("enter")
        #expect(Screens.shows("2 of 7 by gone", model))
        #expect(!Screens.shows("gamma-1", model))
    }

    // MARK: Messages of the wrong cluster

    private func rows(_ servers: [[Int?]]) -> [ClusterRow] {
        servers.enumerated().map { cluster, servers in
            var row = Fixtures.clusters[cluster]
            row.connections = servers.enumerated().map { slot, server in
                var connection = ConnectionRow(id: id(cluster, slot))
                (connection.state, connection.server) = (.connected, Fixtures.server(server ?? 0))
                connection.serverCluster = server
                return connection
            }
            return row
        }
    }

    private func id(_ cluster: Int, _ slot: Int = 0) -> ConnectionRow.ID {
        .init(cluster: cluster, role: .subscriber, slot: slot)
    }

    @Test
    func `messages belong to the cluster of their connection if it leads there`() {
        let origins = MessageOrigins(rows([[0], [1], [2]]))
        #expect(origins == MessageOrigins())
        #expect(origins.sender(to: id(1), coversAll: true) == 1)
    }

    @Test
    func `messages that the sending cluster's own connection delivers too are not counted twice`() {
        let origins = MessageOrigins(rows([[1, 0], [1], [2]]))
        #expect(origins.sender(to: id(0), coversAll: true) == nil)
        #expect(origins.sender(to: id(0, 1), coversAll: true) == 0)
        #expect(origins.sender(to: id(1), coversAll: true) == 1)
        // A subscription to a topic is on one cluster only.
        #expect(origins.sender(to: id(0), coversAll: false) == 1)
    }

    @Test
    func `messages of clusters that were swapped are counted for the cluster that sent them`() {
        let origins = MessageOrigins(rows([[1], [0], [2]]))
        #expect(origins.sender(to: id(0), coversAll: true) == 1)
        #expect(origins.sender(to: id(1), coversAll: true) == 0)
    }

    @Test
    func `of several wrong connections to a cluster without an own one, one is counted`() {
        let origins = MessageOrigins(rows([[2], [2], []]))
        #expect((0..<2).compactMap { origins.sender(to: id($0), coversAll: true) } == [2])
    }

    @Test
    func `messages of a cluster that is in no entry stay with the connection's own`() {
        let origins = MessageOrigins(rows([[nil], [1], [2]]))
        #expect(origins.sender(to: id(0), coversAll: true) == 0)
    }

    @Test
    func `the details of a connection show that it leads to the wrong cluster`() throws {
        var model = model(.connections)
        for index in model.data.clusters[1].connections.indices {
            model.data.clusters[1].connections[index].server = Fixtures.server(0)
            model.data.clusters[1].connections[index].serverCluster = 0
        }
        model.data.clusters = [model.data.clusters[1]]
        let text = Screens.lines(model).joined(separator: " ")
        #expect(text.contains("alpha, not beta: the load balancer"), "\(text)")
    }
}
