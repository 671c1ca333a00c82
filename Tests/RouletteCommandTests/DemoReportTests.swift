import CommandSupport
import Console
import Foundation
import Testing
import TextCoding

@testable import RouletteCommand
@testable import RouletteDemo

@Suite("Output of a demo without a console")
struct DemoReportTests {
    private func deployment(_ balancing: DemoBalancing = .haProxy) throws -> DemoDeployment {
        try DemoPlan(clusters: 2, nodes: 1).deployment(
            in: "/d",
            balancing: balancing,
            ports: Array(5000..<5010),
            passwords: DemoPasswords(client: "secret", system: "hidden")
        )
    }

    @Test func `the first line has the files, the servers and the balancers, without passwords`() throws {
        let text = JSONValue.object(DemoReport.ready(try deployment(), pids: ["alpha-1": 7, "alpha": 8])).text
        #expect(
            text
                == #"{"config":"/d/roulette.toml","directory":"/d","clusters":[{"cluster":"alpha","address":"127.0.0.1:5003","#
                + #""monitor":"http://127.0.0.1:5004","balancer":{"program":"haproxy","config":"/d/alpha.cfg","pid":8},"#
                + #""nodes":[{"name":"alpha-1","address":"127.0.0.1:5000","monitor":"http://127.0.0.1:5001","config":"/d/alpha-1.conf","#
                + #""pid":7}]},{"cluster":"beta","address":"127.0.0.1:5008","monitor":"http://127.0.0.1:5009","#
                + #""balancer":{"program":"haproxy","config":"/d/beta.cfg","pid":null},"nodes":[{"name":"beta-1","#
                + #""address":"127.0.0.1:5005","monitor":"http://127.0.0.1:5006","config":"/d/beta-1.conf","pid":null}]}]}"#
        )
        #expect(!text.contains("secret") && !text.contains("hidden"))
    }

    @Test func `the demo's own balancers have no files`() throws {
        let text = JSONValue.object(DemoReport.ready(try deployment(.own), pids: [:])).text
        #expect(text.contains(#""balancer":{"program":"own","config":null,"pid":null}"#))
    }

    @Test func `the other lines have the counts in total and for each cluster`() throws {
        let counts = [TrafficCounts.Counts(published: 2, failed: 1), .init(published: 3, received: 4)]
        let line = DemoReport.counts(counts, of: try deployment())
        #expect(line.fields.map(\.key) == ["time", "published", "failed", "received", "clusters"])
        #expect(
            JSONValue.object(JSONObject(line.fields.dropFirst().map { ($0.key, $0.value) })).text
                == #"{"published":5,"failed":1,"received":4,"clusters":[{"cluster":"alpha","published":2,"failed":1,"received":0},"#
                + #"{"cluster":"beta","published":3,"failed":0,"received":4}]}"#
        )
    }
}
