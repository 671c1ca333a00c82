import Foundation

/// The program `roulette` as the tests' own build made it.
package enum BuiltProgram {
    /// What a run left behind.
    package struct Result: Sendable {
        package let status: ExitStatus
        package let output: String
        package let errors: String

        /// The lines of standard output.
        package var lines: [String] { self.output.split(separator: "\n").map(String.init) }
    }

    /// Where it is: beside the test bundle.
    package static func path(of name: String = "roulette") throws -> String {
        #if canImport(Darwin)
            let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
            let directory = bundle.bundleURL.deletingLastPathComponent()
        #else
            let directory = Bundle.main.executableURL?.deletingLastPathComponent() ?? Bundle.main.bundleURL
        #endif
        let path = directory.appendingPathComponent(name).path
        guard FileManager.default.isExecutableFile(atPath: path) else { throw NotBuilt(path: path) }
        return path
    }

    /// Runs it to its end.
    package static func run(
        _ arguments: [String],
        input: String = "",
        environment: [String: String] = [:],
        within limit: Duration = .waitLimit
    ) async throws -> Result {
        try await Self.run("roulette", arguments, input: input, environment: environment, within: limit)
    }

    /// Runs a program of this build to its end.
    ///
    /// - Parameters:
    ///   - name: Of the program.
    ///   - arguments: Without the program's name.
    ///   - environment: Added to what the tests run with. HOME and the XDG directories lead nowhere, so that no
    ///     configuration of the machine gets in.
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

    /// The environment for a run that sees nothing of the user's own configuration.
    package static func environment(adding more: [String: String] = [:]) -> [String: String] {
        var environment = ProcessInfo.processInfo.environment
        for name in ["HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR"] {
            environment[name] = "/nonexistent"
        }
        return environment.merging(more) { $1 }
    }

    package struct NotBuilt: Error, CustomStringConvertible {
        let path: String
        package var description: String { "\(self.path) is not there; build it with: swift build --build-tests" }
    }
}
