import Foundation
import TestSupport
import Testing

@Suite("roulette events", .timeLimit(.minutes(2)))
struct EventsCommandTests {
    private struct Event: Decodable {
        let time: String
        let kind: String
        let severity: String
        let cluster: String?
        let role: String?
        let slot: Int?
        let server: String?
        let text: String
    }

    @Test
    func `events are printed as JSON until a signal`() async throws {
        try await NATSServerProcess.withServer { server in
            let program = try StartedProgram(["events", "--json", "--server", "alpha=\(server.address)"])
            try await program.waitFor("subscriber 0 up")
            try await program.waitFor("publisher 0 up")
            server.kill()
            try await program.waitFor("subscriber 0 lost")
            program.signal(SIGTERM)
            let result = try await program.result()
            #expect(result.status == .signaled(SIGTERM))
            let events = try result.lines.map { try JSONDecoder().decode(Event.self, from: Data($0.utf8)) }
            let connected = try #require(events.first { $0.kind == "connected" && $0.role == "publisher" })
            #expect(connected.severity == "info" && connected.cluster == "alpha" && connected.slot == 0)
            #expect(connected.server != nil && connected.time.hasSuffix("Z"))
            let lost = try #require(events.first { $0.kind == "disconnected" && $0.role == "subscriber" })
            #expect(lost.severity == "error" && lost.text.hasPrefix("subscriber 0 lost: "))
        }
    }

    @Test
    func `events end after the time of --for, with one line each`() async throws {
        try await NATSServerProcess.withServer { server in
            let result = try await BuiltProgram.run(["events", "--for", "2s", "--server", "alpha=\(server.address)"])
            #expect(result.status == .exited(0), "\(result.errors)")
            #expect(result.lines.contains { $0.contains("info  alpha  publisher 0 up, server ") })
            #expect(!result.output.contains("closed"), "the command itself closes the connections")
        }
    }

    @Test
    func `an invalid time: exit 2`() async throws {
        let result = try await BuiltProgram.run(["events", "--for", "0", "--server", "127.0.0.1:1"])
        #expect(result.status == .exited(2) && result.output.isEmpty)
    }
}
