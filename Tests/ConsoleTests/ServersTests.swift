import Settings
import TerminalUI
import Testing

@testable import Console
@testable import NATSMonitoring
@testable import Roulette

@Suite("Servers")
struct ServersTests {
    private static let wide = Size(width: 200, height: 50)

    private func model(_ size: Size = wide) -> ConsoleModel {
        Fixtures.withoutNodes(Fixtures.busyModel(size, view: .servers))
    }

    private func rows(_ model: ConsoleModel) -> [UInt64] {
        var model = model
        model.prepareFrame()
        return model.views[ServersView.self]?.rows.map(\.id) ?? []
    }

    // MARK: Servers

    @Test
    func `each server has a state with glyph and word, its problem, and rates over the measured time`() {
        let model = model()
        // 2500 messages in 2.5 seconds.
        #expect(Screens.shows("●  alpha    ok         alpha-1           2.10.22   3d4h5m6s", model))
        #expect(Screens.shows("1.0k   2.0k   128 kB   256 kB", model))
        #expect(Screens.shows("◐  beta     unhealthy", model))
        #expect(Screens.shows("reports: JetStream is not current", model))
        #expect(Screens.shows("○  gamma    no answer", model))
        #expect(Screens.shows("figures 3.5 s old: http://nats-2.example.org:8222 cannot be reached", model))
    }

    @Test
    func `a restart or a decreased counter gives no rate`() {
        var servers = ServerMonitoring(sources: [MonitoringSources(urls: ["http://x"])])
        var row: ServerRow { servers.rows[0] }
        func take(_ status: ServerStatus, at seconds: Int) {
            servers.record(Fixtures.answers(0, status: .success(status), at: .seconds(seconds)), at: .seconds(seconds))
        }
        take(Fixtures.status("n", step: 0), at: 10)
        #expect(row.rates == nil)
        take(Fixtures.status("n", step: 1), at: 15)
        #expect(row.rates?.messagesIn == 500)
        take(Fixtures.status("n", id: "another process", step: 2), at: 20)
        #expect(row.rates == nil && servers.rows.count == 1)
        take(Fixtures.status("n", id: "another process", step: 1), at: 25)
        #expect(row.rates == nil)
        take(Fixtures.status("n", id: "another process", step: 1), at: 25)
        #expect(row.rates == nil, "the time did not change")
    }

    @Test
    func `without monitoring URLs the view shows instructions and sends no requests`() {
        var model = Fixtures.withoutNodes(Fixtures.busyModel(Self.wide, view: .overview))
        model.data.servers = ServerMonitoring(sources: Array(repeating: MonitoringSources(), count: 3))
        #expect(model.press("6").isEmpty)
        #expect(Screens.shows("No cluster of this profile has a monitoring URL.", model))
        #expect(Screens.shows("monitor = \"http://HOST:8222\"", model))
    }

    // MARK: Requests

    @Test
    func `the open view requests data: one request per server at a time, connections only of the selected server`() {
        var model = Fixtures.withoutNodes(Fixtures.busyModel(Self.wide, view: .overview))
        model.data.servers = ServerMonitoring(sources: [Fixtures.monitors[0], MonitoringSources(), Fixtures.monitors[2]])
        let query = ConnectionSort().query(closed: false, isFiltered: false)

        model.press("6")
        model.prepareFrame()
        _ = update(&model, .tick(moment(21)))
        // Every server has an unanswered request.
        #expect(update(&model, .tick(moment(90))).isEmpty)

        answer(&model, 0, at: 90)
        model.prepareFrame()
        #expect(asked(update(&model, .tick(moment(91)))) == [query])
        answer(&model, 0, at: 92)
        #expect(update(&model, .tick(moment(92))).isEmpty)
        // A new order of the server is requested immediately.
        #expect(asked(model.press("S", "S", "S", "S")).contains(sorted(.subs)))

    }

    @Test
    func `other views ask for the state of the servers only, and less often`() {
        var model = Fixtures.withoutNodes(Fixtures.busyModel(Self.wide, view: .overview))
        model.data.servers = ServerMonitoring(sources: [Fixtures.monitors[0], MonitoringSources(), Fixtures.monitors[2]])
        func asks(at seconds: Int) -> [Int] {
            update(&model, .tick(moment(seconds))).compactMap { effect in
                guard case .background(.askServers(let cluster, let question)) = effect else { return nil }
                #expect(question.connections == nil)
                return cluster
            }
        }
        #expect(asks(at: 20) == [0, 2])
        #expect(asks(at: 90).isEmpty, "each question is open")
        answer(&model, 0, at: 90)
        answer(&model, 2, at: 90)
        #expect(asks(at: 91) == [0, 2])
        answer(&model, 0, at: 92)
        #expect(asks(at: 95).isEmpty)
        #expect(asks(at: 96) == [0])
    }

