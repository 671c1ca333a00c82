import Foundation

/// The C client of NATS (libnats), which shares no code with this library: `CClient/peer.c`, built once per test process.
package struct CClient: Sendable {
    /// The login of the client.
    package enum Login: Sendable {
        case credentialsFile(String)
        case nkey(publicKey: String, seedFile: String)
        case user(String, password: String)

        fileprivate var argument: String {
            switch self {
            case .credentialsFile(let path): "creds:\(path)"
            case .nkey(let publicKey, let seedFile): "nkey:\(publicKey):\(seedFile)"
            case .user(let user, let password): "user:\(user):\(password)"
            }
        }
    }

    package struct Message: Sendable, Hashable {
        package let topic: String
        package let payload: String

        package init(topic: String, payload: String) {
            self.topic = topic
            self.payload = payload
        }
    }

    /// The program failed.
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    private let program: String
    private let port: Int
    private let authority: String
    private let login: Login

    /// Creates a client of one server.
    ///
    /// - Parameters:
    ///   - port: The port of the server on localhost.
    ///   - authority: The PEM file of the authority that signed the server's certificate.
    package init(port: Int, authority: String, login: Login) async throws {
        self.program = try await Self.build.value
        self.port = port
        self.authority = authority
        self.login = login
    }

    /// Publishes messages in order. Returns when the server has them.
    package func publish(_ messages: [Message]) async throws {
        let lines = messages.map { "\($0.topic) \($0.payload)\n" }.joined()
        _ = try await run("pub", [], input: lines)
    }

    /// Receives the same number of messages from each topic, `count` in all, ordered by topic and then by arrival.
    ///
    /// Publishes to `peer.ready` when the server has the subscriptions.
    package func receive(_ count: Int, from topics: [String]) async throws -> [Message] {
        try await run("sub", ["\(count)"] + topics).split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ", maxSplits: 1).map(String.init)
            return words.count == 2 ? Message(topic: words[0], payload: words[1]) : nil
        }
    }

    private func run(_ mode: String, _ arguments: [String], input: String = "") async throws -> String {
        let (status, output) = try await ChildProcess.run(
            path: program,
            arguments: [mode, "tls://localhost:\(port)", authority, login.argument] + arguments,
            environment: ProcessInfo.processInfo.environment,
            input: Array(input.utf8),
            within: .seconds(60)
        )
        guard status == .exited(0) else { throw Failed(description: "the C client ended with \(status): \(output)") }
        return output
    }

    /// The path of the built program.
    private static let build = Task { () async throws -> String in
        let directory = try TemporaryDirectory(for: "c-client")
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/CClient/peer.c"
        let program = "\(directory.path)/peer"
        let (status, output) = try await ChildProcess.run(
            path: InstalledProgram.path(of: "cc"),
            arguments: ["-std=c11", "-Wall", "-Wextra", "-Werror", "-o", program, source, "-lnats"],
            environment: ProcessInfo.processInfo.environment,
            within: .seconds(120)
        )
        guard status == .exited(0) else {
            throw Failed(description: "the C client cannot be built; scripts/setup installs libnats-dev. \(output)")
        }
        return program
    }
}
