import Roulette
import Settings
import TerminalUI
import Testing

@testable import Console

@Suite("Overview")
struct OverviewTests {
    private static let wide = Size(width: 120, height: 36)

    // MARK: Graphs

    private func series(_ samples: Int) -> RateSeries {
        var series = RateSeries()
        var total: UInt64 = 0
        for index in 0..<samples {
            total += UInt64(index)
            series.sample(total: total, elapsed: 1)
        }
        return series
    }

    @Test
    func `samples stay in their groups as new ones arrive, and the oldest leave`() {
        #expect(series(7).means(of: 3, newest: 4) == [1, 4, 6])
        #expect(series(8).means(of: 3, newest: 4) == [1, 4, 6.5])
        #expect(series(9).means(of: 3, newest: 2) == [4, 7])
        #expect(series(0).means(of: 3, newest: 2) == [nil])
        #expect(series(3).means(of: 1, newest: 2) == [1, 2])
        #expect(series(7).means(of: 3, newest: 0) == [] && series(7).means(of: 1, newest: -1) == [])
        let long = series(RateSeries.capacity + 100)
        #expect(long.values.count == RateSeries.capacity)
        #expect(long.means(of: 10, newest: 1000).compactMap(\.self).first == 104.5)
    }

    @Test
    func `the time of the graphs grows with the samples, so that two thirds are filled, up to five minutes`() {
        let zoom = GraphZoom()
        #expect(
            [0, 20, 60, 80, 120, 400].map { zoom.step(columns: 54, samples: $0).secondsPerColumn } == [0.5, 0.5, 1, 2, 3, 5]
        )
        #expect(zoom.step(columns: 120, samples: 900).secondsPerColumn == 2)
        #expect(zoom.step(columns: 400, samples: 900).secondsPerColumn == 0.5)
    }

    @Test
    func `plus and minus choose the time, which then stays, and stop at the ends`() {
        var zoom = GraphZoom()
        let hasLonger = zoom.zoom(in: false, columns: 54, samples: 60)
        #expect(hasLonger)
        #expect(zoom.step(columns: 54, samples: 0).secondsPerColumn == 2)
        while zoom.zoom(in: false, columns: 54, samples: 60) {}
        #expect(zoom.step(columns: 54, samples: 60).secondsPerColumn == 15)
        let hasStillLonger = zoom.zoom(in: false, columns: 100, samples: 60)
        #expect(!hasStillLonger, "there are no older samples")
        while zoom.zoom(in: true, columns: 54, samples: 60) {}
        #expect(zoom.step(columns: 54, samples: 900).secondsPerColumn == 0.5)
        zoom.reset()
        #expect(zoom.step(columns: 54, samples: 900).secondsPerColumn == 5)
    }

    @Test
    func `the keys of the zoom change the graph, and esc chooses automatically again`() {
        var model = Fixtures.busyModel(Self.wide, view: .overview)
        func shown() -> String { Screens.lines(model).first { $0.contains("Messages per second") } ?? "" }
        let first = shown()
        model.press("-", "-")
        #expect(shown() != first)
        model.press("+")
        #expect(shown() != first)
        model.press("esc")
        #expect(shown() == first)
    }

    @Test
    func `where there is no graph, the keys of the zoom are not offered and change nothing`() {
        for (size, hasGraph) in [(Self.wide, true), (Size(width: 40, height: 12), false)] {
            var model = Fixtures.busyModel(size, view: .overview)
            model.prepareFrame()
            let actions = model.views.current.hints(model.data).map(\.action)
            #expect(actions.contains(.zoomIn) == hasGraph && actions.contains(.zoomOut) == hasGraph)
            model.press("-")
            #expect(model.views[OverviewView.self]?.zoom.isChosen == hasGraph)
        }
    }

    @Test
    func `areas have shades with 24-bit colors, the color of the cluster at the top, and one style otherwise`() {
        let shades = Fixtures.theme().clusterShades(0)
        #expect(Set(shades.map(\.foreground)).count == shades.count && shades.count > 4)
        #expect(shades.last?.foreground == Fixtures.theme().cluster(0).foreground)
        for depth in [ColorDepth.none, .ansi16, .indexed256] {
            #expect(Fixtures.theme(depth).clusterShades(0) == [Fixtures.theme(depth).cluster(0)])
        }
    }

    // MARK: Many clusters

    /// Returns a model with this number of clusters, of which the last ones are down.
    private func many(_ count: Int, down: Int, _ size: Size) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: .overview)
        model.data.incidents = IncidentLog()
        model.data.clusters = (0..<count).map { index in
            var row = Fixtures.clusters[index >= count - down ? 2 : 0]
            row.id = index
            return row
        }
        model.data.updateIncidents()
        return model
    }

    @Test(arguments: [16, 64])
    func `of many clusters, those with problems are on the first screen`(_ count: Int) {
        for size in ScreenTests.sizes + [ConsoleModel.minimumSize, Size(width: 200, height: 60)] {
            var model = many(count, down: 2, size)
            let lines = Screens.lines(model)
            #expect(lines.count { $0.contains("○") } >= 2, "\(size): \(lines)")
            guard size.height >= 36 else { continue }
            #expect(lines.contains { $0.contains("problems first") })
            // A problem that begins later comes first too, although a cluster below was in view before.
            model.data.clusters[9] = Fixtures.clusters[2]
            model.data.clusters[9].id = 9
            #expect(Screens.lines(model).count { $0.contains("○") } >= 3)
        }
    }

    @Test(arguments: [16, 64])
    func `the graph of many clusters shows the sum of their rates`(_ count: Int) throws {
        var model = many(count, down: 0, Self.wide)
        model.data.traffic = TrafficSnapshot()
        model.data.traffic.clusters = (0..<count).map { _ in
            var traffic = ClusterTraffic()
            for second in 1...100 {
                traffic.messagesIn = UInt64(second * 50)
                traffic.sample(elapsed: 1)
            }
            return traffic
        }
        let lines = Screens.lines(model)
        let title = try #require(lines.firstIndex { $0.contains("Messages per second") })
        let total = SafeText.count(count * 50).plain
        #expect(lines[title + 1].contains("all \(count) clusters \(total)"), "\(lines[title + 1])")
        // The graph ends at a round value. The sum is less than half of a row from it, or the row below is the first one.
        let plot = lines[(title + 2)...].prefix { !$0.contains("now") }
        let height = plot.count { $0.contains("█") }
        let top = try #require([800.0, 4_000].first { $0 >= Double(count * 50) })
        #expect(height == Int(Double(count * 50) / top * Double(plot.count)), "\(plot)")
    }

    @Test
    func `a cluster that the operator selected stays selected, until esc`() {
        var model = many(64, down: 0, Self.wide)
        for _ in 0..<30 { model.press("down") }
        model.prepareFrame()
        let selected = model.views[OverviewView.self]?.clusters.selection
        #expect(selected == 30)
        model.data.clusters[63].state = .down
        model.prepareFrame()
        #expect(model.views[OverviewView.self]?.clusters.selection == 30)
        model.press("esc")
        model.prepareFrame()
        #expect(model.views[OverviewView.self]?.clusters.selection == 63)
    }

    // MARK: Incidents

    @Test
    func `tab moves to the incidents, enter unfolds one with its events, and esc goes back`() {
        var model = Fixtures.busyModel(Self.wide, view: .overview)
        #expect(Screens.shows("2 open", model))
        #expect(Screens.shows("2 of 10 connections lost: reset by peer", model))
        #expect(!Screens.shows("error 2 connections lost", model))
        model.press("tab", "enter")
        #expect(Screens.shows("connections lost: reset by peer", model))
        model.press("down", "down", "enter")
        #expect(model.views[OverviewView.self]?.focus == .incidents)
        model.press("esc")
        #expect(model.views[OverviewView.self]?.focus == .clusters)
        model.press("enter")
        #expect(type(of: model.views.current).opening == .connections)
    }

    @Test
    func `without an incident the pane says so and how many connections are up`() {
        var model = Fixtures.model(Self.wide)
        model.data.clusters = [Fixtures.clusters[0]]
        model.data.updateIncidents()
        #expect(Screens.shows("No incident in 1m 40s; 10 of 10 connections are up.", model))
    }

    @Test
    func `without an incident the pane says for how long this profile is shown, not the profiles before`() {
        let start = Moment(uptime: .seconds(7200), epochSeconds: Fixtures.now.epochSeconds)
        let deployment = Fixtures.data().deployment
        var model = ConsoleModel(
            size: Self.wide,
            data: DashboardData(deployment: deployment, keys: KeyMap(), theme: Fixtures.theme(), now: start)
        )
        model.data.clusters = [Fixtures.clusters[0]]
        model.data.now.uptime += .seconds(12)
        #expect(Screens.shows("No incident in 12 s; 10 of 10 connections are up.", model))
    }

    @Test(arguments: ScreenTests.sizes + [Size(width: 200, height: 60)])
    func `in the header the number of open incidents is shown`(_ size: Size) {
        #expect(Screens.lines(Fixtures.busyModel(size, view: .overview))[0].contains("2 incidents"))
        var well = Fixtures.busyModel(size, view: .overview)
        well.data.incidents = IncidentLog()
        #expect(!Screens.lines(well)[0].contains("incident"))
    }

    @Test(arguments: [wide, Size(width: 80, height: 30)])
    func `an unfolded incident shows its text once, and continues it below if it is long`(_ size: Size) {
        let long = "the load balancer closed the connection after a while without messages, and the reason for it is not known"
        for cause in ["reset by peer", long] {
            var model = Fixtures.model(size)
            model.data.clusters = [Fixtures.clusters[0]]
            model.log(EventRow(.lost, .error, cluster: 0, connection: .publisher(0), detail: "\(untrusted: cause)"))
            model.press("tab", "enter")
            model.prepareFrame()
            let lines = Screens.lines(model).drop { !$0.contains("Incidents") }
            let words = lines.joined(separator: " ").split { " │╭╮╰╯─".contains($0) }.joined(separator: " ")
            #expect(words.contains("the connection lost: \(cause)"), "\(words)")
            #expect(words.ranges(of: "the connection lost:").count == 1, "\(words)")
            #expect(words.contains("publisher 0 lost: \(cause)"), "its event: \(words)")
            if cause != long { #expect(model.views[OverviewView.self]?.contents.incidents == 2) }
        }
    }

    @Test
    func `the hottest topics are those of the present snapshot, also between two samples`() {
        var table = TrafficTable(ring: Fixtures.ring, capacity: 2)
        table.add(Fixtures.source(1, ">", .watch))
        for _ in 0..<10 { table.receive("orders.eu", source: 1, at: 1) }
        for _ in 0..<5 { table.receive("orders.us", source: 1, at: 1) }
        table.sample(at: 1)
        var model = Fixtures.busyModel(Self.wide, view: .overview)
        func hottest() -> [String]? {
            model.prepareFrame()
            return model.views[OverviewView.self]?.figures.hottest.map { model.data.traffic.topics[$0].name.plain }
        }
        model.data.traffic = table.snapshot()
        #expect(hottest() == ["orders.eu", "orders.us"])
        // Another topic takes the row of the less busy one.
        table.receive("orders.asia", source: 1, at: 1.5)
        model.data.traffic = table.snapshot()
        #expect(hottest() == ["orders.eu"])
    }

    @Test
    func `replies and subjects of servers are no hottest topics`() {
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        for topic in ["$SYS.REQ.PING", "_other.thing", "_INBOX.abc", "orders.eu"] {
            for _ in 0..<10 { table.receive(topic, source: 1, at: 1) }
        }
        table.sample(at: 1)
        var data = Fixtures.data()
        data.traffic = table.snapshot()
        let hottest = RingFigures(data).hottest.map { data.traffic.topics[$0].name.plain }
        #expect(hottest == ["orders.eu"])
    }
}
