import Foundation
import TestSupport
import Testing

@Suite("Commands and topics that Roulette 1.0.5 cannot receive", .timeLimit(.minutes(2)))
struct ElixirTopicCommandTests {
    @Test
    func `pub warns once about a topic that is not ASCII if the profile enables it, and publishes the message`() async throws {
        let directory = try TemporaryDirectory(for: "elixir")
        try await withDeployment(clusters: 2) { deployment in
            let servers = deployment.servers.map { "\"\($0.address)\"" }.joined(separator: ", ")
            for (setting, isReported) in [("true", true), ("false", false), (nil, false)] as [(String?, Bool)] {
                let line = setting.map { "elixir_compatible_topics = \($0)" } ?? ""
                let path = "\(directory.path)/config.toml"
                try "[profiles.p]\nservers = [\(servers)]\n\(line)\n".write(toFile: path, atomically: true, encoding: .utf8)
                for topic in ["caf\u{E9}", "cafe"] {
                    let result = try await BuiltProgram.run(["pub", topic, "x", "--count", "3", "--json", "--config", path])
                    #expect(result.status == .exited(0), "\(result.errors)")
                    let notes = result.errors.split(separator: "\n").filter { $0.contains("Elixir") }
                    #expect(notes.count == (isReported && topic != "cafe" ? 1 : 0), "\(result.errors)")
                }
            }
        }
        try directory.remove()
    }
}
