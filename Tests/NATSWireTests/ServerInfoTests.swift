import NATSWire
import NIOCore
import Testing

private func parse(_ json: String) throws(WireError) -> ServerInfo { try ServerInfo.parse(ByteBuffer(string: json)) }

@Suite struct ServerInfoTests {
    @Test func `every field is read`() throws {
        let info = try parse(
            """
            {"server_id":"NID","server_name":"n1","version":"2.10.4","proto":1,"git_commit":"abc","go":"go1.21","host":"0.0.0.0",
             "port":4222,"headers":true,"auth_required":true,"tls_required":true,"tls_verify":true,"tls_available":true,
             "max_payload":1048576,"jetstream":true,"ip":"10.0.0.1","client_id":18446744073709551615,"client_ip":"10.0.0.2",
             "nonce":"n0","cluster":"east","domain":"hub","connect_urls":["a:4222","[::1]:4222"],"ws_connect_urls":["w:80"],
             "ldm":true,"connect_info":true,"xkey":"XK"}
            """
        )
        var expected = ServerInfo()
        expected.serverID = "NID"
        expected.serverName = "n1"
        expected.version = "2.10.4"
        expected.protocolVersion = 1
        expected.host = "0.0.0.0"
        expected.port = 4222
        expected.supportsHeaders = true
        expected.authRequired = true
        expected.tlsRequired = true
        expected.tlsVerify = true
        expected.tlsAvailable = true
        expected.maxPayload = 1_048_576
        expected.jetStream = true
        expected.ip = "10.0.0.1"
        expected.clientID = .max
        expected.clientIP = "10.0.0.2"
        expected.nonce = "n0"
        expected.cluster = "east"
        expected.domain = "hub"
        expected.connectURLs = ["a:4222", "[::1]:4222"]
        expected.websocketConnectURLs = ["w:80"]
        expected.lameDuckMode = true
        expected.isConnectInfo = true
        expected.xkey = "XK"
        #expect(info == expected)
    }

    @Test(arguments: ["{}", " \t\r\n{ } ", #"{"unknown":{"a":[1,-2.5e+3,{"b":null}],"c":"d"},"x":false}"#, #"{"version":null}"#])
    func `all fields may be absent`(json: String) throws {
        #expect(try parse(json) == ServerInfo())
    }

    @Test func `escapes are decoded`() throws {
        let json = #"{"server_name":"\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude42é🙂"}"#
        #expect(try parse(json).serverName == "\"\\/\u{8}\u{C}\n\r\tA\u{E9}\u{20AC}🙂é🙂")
        #expect(try parse(#"{"\u0076ersion":"1"}"#).version == "1")
    }

    @Test(arguments: [
        "", " ", "{", "}", "[]", "null", "1", "\"a\"", "{}x", "{}{}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#,
        #"{a:1}"#,
        #"{'a':1}"#, #"{"a":1 "b":2}"#, #"{"a":01}"#, #"{"a":+1}"#, #"{"a":1.}"#, #"{"a":.5}"#, #"{"a":1e}"#, #"{"a":-}"#,
        #"{"a":tru}"#, #"{"a":nul}"#, #"{"a":NaN}"#, #"{"a":[1,]}"#, #"{"a":[1 2]}"#, #"{"a":[}"#, #"{"a":"b}"#, #"{"a":"\x"}"#,
        #"{"a":"\u12"}"#, #"{"a":"\u12G4"}"#, #"{"a":"\ud83d"}"#, #"{"a":"\ude42"}"#, #"{"a":"\ud83d\u0041"}"#, #"{"a":"\"#,
        "{\"a\":\"\u{1}\"}", "{\"a\":\"\n\"}", #"{"a":1}/"#, "\u{FEFF}{}",
    ])
    func `invalid JSON is refused`(json: String) {
        #expect(code { () throws(WireError) in _ = try parse(json) } == .invalidJSON)
    }

    @Test func `truncated JSON is refused at every length`() {
        let json = #"{"server_id":"A","max_payload":1024,"connect_urls":["a","b"],"x":{"y":[true,null,1.5]}}"#
        for length in 0..<json.utf8.count {
            let outcome = code { () throws(WireError) in _ = try parse(String(json.prefix(length))) }
            #expect(outcome == .invalidJSON || outcome == .invalidField, "cut at \(length)")
        }
    }

    @Test func `invalid UTF-8 is refused`() {
        let bytes = Array(#"{"x":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
        #expect(code { () throws(WireError) in _ = try ServerInfo.parse(ByteBuffer(bytes: bytes)) } == .invalidJSON)
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")], [33, 10_000])
    func `deep nesting is refused`(brackets: (String, String), depth: Int) {
        let nested =
            String(repeating: brackets.0, count: depth - 1) + "[]" + String(repeating: brackets.1, count: depth - 1)
        #expect(code { () throws(WireError) in _ = try parse(#"{"x":"# + nested + "}") } == .invalidJSON)
    }

    @Test func `moderate nesting is accepted`() throws {
        let json = #"{"x":"# + String(repeating: "[", count: 32) + String(repeating: "]", count: 32) + "}"
        #expect(try parse(json) == ServerInfo())
    }

    @Test(arguments: [
        #"{"server_id":1}"#, #"{"port":"4222"}"#, #"{"port":-1}"#, #"{"port":65536}"#, #"{"port":4222.5}"#, #"{"headers":1}"#,
        #"{"headers":"true"}"#, #"{"proto":1e2}"#, #"{"max_payload":0}"#, #"{"max_payload":-1}"#, #"{"max_payload":2147483648}"#,
        #"{"max_payload":99999999999999999999}"#, #"{"max_payload":1.5}"#, #"{"max_payload":true}"#, #"{"client_id":-1}"#,
        #"{"client_id":18446744073709551616}"#, #"{"connect_urls":"a"}"#, #"{"connect_urls":[1]}"#, #"{"connect_urls":{}}"#,
        #"{"nonce":[]}"#, #"{"ldm":{}}"#,
    ])
    func `values of the wrong type and out of bounds are refused`(json: String) {
        #expect(code { () throws(WireError) in _ = try parse(json) } == .invalidField)
    }

    @Test func `the largest max_payload is accepted`() throws {
        #expect(try parse(#"{"max_payload":2147483647}"#).maxPayload == ServerInfo.maxPayloadBound)
    }

    @Test func `many connect_urls are accepted`() throws {
        let urls = (0..<10_000).map { "\"10.0.0.1:\($0)\"" }.joined(separator: ",")
        #expect(try parse(#"{"connect_urls":["# + urls + "]}").connectURLs.count == 10_000)
    }

    @Test func `errors name the field and the problem`() {
        do {
            _ = try parse(#"{"port":"x"}"#)
            Issue.record("accepted a text as port")
        } catch {
            #expect(error.message.hasPrefix("INFO field port: "))
        }
    }
}
