import Roulette
import TestSupport

/// Runs a program with a list of servers that publishes to topics by its own ring, while `body` runs.
func withRingProgram(
    _ name: String,
    on servers: [NATSServerProcess],
    topics: [String] = [],
    _ body: () async throws -> Void
) async throws {
    var configuration = RouletteConfiguration(clusters: servers.map { .init(host: "127.0.0.1", port: $0.port) })
    configuration.connectionName = name
    configuration.poolSize = 1
    let client = try RouletteClient(configuration: configuration)
    try await withRunning(client) {
        try await poll(until: "the connections of \(name)") { client.snapshot().clusters.allSatisfy { $0.state == .up } }
        let publishing = Task {
            while !Task.isCancelled {
                for topic in topics { try await client.publish("x", to: topic) }
                // The rate of the traffic, not a wait for an event.
                try await Task.sleep(for: .milliseconds(200))
            }
        }
        defer { publishing.cancel() }
        try await body()
    }
}
