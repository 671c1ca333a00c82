import Foundation

/// The program `roulette` from the same build as the tests.
package enum BuiltProgram {
    /// The result of a run.
    package struct Result: Sendable {
        package let status: ExitStatus
        package let output: String
        package let errors: String

        /// The lines of standard output.
        package var lines: [String] { self.output.split(separator: "\n").map(String.init) }
    }

    /// Returns the path of a program, which is next to the test bundle.
    package static func path(of name: String = "roulette") throws -> String {
        #if canImport(Darwin)
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
        let directory = bundle.bundleURL.deletingLastPathComponent()
        #else
        let directory = Bundle.main.executableURL?.deletingLastPathComponent() ?? Bundle.main.bundleURL
        #endif
        let path = directory.appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw NotBuiltError(path: path) }
        return path
    }

    /// Runs the program and waits for its end.
    package static func run(
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:],
        within limit: Duration = .waitLimit
    ) async throws -> Result {
        try await Self.run("roulette", arguments, input: input, environment: environment, within: limit)
    }

    /// Runs a program of this build and waits for its end.
    ///
    /// - Parameters:
    ///   - name: The name of the program.
    ///   - arguments: The arguments, without the name of the program.
    ///   - environment: Additional variables. HOME and the XDG directories do not exist, so that the configuration of the
    ///     machine is not used.
    package static func run(
        _ name: String,
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:],
        within limit: Duration = .waitLimit
    ) async throws -> Result {
        let source = try TemporaryFile(Array(input.utf8))
        let (output, errors) = (try TemporaryFile([]), try TemporaryFile([]))
        let process = try ChildProcess(
            path: try Self.path(of: name),
            arguments: arguments,
            environment: Self.environment(adding: environment),
            streams: .descriptors(input: source.descriptor, output: output.descriptor, error: errors.descriptor)
        )
        let status = try await process.waitForExit(within: limit)
        return Result(
            status: status,
            output: String(decoding: try output.contents(), as: UTF8.self),
            errors: String(decoding: try errors.contents(), as: UTF8.self)
        )
    }

    /// Returns an environment without the user's own configuration.
    package static func environment(adding more: [String: String] = [:]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
            environment[name] = "/nonexistent"
        }
        return environment.merging(more) { $1 }
    }

    package struct NotBuiltError: Error, CustomStringConvertible {
        let path: String
        package var description: String { "\(self.path) does not exist; build it with: swift build --build-tests" }
    }
}