    /// Returns the queries for the connections of the first cluster.
    private func asked(_ effects: [Effect]) -> [ConnectionQuery?] {
        effects.compactMap { effect in
            if case .background(.askServers(0, let question)) = effect { question.connections?.query } else { nil }
        }
    }

    private func moment(_ seconds: Int) -> Moment {
        Moment(uptime: .seconds(seconds), epochSeconds: Fixtures.now.epochSeconds, utcOffset: 0)
    }

    private func sorted(_ column: ClientColumn) -> ConnectionQuery {
        var sort = ConnectionSort()
        sort.sort(by: column)
        return sort.query(closed: false, isFiltered: false)
    }

    private func answer(_ model: inout ConsoleModel, _ cluster: Int, at seconds: Int) {
        let at = Duration.seconds(seconds)
        model.data.servers.record(Fixtures.answers(cluster, status: .success(Fixtures.status("n", step: 0)), at: at), at: at)
    }

    @Test
    func `a server that fails keeps its old figures, and a list of connections in another state is not shown`() {
        var model = model()
        #expect(rows(model) == [7, 12, 15])
        model.press("c")
        #expect(rows(model).isEmpty, "the last list has open connections")
        #expect(Screens.shows("Closed connections of alpha", model))
        #expect(Screens.shows("Asking the server", model))
        model.press("c", "j")
        #expect(Screens.shows("Connections of beta", model))
    }

    @Test
    func `connections of a server that does not answer have an age, and the failed request or the loss of the server`() {
        var model = model()
        let query = ConnectionSort().query(closed: false, isFiltered: false)
        let failure = MonitorError(.timeout, "it took too long")
        let now = model.data.now.uptime
        let status = Fixtures.status("alpha-1", step: 1)
        model.data.servers.record(
            Fixtures.answers(0, status: .success(status), at: now, connections: (query, .failure(failure))),
            at: now
        )
        #expect(Screens.shows("figures 1.0 s old: it took too long", model))
        model.data.servers.record(Fixtures.answers(0, status: .failure(failure), at: now), at: now)
        #expect(Screens.shows("figures 1.0 s old: the server does not answer", model))
        #expect(rows(model) == [7, 12, 15])
    }

