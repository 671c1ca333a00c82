import Foundation

/// The `nats-server` program for the tests.
package enum NATSServerProgram {
    /// The environment variable that selects the program.
    package static let variable = "ROULETTE_NATS_SERVER"

    /// Returns the program that `ROULETTE_NATS_SERVER` names, or the one that `scripts/setup` downloaded, or an installed
    /// one.
    package static func path() throws(ProgramNotFoundError) -> String {
        if let named = ProcessInfo.processInfo.environment[Self.variable], !named.isEmpty {
            // No fallback: a test run for a certain version must use that version.
            guard FileManager.default.isExecutableFile(atPath: named) else { throw ProgramNotFoundError(name: named) }
            return named
        }
        let fetched = Checkout.path + "/.tools/nats-server/current/nats-server"
        if FileManager.default.isExecutableFile(atPath: fetched) { return fetched }
        return try InstalledProgram.path(of: "nats-server")
    }

    /// The version that the program reports, determined once per test process.
    package static func version() async throws -> Version { try await Self.asked.value }

    private static let asked = Task { () async throws -> Version in
        let (status, output) = try await ChildProcess.run(
            path: Self.path(),
            arguments: ["--version"],
            environment: ProcessInfo.processInfo.environment
        )
        guard status == .exited(0), let version = output.split(separator: "v").last.flatMap({ Version("\($0)") }) else {
            throw NATSServerError(reason: "nats-server --version ended with \(status)", log: output)
        }
        return version
    }

    /// A version of the server: major, minor and patch number.
    package struct Version: Sendable, Hashable, Comparable, CustomStringConvertible {
        private let numbers: [Int]

        /// Parses `2.10.4`. Missing numbers are zero.
        package init?(_ text: String) {
            let trimmed = text.trimmingCharacters(in: .whitespacesAndNewlines)
            let parts = trimmed.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
            let numbers = parts.compactMap(\.self)
            guard (1...3).contains(parts.count), numbers.count == parts.count else { return nil }
            self.numbers = numbers + [Int](repeating: 0, count: 3 - numbers.count)
        }

        package var description: String { self.numbers.map(String.init).joined(separator: ".") }

        package static func < (left: Version, right: Version) -> Bool {
            left.numbers.lexicographicallyPrecedes(right.numbers)
        }
    }

    /// Returns whether the program has this version or a later one. False if the text is not a version.
    package static func isAtLeast(_ text: String) async throws -> Bool {
        guard let needed = Version(text) else { return false }
        return try await Self.version() >= needed
    }
}
