import NATSMonitoring
import TerminalUI
import Testing

@testable import Console

@Suite("Reports of servers as events")
struct AdvisoryTests {
    private func advisory(_ subject: String, reason: String = "", client: String = "billing") -> SystemAdvisory {
        let json = """
            {"server":{"name":"alpha-1","id":"N1"},"client":{"host":"10.0.0.7","name":"\(client)","user":"app"},"reason":"\(reason)"}
            """
        guard let advisory = SystemAdvisory(subject: subject, json: Array(json.utf8)) else {
            preconditionFailure("the advisory can be read")
        }
        return advisory
    }

    @Test
    func `shutdowns, slow consumers and refused logins are events; clients that come and go are not`() {
        var digest = AdvisoryDigest(cluster: 1)
        let texts = [
            advisory("$SYS.SERVER.N1.SHUTDOWN"), advisory("$SYS.SERVER.N1.LAMEDUCK"),
            advisory("$SYS.ACCOUNT.A.DISCONNECT", reason: "Slow Consumer (Pending Bytes)"),
            advisory("$SYS.SERVER.N1.CLIENT.AUTH.ERR", reason: "Authentication Failure", client: ""),
            advisory("$SYS.ACCOUNT.A.DISCONNECT", reason: "Client Closed"), advisory("$SYS.ACCOUNT.A.CONNECT"),
        ].compactMap { digest.add($0) }
        #expect(texts.allSatisfy { $0.cluster == 1 && $0.severity == .warning })
        #expect(
            texts.map(\.text.plain) == [
                "alpha-1 shut down", "alpha-1 is shutting down (lame duck mode)",
                "alpha-1 disconnected billing at 10.0.0.7: Slow Consumer (Pending Bytes)",
                "alpha-1 refused app at 10.0.0.7: Authentication Failure",
            ]
        )
        #expect(digest.endWindow().isEmpty)
    }

    @Test
    func `a flood of reports becomes a few events and a count`() {
        var digest = AdvisoryDigest(cluster: 0)
        let slow = advisory("$SYS.ACCOUNT.A.DISCONNECT", reason: "Slow Consumer (Pending Bytes)")
        let events = (0..<1000).compactMap { _ in digest.add(slow) }
        #expect(events.count == AdvisoryDigest.limit)
        #expect(digest.endWindow().map(\.text.plain) == ["995 more reports of servers within 10 s are not shown"])
        #expect(digest.add(slow) != nil, "a new window")
    }

    @Test
    func `many clients that connect at once are one event`() {
        var digest = AdvisoryDigest(cluster: 0)
        for _ in 0..<49 { _ = digest.add(advisory("$SYS.ACCOUNT.A.CONNECT")) }
        #expect(digest.endWindow().isEmpty)
        for _ in 0..<50 { _ = digest.add(advisory("$SYS.ACCOUNT.A.CONNECT")) }
        _ = digest.add(advisory("$SYS.ACCOUNT.A.DISCONNECT", reason: "Client Closed"))
        #expect(digest.endWindow().map(\.text.plain) == ["50 clients connected and 1 disconnected within 10 s"])
    }

    @Test
    func `texts of clients are drawn safely`() {
        var digest = AdvisoryDigest(cluster: 0)
        let row = digest.add(
            advisory("$SYS.ACCOUNT.A.DISCONNECT", reason: #"Slow Consumer\u001b[2J"#, client: #"\u0007x"#)
        )
        #expect(row?.text.plain == "alpha-1 disconnected ^Gx at 10.0.0.7: Slow Consumer^[[2J")
    }
}
