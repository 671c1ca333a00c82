import CommandSupport
import Foundation

/// Finds the programs that the demo runs: `nats-server`, and `haproxy` if it is installed.
struct ServerProgram {
    /// The variable that names the program and turns off the search.
    static let variable = "ROULETTE_NATS_SERVER"
    /// Directories that packages install to and that are not on every user's PATH.
    private static let usualDirectories = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]

    /// The environment of this program.
    let environment: [String: String]
    /// The path of this program; nil if it is unknown.
    let executable: String?
    /// Whether an executable file exists at a path.
    var isExecutable: (String) -> Bool = { path in
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
    }

    /// Returns the path of nats-server.
    ///
    /// If `ROULETTE_NATS_SERVER` is set, it must name the program. Otherwise the result is the first existing `nats-server` in
    /// this order: in the directory of this program, in the checkout that this program was built in (fetched by `scripts/setup`),
    /// on the PATH, and in the usual directories of packages.
    ///
    /// - Throws: ``CommandError`` of kind usage that explains how to install it.
    func find() throws(CommandError) -> String {
        if let named = environment[Self.variable], !named.isEmpty {
            guard named.hasPrefix("/"), isExecutable(named) else {
                throw .usage("\(Self.variable) must be the absolute path of a nats-server program; there is none at \(named)")
            }
            return named
        }
        if let program = first("nats-server", in: nearby + installed) { return program }
        throw .usage(
            "the demo needs nats-server, and there is none beside this program or on the PATH; install it with "
                + "`apt install nats-server` or `brew install nats-server`, or set \(Self.variable) to the path of one from "
                + "https://github.com/nats-io/nats-server/releases"
        )
    }

    /// Returns the path of `haproxy` on the PATH or in the usual directories of packages; nil if it is not installed.
    func findHAProxy() -> String? {
        first("haproxy", in: installed)
    }

    private func first(_ name: String, in directories: [String]) -> String? {
        directories.map { $0 + "/" + name }.first(where: isExecutable)
    }

    /// The directories of installed programs.
    private var installed: [String] {
        let path = environment["PATH"]?.split(separator: ":").map(String.init) ?? []
        return path.filter { $0.hasPrefix("/") } + Self.usualDirectories
    }

    /// The directory of this program, and that of `scripts/setup` if this program is in a build folder.
    ///
    /// Only a folder of `swift build` counts as a build folder, so that no other user can place a server above an installed
    /// program.
    private var nearby: [String] {
        guard let executable, executable.hasPrefix("/") else { return [] }
        let parts = executable.split(separator: "/").dropLast()
        let directory = "/" + parts.joined(separator: "/")
        guard let build = parts.lastIndex(where: { $0.hasPrefix(".build") }) else { return [directory] }
        return [directory, "/" + (parts[..<build] + [".tools", "nats-server", "current"]).joined(separator: "/")]
    }
}

extension ServerProgram {
    /// Searches from the directory of this program, with symbolic links resolved.
    init(environment: [String: String]) {
        let resolved = Bundle.main.executablePath.flatMap { realpath($0, nil) }
        defer { free(resolved) }
        self.init(environment: environment, executable: resolved.map { String(cString: $0) })
    }
}
