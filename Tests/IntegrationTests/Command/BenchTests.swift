import Foundation
import TestSupport
import Testing

@Suite("roulette bench", .timeLimit(.minutes(5)))
struct BenchTests {
    /// The fields that all modes print. A time without a meaning for the mode is null.
    private struct Line: Decodable {
        let mode: String
        let msgs: Int
        let seconds: Double
        let msgs_per_s: Double
        let cpu_ns_per_msg: Double
        let p50_us: Double?
        let p99_us: Double?
        let dropped: Int?
        let build_ms: Double?
        let seen_ns: Double?
        let bytes_each: Int?
    }

    private func bench(_ arguments: [String]) async throws -> Line {
        let result = try await BuiltProgram.run(["bench"] + arguments + ["--json"])
        try #require(result.status == .exited(0), "\(result.errors)")
        let line = try #require(result.lines.first)
        for key in ["\"p50_us\":", "\"p99_us\":"] { #expect(line.contains(key), "the keys are always present") }
        return try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }

    private func addresses(_ deployment: Deployment) -> [String] {
        deployment.servers.flatMap { ["--server", "127.0.0.1:\($0.port)"] }
    }

    @Test(arguments: [[], ["--handle"]])
    func `pub publishes exactly the count, by topic and by handle, distributed by the ring`(flags: [String]) async throws {
        try await withDeployment(clusters: 2) { deployment in
            let listener = try await RawClient.connect(port: deployment.servers[0].port)
            let other = try await RawClient.connect(port: deployment.servers[1].port)
            for client in [listener, other] { try await client.subscribe(to: "bench.>") }
            let line = try await bench(
                ["pub", "--count", "500", "--size", "7", "--topics", "40"] + flags + addresses(deployment)
            )
            #expect(line.mode == "pub")
            #expect(line.msgs == 500)
            #expect(line.seconds > 0 && line.msgs_per_s > 0 && line.cpu_ns_per_msg > 0)
            #expect(line.p50_us == nil && line.p99_us == nil)
            var heard = 0
            for client in [listener, other] {
                try await client.flush()
                let messages = try client.pendingMessages()
                #expect(!messages.isEmpty, "every cluster owns some of 40 topics")
                #expect(messages.allSatisfy { $0.text == "xxxxxxx" })
                heard += messages.count
            }
            #expect(heard == 500)
        }
    }

    @Test
    func `sub counts its own messages with --flood`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            let line = try await bench(["sub", "--flood", "--count", "2000", "--topics", "10"] + addresses(deployment))
            #expect(line.mode == "sub")
            #expect(line.msgs == 2000)
            #expect(line.dropped == 0)
        }
    }

    @Test(
        arguments: ["rtt", "request"],
        [[], ["--any-thread"]]
    )
    func `rtt and request measure round trips, on the event loop and on any thread`(mode: String, flags: [String])
        async throws
    {
        try await withDeployment(clusters: 1) { deployment in
            let line = try await bench([mode, "--count", "200"] + flags + addresses(deployment))
            #expect(line.mode == mode)
            #expect(line.msgs == 200)
            let (p50, p99) = (try #require(line.p50_us), try #require(line.p99_us))
            #expect(p50 > 0 && p99 >= p50)
        }
    }

    @Test
    func `ring needs no server`() async throws {
        let line = try await bench(["ring", "--count", "1000", "--clusters", "5"])
        #expect(line.msgs == 1000)
        #expect(try #require(line.build_ms) > 0)
        #expect(try #require(line.seen_ns) > 0)
    }

    @Test
    func `idle measures the cost of a subscription`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let line = try await bench(["idle", "--count", "500"] + addresses(deployment))
            #expect(line.msgs == 500)
            #expect(line.bytes_each != nil)
        }
    }

    @Test
    func `soak reports while it runs and ends after its duration`() async throws {
        struct Sample: Decodable {
            let received: Int
            let rss_bytes: Int?
        }
        try await withDeployment(clusters: 2) { deployment in
            let arguments = ["bench", "soak", "--json", "--duration", "1", "--every", "500ms", "--topics", "4"]
            let result = try await BuiltProgram.run(arguments + addresses(deployment))
            #expect(result.status == .exited(0), "\(result.errors)")
            let samples = try result.lines.map { try JSONDecoder().decode(Sample.self, from: Data($0.utf8)) }
            #expect(samples.count == 2)
            #expect(try #require(samples.last).received > 0)
        }
    }

    @Test
    func `without --json the output is one readable line; options that are invalid or have no effect exit with 2`() async throws {
        let result = try await BuiltProgram.run(["bench", "ring", "--count", "10"])
        #expect(result.output.hasPrefix("ring: 10 in "))
        let refused = [
            ["ring", "--count", "0"], ["pub", "--topics", "0", "--server", "x"], ["pub", "--size", "-1"],
            ["soak", "--count", "1"], ["ring", "--size", "1"], ["rtt", "--topics", "2"], ["idle", "--size", "1"],
        ]
        for arguments in refused {
            let result = try await BuiltProgram.run(["bench"] + arguments)
            #expect(result.status == .exited(2), "\(arguments)")
            #expect(!result.errors.isEmpty)
        }
    }
}
