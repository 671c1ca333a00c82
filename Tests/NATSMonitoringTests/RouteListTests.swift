import NATSMonitoring
import Testing

@Suite("Routes and replies of the system account", .timeLimit(.minutes(2)))
struct RouteListTests {
    @Test
    func `several routes to the same server are one peer`() throws {
        let json = """
            {"server_id":"A","server_name":"alpha-1","now":"2026-11-27T01:02:03.5Z","num_routes":3,"routes":[
            {"rid":5,"remote_id":"B","remote_name":"alpha-2","ip":"10.0.0.2","port":6222,"pending_size":7,"rtt":"1ms",
            "in_msgs":3,"out_msgs":4,"in_bytes":5,"out_bytes":6,"subscriptions":2},
            {"rid":6,"remote_id":"B","remote_name":"alpha-2","ip":"10.0.0.2","port":6222},
            {"rid":7,"remote_id":"C","remote_name":"alpha-3","ip":"::1","port":6222},
            {"rid":8,"ip":"10.0.0.4","port":6222},
            {"rid":-1,"remote_id":"D"}]}
            """
        let list = try RouteList(json: Array(json.utf8))
        #expect(list.serverID == "A" && list.serverName == "alpha-1")
        #expect(list.peers == ["B", "C"])
        #expect(list.routes.map(\.id) == [5, 6, 7])
        #expect(list.routes[0].traffic.messagesOut == 4 && list.routes[0].pendingBytes == 7)
        #expect(list.routes[2].address == "[::1]:6222")
        #expect(list.gaps.unreadable == 2)
    }

    @Test(arguments: ["", "{}", "[]", "{\"routes\":[]}", "{\"server_id\":\"A\",\"routes\":[", "{\"server_id\":1}"])
    func `other answers are errors`(json: String) {
        #expect(throws: MonitorError.self) { try RouteList(json: Array(json.utf8)) }
    }

    @Test
    func `a reply names its server and contains its answer`() throws {
        let json = """
            {"server":{"name":"alpha-1","host":"0.0.0.0","id":"A","cluster":"alpha","ver":"2.12.0","seq":3},
            "data":{"server_id":"A","server_name":"alpha-1","in_msgs":12,"cluster":{"name":"alpha"}}}
            """
        let reply = try SystemReply(json: Array(json.utf8))
        #expect(reply.serverID == "A" && reply.cluster == "alpha" && reply.version == "2.12.0")
        #expect(reply.error == nil)
        let status = try ServerStatus(json: try #require(reply.answer))
        #expect(status.traffic.messagesIn == 12 && status.cluster == "alpha")
    }

    @Test
    func `an error in a reply is not an answer`() throws {
        let json = #"{"server":{"id":"A"},"error":{"code":403,"description":"not permitted"}}"#
        let reply = try SystemReply(json: Array(json.utf8))
        #expect(reply.answer == nil && reply.error == "not permitted")
        #expect(try SystemReply(json: Array(#"{"server":{"id":"A"}}"#.utf8)).error == "the reply has no answer")
    }

    @Test(arguments: ["", "[]", "{}", #"{"server":{}}"#, #"{"server":{"id":"A"},"data":{"#, #"{"data":{}}"#])
    func `other payloads are errors`(json: String) {
        #expect(throws: MonitorError.self) { try SystemReply(json: Array(json.utf8)) }
    }
}
