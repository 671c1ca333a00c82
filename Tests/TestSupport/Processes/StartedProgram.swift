import Foundation

/// A program that runs during a test. The test can send it signals and read its output.
package final class StartedProgram: Sendable {
    private let process: ChildProcess
    private let outputFile: TemporaryFile
    private let errorFile: TemporaryFile

    /// Starts a program of this build.
    package convenience init(_ arguments: [String], environment: [String: String] = [:]) throws {
        try self.init(path: try BuiltProgram.path(), arguments: arguments, environment: environment)
    }

    /// Runs a script with `sh`. `$0` is the program of this build.
    package convenience init(script: String, environment: [String: String] = [:]) throws {
        try self.init(path: "/bin/sh", arguments: ["-c", script, try BuiltProgram.path()], environment: environment)
    }

    /// Starts a program.
    package init(path: String, arguments: [String], environment: [String: String] = [:]) throws {
        (outputFile, errorFile) = (try TemporaryFile([]), try TemporaryFile([]))
        process = try ChildProcess(
            path: path,
            arguments: arguments,
            environment: BuiltProgram.environment(adding: environment),
            streams: .descriptors(input: nil, output: outputFile.descriptor, error: errorFile.descriptor)
        )
    }

    package var pid: Int32 { process.pid }
    package var isRunning: Bool { process.isRunning }

    /// The standard output so far.
    package func output() throws -> String { String(decoding: try outputFile.contents(), as: UTF8.self) }

    /// The standard error so far.
    package func errors() throws -> String { String(decoding: try errorFile.contents(), as: UTF8.self) }

    /// Sends a signal. Does nothing if the program has ended.
    package func signal(_ number: Int32) { process.signal(number) }

    /// Waits until the standard output contains a text.
    package func waitFor(_ text: String, within limit: Duration = .waitLimit) async throws {
        // The growth of a file causes no notification.
        try await poll(until: "\(text.debugDescription) in the output", within: limit, last: { "errors: \(try errors())" }) {
            try output().contains(text)
        }
    }

    /// Waits for the end of the program.
    package func result(within limit: Duration = .waitLimit) async throws -> BuiltProgram.Result {
        let status = try await process.waitForExit(within: limit)
        return BuiltProgram.Result(status: status, output: try output(), errors: try errors())
    }
}
