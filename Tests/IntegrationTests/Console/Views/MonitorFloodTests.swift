import Foundation
import TestSupport
import Testing

@Suite("A monitoring URL with a response that is far too large, in a terminal", .serialized, .timeLimit(.minutes(5)))
struct MonitorFloodTests {
    /// 3 MB: a million rows where 1,024 were requested.
    private static let rows = String(repeating: "{},", count: 999_999) + "{}"

    /// - Parameter id: The id of the server.
    private static func answer(to request: String, id: String) -> String {
        let list = #"{"cid":7,"name":"billing","ip":"10.0.0.7","port":7},{"cid":8,"in_bytes":-1},"#
        let body =
            switch request.split(separator: " ").dropFirst().first?.split(separator: "?").first {
            case "/varz": #"{"server_id":"\#(id)","server_name":"flooding","version":"2.12.1"}"#
            case "/connz": #"{"server_id":"\#(id)","total":1000002,"connections":[\#(list)\#(rows)]}"#
            case "/subsz": #"{"server_id":"\#(id)","num_subscriptions":1,"subscriptions_list":[\#(rows)]}"#
            default: #"{"status":"ok","note":"\#(rows)"}"#
            }
        return "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test
    func `keys still work, the readable rows are shown, and the number of omitted rows is shown`() async throws {
        let home = try TemporaryDirectory(for: "home")
        defer { try? home.remove() }
        try await NATSServerProcess.withServer { server in
            struct Info: Decodable { let server_id: String }
            let client = try await RawClient.connect(port: server.port)
            let id = try JSONDecoder().decode(Info.self, from: Data(client.info.utf8)).server_id
            await client.close()
            let monitor = try await ScriptedServer.start { connection, _ in
                let request = try await connection.expect("GET /")
                try await connection.send(Self.answer(to: request, id: id))
            }
            let lines = [
                "[profiles.test]", "pool_size = 1", "[[profiles.test.servers]]", "name = \"alpha\"", "host = \"127.0.0.1\"",
                "port = \(server.port)", "monitor = \"http://127.0.0.1:\(monitor.port)\"",
            ]
            try FileManager.default.createDirectory(atPath: home.path + "/roulette", withIntermediateDirectories: true)
            try lines.joined(separator: "\n")
                .write(toFile: home.path + "/roulette/config.toml", atomically: true, encoding: .utf8)
            let terminal = try await TerminalDriver.start(
                [try BuiltProgram.path()],
                columns: 140,
                rows: 36,
                environment: ["HOME": home.path, "XDG_CONFIG_HOME": home.path, "XDG_STATE_HOME": home.path + "/state"]
            )
            try await terminal.waitFor("1 cluster: 1 up")
            try await terminal.press("6")
            try await terminal.waitFor("the readable row, and the number of omitted rows") { screen in
                screen.has("billing", "10.0.0.7:7") && screen.has("rows could not be read", "over the limit omitted")
            }
            // An answer arrives every two seconds. No key waits for one.
            let clock = ContinuousClock()
            for round in 0..<20 {
                let start = clock.now
                try await terminal.press(":")
                try await terminal.type("mark\(round)")
                try await terminal.waitFor(": mark\(round)")
                #expect(clock.now - start < .seconds(5), "without the limit, 5.8 to 7.9 s in a release build")
                try await terminal.press("C-u", "Escape")
                // A key right after Escape would be Alt and that key.
                try await terminal.waitFor("the prompt to close") { $0.has("1 Overview") }
            }
            try await terminal.press("2")
            try await terminal.waitFor("the topics") { $0.shows(view: "Topics") }
            await terminal.close()
            await monitor.close()
        }
    }
}
