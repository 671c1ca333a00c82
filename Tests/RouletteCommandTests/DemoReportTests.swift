import CommandSupport
import Foundation
import Testing
import TextCoding

@testable import RouletteCommand
@testable import RouletteDemo

@Suite("Output of a demo without a console")
struct DemoReportTests {
    private func deployment() throws -> DemoDeployment {
        try DemoPlan(clusters: 2, nodes: 1).deployment(in: "/d", ports: Array(5000..<5006), token: "secret")
    }

    @Test func `the first line has the files and the servers, without the token`() throws {
        let text = JSONValue.object(DemoReport.ready(try deployment(), pids: ["alpha-1": 7])).text
        #expect(
            text
                == #"{"config":"/d/roulette.toml","directory":"/d","clusters":[{"cluster":"alpha","address":"127.0.0.1:5000","#
                + #""nodes":[{"name":"alpha-1","address":"127.0.0.1:5000","monitor":"http://127.0.0.1:5001","config":"/d/alpha-1.conf","#
                + #""pid":7}]},{"cluster":"beta","address":"127.0.0.1:5003","nodes":[{"name":"beta-1","address":"127.0.0.1:5003","#
                + #""monitor":"http://127.0.0.1:5004","config":"/d/beta-1.conf","pid":null}]}]}"#
        )
        #expect(!text.contains("secret"))
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
