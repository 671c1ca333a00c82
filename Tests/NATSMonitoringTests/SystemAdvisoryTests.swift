import NATSMonitoring
import Testing

@Suite("Advisories of servers", .timeLimit(.minutes(2)))
struct SystemAdvisoryTests {
    private func read(_ subject: String, _ json: String) -> SystemAdvisory? {
        SystemAdvisory(subject: subject, json: Array(json.utf8))
    }

    @Test
    func `a disconnect names the server, the client and the reason`() throws {
        let json = """
            {"type":"io.nats.server.advisory.v1.client_disconnect","server":{"name":"alpha-1","id":"N1"},
            "client":{"host":"10.0.0.7","name":"billing","acc":"APP","user":"app"},"reason":"Slow Consumer (Pending Bytes)"}
            """
        let advisory = try #require(read("$SYS.ACCOUNT.APP.DISCONNECT", json))
        #expect(advisory.server == "alpha-1" && advisory.isSlowConsumer)
        #expect(advisory.client?.name == "billing" && advisory.client?.host == "10.0.0.7" && advisory.client?.account == "APP")
    }

    @Test(arguments: [#"{"name":"n2","id":"N2","cluster":"c"}"#, #"{"server":{"name":"n2","id":"N2"},"reason":"stop"}"#])
    func `a shutdown is read in the forms of old and new servers`(json: String) throws {
        let advisory = try #require(read("$SYS.SERVER.N2.SHUTDOWN", json))
        #expect(advisory.kind == .shutdown && advisory.server == "n2" && advisory.client == nil)
        #expect(!advisory.isSlowConsumer)
    }

    @Test
    func `a refused login is not a disconnect`() {
        let json = #"{"server":{"id":"N1"},"client":{"host":"10.0.0.9"},"reason":"Authentication Failure"}"#
        #expect(read("$SYS.SERVER.N1.CLIENT.AUTH.ERR", json)?.kind == .refused(reason: "Authentication Failure"))
    }

    @Test(arguments: ["", "[]", "{}", #"{"server":{}}"#, #"{"server":{"id":"N1"}"#, #"{"server":{"id":"N1"}}x"#])
    func `other payloads are no advisories`(json: String) {
        #expect(read("$SYS.SERVER.N1.SHUTDOWN", json) == nil)
    }

    @Test
    func `other subjects are no advisories`() {
        #expect(read("$SYS.SERVER.N1.STATSZ", #"{"server":{"id":"N1"}}"#) == nil)
    }
}
