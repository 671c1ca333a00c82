import NATSMonitoring
import Testing

@Suite("Answers of monitoring endpoints", .timeLimit(.minutes(2)))
struct AnswerTests {
    private func connections(_ json: String, limit: Int = 1024, isCutOff: Bool = false) throws -> ConnectionList {
        try ConnectionList(json: Array(json.utf8), limit: limit, isCutOff: isCutOff)
    }

    @Test
    func `an invalid row is omitted and counted, and the other rows are kept`() throws {
        let odd = [
            #"{"cid":-4,"ip":"10.0.0.4","port":1}"#, #"{"cid":5,"in_bytes":-1}"#, #"{"cid":6,"name":7}"#, #"{"cid":"7"}"#,
            #"{"cid":8,"subscriptions":1e99}"#, #"{"cid":9,"out_msgs":18446744073709551616}"#, #"{"cid":10,"port":[1]}"#, "null",
            "12", #""text""#, "[{}]", "{}", #"{"name":"no number"}"#, #"{"cid":11,"pending_bytes":1.5}"#,
            #"{"cid":12,"ip":true}"#,
        ]
        for row in odd {
            let list = try connections(#"{"total":3,"connections":[{"cid":1,"name":"a"},\#(row),{"cid":3,"name":"c"}]}"#)
            #expect(list.connections.map(\.id) == [1, 3], "beside \(row)")
            #expect(list.gaps.unreadable == 1)
            #expect(list.total == 3)
        }
        let all = try connections(#"{"connections":[\#(odd.joined(separator: ","))]}"#)
        #expect(all.connections.isEmpty && all.gaps.unreadable == odd.count && all.total == odd.count)
    }

    @Test
    func `null counts as a missing field`() throws {
        let row = #"{"cid":7,"name":null,"in_msgs":null,"subscriptions":null,"rtt":null,"tls_version":null}"#
        let list = try connections(#"{"total":null,"connections":[\#(row)]}"#)
        #expect(list.connections.first?.name.isEmpty == true)
        #expect(list.gaps.isEmpty && list.total == 1)
        let none = try connections(#"{"total":0,"connections":null}"#)
        #expect(none.connections.isEmpty && none.gaps.isEmpty)
    }

    @Test
    func `rows beyond the requested number are counted and not kept`() throws {
        let rows = (1...5000).map { #"{"cid":\#($0),"name":"n\#($0)"}"# }.joined(separator: ",")
        let list = try connections(#"{"connections":[\#(rows)],"total":5000}"#, limit: 1024)
        #expect(list.connections.map(\.id) == Array(1...1024))
        #expect(list.gaps.surplus == 5000 - 1024)
        #expect(list.total == 5000)
        let subjects = (1...5000).map { #"{"subject":"a.\#($0)","cid":1}"# }.joined(separator: ",")
        let text = #"{"num_subscriptions":5000,"subscriptions_list":[\#(subjects)]}"#
        let subscriptions = try SubscriptionList(json: Array(text.utf8), limit: 10)
        #expect(subscriptions.entries.count == 10 && subscriptions.gaps.surplus == 4990 && subscriptions.total == 5000)
    }

    @Test
    func `a million rows in 3 MB are parsed quickly and not kept in memory`() throws {
        let text = #"{"total":1,"connections":["# + String(repeating: "{},", count: 999_999) + "{}]}"
        let clock = ContinuousClock()
        let start = clock.now
        let list = try connections(text, limit: 1024)
        // A debug build on a busy machine. The previous decoder needed 5 s in an optimized build.
        #expect(clock.now - start < .seconds(60))
        #expect(list.connections.isEmpty)
        #expect(list.gaps.unreadable == 1024 && list.gaps.surplus == 1_000_000 - 1024)
    }

    @Test
    func `an answer that was cut off has the rows before the cut and reports the cut`() throws {
        let whole = #"{"server_id":"N1","total":3,"connections":[{"cid":1},{"cid":2},{"cid":3,"name":"c"}]}"#
        for length in whole.utf8.count / 2..<whole.utf8.count {
            let text = String(decoding: whole.utf8.prefix(length), as: UTF8.self)
            let list = try connections(text, isCutOff: true)
            #expect(list.gaps.isCutOff && list.serverID == "N1" && list.connections.count <= 3)
            #expect(throws: MonitorError.self) { try connections(text) }
        }
    }

    @Test(
        arguments: [
            "", " ", "{", "[", "[]", "null", "nope", "\"", "{\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{,}", "{\"a\":1,}", "{}{}",
            "{\"connections\":[,]}", "{\"connections\":[1,]}", "{\"a\":\"\\q\"}", "{\"a\":\"\\u12\"}", "{\"connections\":[}",
            "{\"a\":tru}", "\u{0}", "{\"connections\":[{\"cid\":1]}",
        ]
    )
    func `other answers are rejected, whatever their shape`(_ text: String) {
        let error = #expect(throws: MonitorError.self) { try connections(text) }
        #expect(error?.code == .answer)
        #expect(throws: MonitorError.self) { try ServerStatus(json: Array(text.utf8)) }
        // Values that are not requested are skipped and need not be valid.
        if !text.contains("connections") {
            #expect(throws: MonitorError.self) { try SubscriptionList(json: Array(text.utf8), limit: 5) }
        }
        #expect(throws: MonitorError.self) { try ServerHealth(json: Array(text.utf8)) }
    }

    @Test
    func `deep nesting is rejected without recursion, and the depth of real answers is accepted`() throws {
        for name in ["connections", "other"] {
            let deep = "{\"\(name)\":" + String(repeating: "[", count: 1_000_000)
            #expect(throws: MonitorError.self) { try connections(deep) }
            #expect(throws: MonitorError.self) { try ServerStatus(json: Array(deep.utf8)) }
        }
        let usual = #"{"server_id":"N","a":{"b":{"c":[{"d":[[[1]]]}]}},"cluster":{"name":"east","urls":["x"]}}"#
        #expect(try ServerStatus(json: Array(usual.utf8)).cluster == "east")
    }

    @Test
    func `texts are bounded and decoded`() throws {
        let long = String(repeating: "é", count: 100_000)
        let list = try connections(
            #"{"connections":[{"cid":1,"name":"\#(long)"},{"cid":2,"name":"a\"\\\/\n\u00e9\ud83d\ude00\ud83dx"}]}"#
        )
        #expect(list.connections[0].name.utf8.count <= 1024)
        #expect(list.connections[1].name == "a\"\\/\né😀\u{FFFD}x")
        // A truncated subject would be a different subject.
        let subject = String(repeating: "a", count: 5000)
        let text = #"{"subscriptions_list":[{"subject":"\#(subject)"},{"subject":"b"}]}"#
        let subscriptions = try SubscriptionList(json: Array(text.utf8), limit: 5)
        #expect(subscriptions.entries.map(\.subject) == ["b"] && subscriptions.gaps.unreadable == 1)
    }

    @Test
    func `an invalid field of /varz is named, reads as zero, and does not affect other fields`() throws {
        let text = #"{"server_id":"N","version":"2.12.1","in_msgs":-5,"mem":"much","cpu":null,"connections":3,"out_msgs":9}"#
        let status = try ServerStatus(json: Array(text.utf8))
        #expect(status.unreadable == ["mem", "in_msgs"])
        #expect(!status.hasTraffic)
        #expect(status.connections == 3 && status.version == "2.12.1" && status.traffic.messagesOut == 9)
        #expect(throws: MonitorError.self) { try ServerStatus(json: Array(#"{"version":"2.12.1"}"#.utf8)) }
    }

    @Test
    func `the health of a server is its own report; other answers are errors`() throws {
        let ill = try ServerHealth(json: Array(#"{"status":"unavailable","status_code":503,"error":"JetStream"}"#.utf8))
        #expect(!ill.isWell && ill.error == "JetStream")
        #expect(try ServerHealth(json: Array(#"{"status":"ok"}"#.utf8)).isWell)
        #expect(throws: MonitorError.self) { try ServerHealth(json: Array(#"{"error":"a proxy"}"#.utf8)) }
    }

    @Test(
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2024-02-29T12:00:00.5Z", 1_709_208_000.5),
            ("2026-11-26T16:55:08.123456789Z", 1_795_712_108.123456789),
            ("2026-11-26T17:55:08+01:00", 1_795_712_108), ("2000-03-01T00:00:00-00:30", 951_870_600),
        ]
    )
    func `timestamps of servers are parsed`(_ text: String, _ seconds: Double) throws {
        let time = try #require(ServerTimestamp(text))
        #expect(abs(time.sinceEpoch / .seconds(1) - seconds) < 1e-6)
    }

    @Test(
        arguments: ["", "now", "2026-13-01T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Zx"]
    )
    func `invalid timestamps are rejected`(_ text: String) {
        #expect(ServerTimestamp(text) == nil)
    }

    @Test
    func `a late answer does not change the rate, and a clock that was set is ignored`() throws {
        let first = try #require(ServerTimestamp("2026-01-01T00:00:00Z"))
        let later = try #require(ServerTimestamp("2026-01-01T00:00:02Z"))
        let set = try #require(ServerTimestamp("2026-01-01T03:00:02Z"))
        // The second answer arrived after 1.9 s.
        #expect(ServerRates.elapsed(from: (first, .seconds(10)), to: (later, .milliseconds(13_900))) == .seconds(2))
        #expect(ServerRates.elapsed(from: (first, .seconds(10)), to: (set, .seconds(12))) == .seconds(2))
        #expect(ServerRates.elapsed(from: (later, .seconds(10)), to: (first, .seconds(12))) == .seconds(2))
        #expect(ServerRates.elapsed(from: (nil, .seconds(10)), to: (later, .seconds(13))) == .seconds(3))
    }
}
