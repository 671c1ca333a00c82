import NATSMonitoring
import Settings
import TerminalUI
import TestSupport
import Testing

@testable import Console
@testable import RouletteNATS

@Suite("Figures on the screens", .timeLimit(.minutes(10)))
struct FigureScreenTests {
    /// Creates a model with figures of maximum size next to small ones.
    private static func extreme(_ size: Size, view: KeyAction) -> ConsoleModel {
        var model = Fixtures.busyModel(size, view: view)
        for index in model.data.clusters.indices {
            let isLargest = index == 0
            model.data.clusters[index].lost = isLargest ? .max : 1151
            model.data.clusters[index].subscriptions = isLargest ? .max : 123_456
            model.data.clusters[index].publishers = .init(up: 998, total: 1000)
            model.data.clusters[index].roundTripP99 = isLargest ? .seconds(Int64.max / 2) : .milliseconds(1234)
            model.data.clusters[index].stateDuration = .seconds(123_456_789)
            model.data.clusters[index].attempt = 123_456
            for slot in model.data.clusters[index].connections.indices {
                stretch(&model.data.clusters[index].connections[slot], isLargest)
            }
        }
        var table = TrafficTable(ring: Fixtures.ring)
        table.add(Fixtures.source(1, ">", .watch))
        // All traffic is on one cluster, which is therefore hot.
        for _ in 0..<20_000 { table.receive("orders.eu", bytes: 1 << 40, source: 1, cluster: 0, at: 1) }
        table.receive("slow.one", bytes: 999_950, source: 1, at: 1)
        table.sample(at: 0.2)
        model.data.traffic = table.snapshot()
        monitor(&model)
        return model
    }

    private static func stretch(_ row: inout ConnectionRow, _ isLargest: Bool) {
        let count: UInt64 = isLargest ? .max : 1151
        (row.lost, row.unconfirmed, row.messagesIn, row.messagesOut, row.bytesIn, row.bytesOut) = (
            count, count, count, count, count, count
        )
        (row.subscriptions, row.bufferedBytes, row.pingMisses) = (isLargest ? .max : 12_345, isLargest ? .max : 1, 123)
        row.maxPingFailure = 456
        (row.stateDuration, row.attempt) = (.seconds(123_456_789), 123_456)
        row.roundTrip = .init(
            last: .zero,
            handshake: nil,
            lastMinute: .init(p50: .milliseconds(1234), p99: .seconds(99_999_999), count: 1),
            lastFiveMinutes: nil,
            count: 1
        )
    }

    private static func monitor(_ model: inout ConsoleModel) {
        let max = "18446744073709551615"
        func status(_ step: Int) -> ServerStatus {
            let json = """
                {"server_id":"N","server_name":"alpha","version":"2.15.0-preview.10","uptime":"12y345d11h22m33s","cpu":12345.6,
                "mem":\(max),"connections":123456,"subscriptions":\(max),"slow_consumers":\(max),"in_msgs":\(step)000000000000000,
                "out_msgs":\(step)0000000000,"in_bytes":\(step)000000000000000000,"out_bytes":\(step)23456}
                """
            do { return try ServerStatus(json: Array(json.utf8)) } catch { preconditionFailure("\(error)") }
        }
        func row(_ id: String, _ step: Int) -> String {
            """
            {"cid":\(id),"ip":"2001:db8:1234:5678:9abc:def0:1234:5678","port":65535,"name":"billing","lang":"go","version":"1.31.0",
            "uptime":"345d11h22m33s","idle":"11h22m33s","rtt":"12345.678901ms","pending_bytes":\(max),"subscriptions":9223372036854775807,
            "in_msgs":\(step)000000000000000,"out_msgs":\(step),"in_bytes":\(step)00000000000000000,"out_bytes":\(step)}
            """
        }
        for step in 0...1 {
            let at = model.data.now.uptime - .seconds(2 - step)
            let list = #"{"total":99999999,"connections":[\#(row(max, step)),\#(row("7", step))]}"#
            model.data.servers.record(
                Fixtures.answers(
                    0,
                    status: .success(status(step)),
                    at: at,
                    health: .success(Fixtures.health(#"{"status":"ok"}"#)),
                    connections: (
                        ConnectionSort().query(closed: false, isFiltered: false), .success(Fixtures.connections(json: list))
                    )
                ),
                at: at
            )
        }
    }

    @Test(arguments: ScreenTests.views)
    func `no view cuts a figure of any size at any width`(_ view: KeyAction) {
        let others = [21, 23, 29, 33, 38, 43, 50, 57, 64, 90, 100, 140]
        for width in [20, 26, 40, 47, 72, 80, 110, 120, 200] + (TestScale.isFull ? others : []) {
            for height in width < 60 ? [12, 36] : [36] {
                var model = Self.extreme(Size(width: width, height: height), view: view)
                if view == .servers { model.press("tab") }
                check(model, "\(view) at \(width)x\(height)")
                if view == .connections || view == .topics || view == .servers || view == .events {
                    model.press("enter")
                    check(model, "\(view), opened, at \(width)x\(height)")
                }
                if view == .topics {
                    model.press("t")
                    check(model, "the tree at \(width)x\(height)")
                }
            }
        }
    }

    private func check(_ model: ConsoleModel, _ what: String) {
        for line in Screens.lines(model) {
            #expect(line.firstMatch(of: /[0-9]…/) == nil, "\(what): \(line)")
            // A limit sign must have its figure.
            #expect(line.firstMatch(of: /≤ ?(…|│|$)/) == nil, "\(what): \(line)")
        }
    }

    @Test(arguments: [80, 120, 200])
    func `1,151 lost messages are shown in full or short form, and a hot cluster with its share and a mark`(_ width: Int) {
        let model = Self.extreme(Size(width: width, height: 36), view: .overview)
        #expect(Screens.lines(model).contains { $0.contains("≤ 1151") || $0.contains("≤ 1.2k") })
        let shares = Screens.lines(model).filter { $0.contains("100 %") && $0.contains("alpha") }
        #expect(shares.allSatisfy { $0.contains("100 % hot") || $0.contains("100 %!") })
        #expect(width < 200 || !shares.isEmpty)
    }
}
