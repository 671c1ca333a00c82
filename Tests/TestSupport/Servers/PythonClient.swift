import Foundation

/// A program with the Python client of NATS, which shares no code with this library: `PythonClient/peer.py`. It publishes to
/// topics again and again.
package struct PythonClient: Sendable {
    private let program: StartedProgram

    /// The client is not installed.
    package struct NotInstalled: Error, CustomStringConvertible {
        package var description: String {
            "the Python client of NATS is missing: run scripts/setup, which installs it to .tools/nats-py"
        }
    }

    /// Connects to a server on localhost.
    /// - Throws: ``NotInstalled``, or ``ProgramNotFoundError`` if Python is missing.
    package static func connect(port: Int, name: String, topics: [String]) async throws -> PythonClient {
        let package = Checkout.path + "/.tools/nats-py/current"
        guard FileManager.default.fileExists(atPath: package + "/nats") else { throw NotInstalled() }
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/PythonClient/peer.py"
        let program = try StartedProgram(
            path: InstalledProgram.path(of: "python3"),
            arguments: [source, "\(port)", name] + topics,
            environment: ["PYTHONPATH": package, "PYTHONDONTWRITEBYTECODE": "1"]
        )
        try await program.waitFor("connected")
        return PythonClient(program: program)
    }

    /// Ends the program.
    package func stop() async throws {
        program.signal(SIGTERM)
        _ = try await program.result()
    }
}