    @Test
    func `the details of a topic list its subscribers and the servers that did not answer`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.press("enter")
        let listing = Fixtures.listing(0, [("orders.*", "workers", 7), ("invoices", nil, 8)], names: [7: "billing"])
        _ = update(&model, .listed(listing))
        var silent = SubscriptionListing(cluster: 2)
        silent.failure = "no answer in time"
        _ = update(&model, .listed(silent))
        let text = Screens.lines(model).joined(separator: " ")
        #expect(text.contains("billing, cid 7 on alpha, orders.*") && text.contains("workers"))
        #expect(!text.contains("cid 8"))
        #expect(Screens.shows("gamma did not answer: no answer in time", model))
    }

    // MARK: Incomplete answers

    private func take(
        _ model: inout ConsoleModel,
        health: Result<ServerHealth, MonitorError>,
        connections: ConnectionList? = nil,
        filtered: Bool = false,
        id: String? = nil
    ) {
        let now = model.data.now.uptime
        let query = ConnectionSort().query(closed: false, isFiltered: filtered)
        model.data.servers.record(
            Fixtures.answers(
                0,
                status: .success(Fixtures.status("alpha-1", id: id, step: 1)),
                at: now,
                health: health,
                connections: connections.map { (query, .success($0)) }
            ),
            at: now
        )
    }

    @Test
    func `a failed health check is not shown as the health of the server`() {
        var model = model()
        take(&model, health: .failure(MonitorError(.timeout, "http://x did not answer within 2 s")))
        #expect(Screens.shows("◌  alpha    unchecked", model))
        #expect(Screens.shows("health unknown: http://x did not answer", model))
        #expect(!Screens.lines(model).contains { $0.contains("alpha") && $0.contains("unhealthy") })
        take(&model, health: .success(Fixtures.health(#"{"status":"ok"}"#)))
        #expect(Screens.shows("●  alpha    ok", model))
    }

    @Test
    func `several servers behind one URL are detected, and a restart is not mistaken for them`() {
        var model = model()
        let ok = Result<ServerHealth, MonitorError>.success(Fixtures.health(#"{"status":"ok"}"#))
        take(&model, health: ok, id: "N2")
        #expect(!Screens.shows("several servers answer", model))
        take(&model, health: ok)
        #expect(Screens.shows("several servers answer at http://nats-0.example.org:8222, one at a time", model))
        #expect(model.data.servers.clusters[0].rows.map(\.id.server) == ["N2", "Nalpha1"])
    }

    @Test
    func `a filter requests all connections, and an incomplete list is never shown as having no match`() {
        var model = model()
        let ok = Result<ServerHealth, MonitorError>.success(Fixtures.health(#"{"status":"ok"}"#))
        let part = (1...1000).map { #"{"cid":\#($0),"name":"a\#($0)"}"# }.joined(separator: ",")
        take(&model, health: ok, connections: Fixtures.connections(json: #"{"total":1522,"connections":[\#(part)]}"#))
        #expect(Screens.shows("first 1000 of 1522 by cid", model))
        model.press("tab", "/")
        take(&model, health: ok, connections: Fixtures.connections(json: #"{"total":1522,"connections":[\#(part)]}"#))
        let effects = model.type("needle")
        #expect(asked(effects).map(\.?.limit) == [ServerMonitoring.fullLimit], "one request for all connections")
        #expect(Screens.shows("No match among 1000 of 1522 connections; asking for the rest", model))
        let most = Fixtures.connections(json: #"{"total":1522,"connections":[\#(part)]}"#, limit: 10_000)
        take(&model, health: ok, connections: most, filtered: true)
        #expect(Screens.shows("No match among 1000 of 1522 connections; 522 are not listed", model))
        let all = #"{"total":1001,"connections":[\#(part),{"cid":2000,"name":"needle"}]}"#
        take(&model, health: ok, connections: Fixtures.connections(json: all, limit: 10_000), filtered: true)
        #expect(Screens.shows("1 of 1001 by needle", model))
        #expect(rows(model) == [2000])
    }

    @Test
    func `unreadable rows, and rows over the limit, are shown as missing`() {
        var model = model()
        let ok = Result<ServerHealth, MonitorError>.success(Fixtures.health(#"{"status":"ok"}"#))
        let odd = #"{"total":4,"connections":[{"cid":1},{"cid":2,"in_bytes":-1},{"cid":3},null]}"#
        take(&model, health: ok, connections: Fixtures.connections(json: odd))
        #expect(rows(model) == [1, 3])
        #expect(Screens.shows("2 rows could not be read", model))
        take(&model, health: ok, connections: Fixtures.connections(json: #"{"connections":[{"cid":1},{"cid":2}]}"#, limit: 1))
        #expect(Screens.shows("1 over the limit omitted", model))
        take(&model, health: ok, connections: Fixtures.connections(json: #"{"connections":[null]}"#))
        #expect(Screens.shows("No connection is shown: 1 row could not be read.", model))
    }

    @Test
    func `an order that the server does not support uses all connections, not only the first thousand`() {
        for column in ClientColumn.allCases {
            var sort = ConnectionSort()
            sort.sort(by: column)
            let isServers = [.cid, .subs, .pending, .uptime, .idle].contains(column)
            let limit = isServers ? ServerMonitoring.limit : ServerMonitoring.fullLimit
            #expect(sort.query(closed: false, isFiltered: false).limit == limit, "\(column)")
            sort.isDescending.toggle()
            #expect(sort.query(closed: false, isFiltered: false).limit == ServerMonitoring.fullLimit, "\(column) inverted")
        }
    }

    @Test
    func `a failed request for subscriptions keeps the previous list, and a partial list is marked`() {
        var model = Fixtures.busyModel(Self.wide, view: .topics)
        model.press("enter")
        var listing = Fixtures.listing(0, [("orders.*", nil, 7)], names: [7: "billing"])
        listing.gaps.surplus = 12
        listing.total = 52_340
        _ = update(&model, .listed(listing))
        #expect(Screens.shows("alpha lists 1 of 52340 subscriptions", model))
        var silent = SubscriptionListing(cluster: 0)
        silent.failure = "no answer in time"
        _ = update(&model, .listed(silent))
        let text = Screens.lines(model).joined(separator: " ")
        #expect(text.contains("billing, cid 7") && text.contains("alpha did not answer: no answer in time"))
    }

    // MARK: Several servers

    private static let names = ["Nalpha1": "alpha-1", "Nalpha2": "alpha-2", "Nalpha3": "alpha-3"]

    /// Lets three servers of the first cluster answer over the system account, in two rounds.
    /// - Parameter missing: A pair of servers without a route.
    private func takeCluster(
        _ model: inout ConsoleModel,
        missing: Set<String> = [],
        answering: [String] = ["Nalpha1", "Nalpha2", "Nalpha3"],
        over relay: String? = nil,
        from step: Int = 0
    ) -> [EventRow] {
        (step...step + 1).flatMap { step in
            let at = model.data.now.uptime - .seconds(8) + .milliseconds(2500 * step)
            var answer = ClusterMonitor.Answer(source: .systemAccount)
            answer.relay = relay
            answer.nodes = answering.map { id in
                var node = NodeAnswer(status: Fixtures.status(Self.names[id] ?? "", id: id, step: step), at: at)
                let peers = Self.names.keys.sorted().filter { $0 != id && !(missing.contains($0) && missing.contains(id)) }
                let rows = peers.enumerated().map { index, peer in
                    let name = Self.names[peer] ?? ""
                    return #"{"rid":\#(index + 1),"remote_id":"\#(peer)","remote_name":"\#(name)","in_msgs":\#(500 * step)}"#
                }
                let json = #"{"server_id":"\#(id)","routes":[\#(rows.joined(separator: ","))]}"#
                node.routes = try? RouteList(json: Array(json.utf8))
                (node.routesAt, node.health) = (at, .success(Fixtures.health(#"{"status":"ok"}"#)))
                return node
            }
            return model.data.servers.record(
                ServerAnswers(cluster: 0, question: ClusterMonitor.Question(), answers: [answer]),
                at: at
            )
        }
    }

    private func clusterModel(_ sources: MonitoringSources = MonitoringSources(hasSystemAccount: true)) -> ConsoleModel {
        var model = model()
        model.data.servers = ServerMonitoring(sources: [sources, Fixtures.monitors[1], Fixtures.monitors[2]])
        return model
    }

    @Test
    func `several servers of a cluster are rows of their own below a line with their sum and their routes`() throws {
        var model = clusterModel()
        #expect(takeCluster(&model).isEmpty)
        let rows = model.data.nodeGroups[0].nodes
        #expect(rows.map(\.name) == ["alpha-1", "alpha-2", "alpha-3"])
        // 2500 messages in 2.5 seconds, of which 1000 came from the other two servers.
        #expect(rows.map { $0.monitored?.rates?.messagesIn } == [600, 600, 600])
        #expect(Screens.lines(model).contains { $0.contains("alpha") && $0.contains("6/6 routes  in 1.8k/s") })
        #expect(Screens.shows("alpha-2", model))
        model.prepareFrame()
        let effects = model.press("j")
        #expect(Screens.shows("Connections of alpha-2", model))
        let asked = effects.compactMap { effect -> String? in
            if case .background(.askServers(0, let question)) = effect { question.connections?.node } else { nil }
        }
        #expect(asked == ["Nalpha2"])
        try Screens.expect(model, "servers-nodes-200x50")
    }

    @Test
    func `a pair of servers without a route is named below the cluster and in one event`() {
        var model = clusterModel()
        #expect(takeCluster(&model).isEmpty)
        let cut = takeCluster(&model, missing: ["Nalpha1", "Nalpha3"], from: 2)
        #expect(
            cut.map(\.text.plain) == ["no route between alpha-1 and alpha-3: messages between their clients may be lost"]
        )
        #expect(cut.map(\.severity) == [.error] && cut.map(\.cluster) == [0])
        #expect(Screens.lines(model).contains { $0.contains("alpha") && $0.contains("4/6 routes") })
        #expect(Screens.shows("no route between alpha-1 and alpha-3", model))
        #expect(takeCluster(&model, missing: ["Nalpha1", "Nalpha3"], from: 4).isEmpty, "it is reported once")
        #expect(takeCluster(&model, from: 6).map(\.text.plain) == ["every server has a route to every other again"])
    }

    @Test
    func `a server that stops answering keeps its row, and the sum says what it leaves out`() {
        var model = clusterModel()
        #expect(takeCluster(&model).isEmpty)
        _ = takeCluster(&model, answering: ["Nalpha1", "Nalpha2"], from: 2)
        let rows = model.data.nodeGroups[0].nodes.compactMap(\.monitored)
        #expect(rows.map(\.state) == [.healthy, .healthy, .unreachable])
        #expect(rows.map { $0.rates?.messagesIn } == [600, 600, nil])
        #expect(Screens.shows("rates of 2 of 3 servers, the others are not known", model))
        #expect(Screens.shows("the server no longer answers", model))
    }

    @Test
    func `a server that does not answer but has routes is a problem in the Overview and one event, until it answers`() {
        var model = clusterModel()
        model.press("1")
        #expect(takeCluster(&model).isEmpty)
        let rest = ["Nalpha1", "Nalpha2"]
        let began = takeCluster(&model, answering: rest, from: 2)
        #expect(
            began.map(\.text.plain) == [
                "server alpha-3 does not answer, but its cluster knows it: is it frozen?"
            ]
        )
        #expect(began.map(\.severity) == [.error] && began.map(\.cluster) == [0])
        #expect(takeCluster(&model, answering: rest, from: 4).isEmpty, "it is reported once")
        _ = update(&model, .snapshot(Fixtures.clusters))
        #expect(model.data.clusters[0].stateText == "up, 1 node silent")
        #expect(Screens.shows("no answer from alpha-3", model) && Screens.shows("2/3", model))
        #expect(Screens.lines(model)[0].contains("3 incidents"))
        let ended = takeCluster(&model, from: 6)
        #expect(ended.count == 1 && ended[0].text.plain.hasPrefix("server alpha-3 answers again, after "))
        _ = update(&model, .snapshot(Fixtures.clusters))
        #expect(!Screens.shows("no answer from", model))
    }

    @Test
    func `a route that is missing is a problem in the Overview`() {
        var model = clusterModel()
        model.press("1")
        _ = takeCluster(&model, missing: ["Nalpha1", "Nalpha3"])
        _ = update(&model, .snapshot(Fixtures.clusters))
        #expect(model.data.clusters[0].stateText == "up, 1 route missing")
        #expect(Screens.shows("no route between alpha-1 and alpha-3", model))
        #expect(Screens.lines(model)[0].contains("3 incidents"))
    }

    @Test
    func `a server that is not asked, because of a missing route, is not said to be silent`() {
        var model = clusterModel()
        #expect(takeCluster(&model, over: "Nalpha2").isEmpty)
        let rest = ["Nalpha2", "Nalpha3"]
        let cut = takeCluster(&model, missing: ["Nalpha1", "Nalpha2"], answering: rest, over: "Nalpha2", from: 2)
        #expect(
            cut.map(\.text.plain) == ["no route between alpha-1 and alpha-2: messages between their clients may be lost"]
        )
        #expect(Screens.shows("not asked, because alpha-2 has no route to it", model))
        model.press("1")
        _ = update(&model, .snapshot(Fixtures.clusters))
        #expect(model.data.clusters[0].stateText == "up, 1 route missing")
        #expect(Screens.shows("no route between alpha-1 and alpha-2", model) && !Screens.shows("no answer from", model))
    }

    @Test
    func `servers that are only known from connections have rows without rates, which is said`() {
        var model = model()
        model.data.servers = ServerMonitoring(sources: Array(repeating: MonitoringSources(), count: 3))
        let nodes = (1...3).map { number in
            ClusterNode(
                address: nil,
                server: Fixtures.server(1, number),
                state: .present,
                stateDuration: .seconds(9),
                connections: number
            )
        }
        model.data.clusters[1].nodes = ClusterNodes(all: nodes, unmatchedAddresses: [])
        _ = update(&model, .snapshot(model.data.clusters))
        let rows = model.data.nodeGroups[1].nodes
        #expect(rows.map(\.name) == ["beta-1", "beta-2", "beta-3"] && rows.map(\.ownConnections) == [1, 2, 3])
        #expect(rows.allSatisfy { $0.monitored == nil })
        #expect(Screens.shows("no rates: this cluster has no monitor URL and no login of the system account", model))
        #expect(Screens.shows("beta-3", model))
        #expect(update(&model, .tick(moment(60))).isEmpty)
    }

    @Test
    func `a refusal of the system account is one event, and it is asked again only after a while`() {
        var model = clusterModel(MonitoringSources(hasSystemAccount: true, urls: ["http://x:8222"]))
        func refuse(at seconds: Int) -> [EventRow] {
            let refusal = MonitorError(.refused, "no server answers requests for the system account")
            var answers = Fixtures.answers(0, status: .failure(refusal), at: .seconds(seconds), source: .systemAccount).answers
            answers += Fixtures.answers(0, status: .success(Fixtures.status("alpha-1", step: 0)), at: .seconds(seconds)).answers
            return model.data.servers.record(
                ServerAnswers(cluster: 0, question: ClusterMonitor.Question(), answers: answers),
                at: .seconds(seconds)
            )
        }
        #expect(refuse(at: 10).map(\.text.plain) == ["no server answers requests for the system account"])
        #expect(refuse(at: 12).isEmpty)
        let cluster = model.data.servers.clusters[0]
        #expect(!cluster.makeQuestion(nil, at: .seconds(20)).usesSystemAccount)
        #expect(cluster.makeQuestion(nil, at: .seconds(60)).usesSystemAccount)
        #expect(model.data.servers.rows[0].state == .healthy, "the URL answers")
    }

    // MARK: Connections

    @Test
    func `the columns of nats-top: name, host, and rates to and from over the measured time`() {
        let model = model()
        #expect(Screens.shows("Connections of alpha", model))
        #expect(Screens.shows("first 3 of 4 by cid", model))
        // 2000 messages in 2.5 seconds are 800 per second.
        let line = Screens.lines(model).first { $0.contains("billing") } ?? ""
        for text in ["10.1.0.7:50007", "go 1.31.0", "100", "800", "12.8 kB", "102 kB", "1h2m3s", "0.43 ms"] {
            #expect(line.contains(text), "\(text) in \(line)")
        }
        let warehouse = Screens.lines(model).first { $0.contains("warehouse") } ?? ""
        #expect(warehouse.contains("65.5 kB") && warehouse.contains("1.9k"))
    }

    @Test(
        arguments: [
            (ClientColumn.cid, [7, 12, 15]), (.name, [15, 7, 12]), (.host, [12, 15, 7]), (.lang, [15, 7, 12]),
            (.subs, [12, 15, 7]), (.pending, [12, 7, 15]), (.messagesTo, [12, 7, 15]), (.messagesFrom, [7, 15, 12]),
            (.bytesTo, [12, 7, 15]), (.bytesFrom, [7, 15, 12]), (.rtt, [12, 7, 15]),
        ]
    )
    func `connections are sorted by each key, the largest first, and inverted`(_ column: ClientColumn, _ expected: [UInt64]) {
        var model = model()
        for character in ":sort \(column.rawValue)" { model.press(String(character) == " " ? "space" : String(character)) }
        model.press("enter")
        #expect(rows(model) == expected)
        model.press("I")
        // Rows with equal values stay in the order of their numbers.
        let isTie = expected.first == 12 && column == .pending
        #expect(rows(model) == (isTie ? [7, 15, 12] : expected.reversed()))
    }

    @Test
    func `the filter matches name, address, language and number`() {
        var model = model()
        for (text, expected) in [("WARE", [12]), ("10.1.0.15", [15]), ("elixir", [15]), ("7", [7])] as [(String, [UInt64])] {
            model.press("tab", "/")
            model.type(text)
            model.press("enter")
            #expect(rows(model).first == expected.first)
            #expect(Screens.shows("of 3 by \(text)", model))
            model.press("esc", "esc")
            #expect(rows(model).count == 3)
        }
    }

    @Test
    func `on a small screen enter shows the connections, and esc the servers`() throws {
        var model = model(Size(width: 40, height: 12))
        #expect(Screens.shows("╭ Servers", model))
        model.press("enter")
        #expect(Screens.shows("Connections of alpha", model))
        try Screens.expect(model, "servers-connections-40x12")
        model.press("esc")
        #expect(Screens.shows("╭ Servers", model))
    }

    @Test(
        arguments: [
            ("3d4h5m6s", 273_906), ("1y2d", 31_708_800), ("1.5ms", 0.0015), ("350µs", 0.00035), ("12ns", 1.2e-8), ("", 0),
            ("soon", 0),
            ("5x", 0), ("1..5s", 0),
        ]
    )
    func `times in the format of servers are parsed`(_ text: String, _ seconds: Double) {
        #expect(abs(ServerTime.seconds(text) - seconds) < 1e-9)
    }
}
