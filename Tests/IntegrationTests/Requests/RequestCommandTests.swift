import Foundation
import TestSupport
import Testing

@Suite("roulette request", .timeLimit(.minutes(2)))
struct RequestCommandTests {
    /// Runs two clusters with a raw responder on each, which answers one request with the result of the closure.
    private func withResponders(
        _ answers: [String],
        _ body: (_ arguments: [String]) async throws -> Void
    ) async throws {
        try await withDeployment(clusters: 2) { deployment in
            var responding: [Task<Void, any Error>] = []
            for server in deployment.servers {
                let responder = try await RawClient.connect(port: server.port)
                try await responder.subscribe(to: "service")
                responding.append(
                    Task {
                        let request = try await responder.nextMessage(within: .seconds(60))
                        for answer in answers {
                            try await responder.publish(
                                answer.replacing("{}", with: request.text),
                                to: request.replyTo ?? "none"
                            )
                        }
                        try await responder.flush()
                    }
                )
            }
            let servers = deployment.servers.flatMap { ["--server", $0.address] }
            try await body(["request", "service"] + servers)
            for task in responding { task.cancel() }
            for task in responding { _ = await task.result }
        }
    }

    private struct Line: Decodable {
        let time: String
        let cluster: String
        let topic: String
        let reply: String?
        let headers: [String: [String]]?
        let body: String
    }

    private func decode(_ line: String) throws -> Line {
        try JSONDecoder().decode(Line.self, from: Data(line.utf8))
    }

    @Test
    func `prints the reply as an object with the keys of sub`() async throws {
        try await withResponders(["you said {}"]) { arguments in
            let result = try await BuiltProgram.run(arguments + ["hello", "--json"])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines.count == 1)
            let line = try decode(try #require(result.lines.first))
            #expect(line.body == "you said hello")
            #expect(line.topic.hasPrefix("_INBOX."))
            #expect(line.reply == nil)
            #expect(line.headers == nil)
        }
    }

    @Test
    func `reads the body from the standard input and writes the bytes of the reply`() async throws {
        try await withResponders(["<{}>"]) { arguments in
            let result = try await BuiltProgram.run(arguments + ["-", "--raw"], input: "from a pipe")
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.output == "<from a pipe>\n")
        }
    }

    @Test
    func `text output shows the cluster and escapes terminal sequences`() async throws {
        try await withResponders(["\u{1B}[31mred"]) { arguments in
            let result = try await BuiltProgram.run(arguments)
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.output.contains("^[[31mred"))
            #expect(!result.output.contains("\u{1B}"))
        }
    }

    @Test
    func `with --replies it prints several; fewer than requested exit with 1`() async throws {
        try await withResponders(["1", "2", "3"]) { arguments in
            let result = try await BuiltProgram.run(arguments + ["--json", "--replies", "2", "--timeout", "60s"])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(try result.lines.map { try decode($0).body } == ["1", "2"])
        }
        try await withResponders(["1", "2", "3"]) { arguments in
            let result = try await BuiltProgram.run(
                arguments + ["--json", "--replies", "4", "--timeout", "60s", "--stall", "2s"]
            )
            #expect(result.status == .exited(1))
            #expect(result.lines.count == 3)
            #expect(result.errors.hasPrefix("roulette: 3 of 4 replies arrived"))
        }
        try await withResponders(["1", "2", "3"]) { arguments in
            let result = try await BuiltProgram.run(
                arguments + ["--json", "--replies", "0", "--timeout", "60s", "--stall", "2s"]
            )
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines.count == 3)
        }
    }

    @Test
    func `no responders exit with 1 immediately, with one line`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            for more in [[], ["--replies", "3"]] {
                let result = try await BuiltProgram.run(
                    ["request", "nobody", "--timeout", "1h", "--server", deployment.servers[0].address] + more
                )
                #expect(result.status == .exited(1))
                #expect(result.output.isEmpty)
                #expect(result.errors.split(separator: "\n").count == 1)
                #expect(result.errors.contains("no subscriber for nobody"))
            }
        }
    }

    @Test
    func `no reply in time exits with 1`() async throws {
        try await withResponders([]) { arguments in
            let result = try await BuiltProgram.run(arguments + ["--timeout", "3s"])
            #expect(result.status == .exited(1))
            #expect(result.errors.contains("no reply to the request to service within 3.0 seconds"))
        }
    }

    @Test(
        arguments: [
            ["request", "a.*"], ["request", "a", "--timeout", "0s"], ["request", "a", "--stall", "1s"],
            ["request", "a", "--replies", "-1"], ["request", "a", "-H", "no colon"], ["request", "a", "--raw", "--json"],
        ]
    )
    func `invalid options exit with 2`(arguments: [String]) async throws {
        let result = try await BuiltProgram.run(arguments + ["--server", "127.0.0.1:1"])
        #expect(result.status == .exited(2), "\(result.errors)")
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("roulette: "))
    }
}
