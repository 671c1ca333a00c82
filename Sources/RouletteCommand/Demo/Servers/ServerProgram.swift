import Foundation

/// Finds the `nats-server` program.
enum ServerProgram {
    /// Where packages put it that are not on every user's PATH.
    private static let usualDirectories = ["/usr/sbin", "/usr/local/sbin", "/usr/local/bin", "/opt/homebrew/bin"]

    /// The program's path.
    /// - Throws: ``CommandFailure`` of kind usage that says how to install it.
    static func find(environment: [String: String]) throws(CommandFailure) -> String {
        let path = environment["PATH"]?.split(separator: ":").map(String.init) ?? []
        for directory in path.filter({ $0.hasPrefix("/") }) + usualDirectories {
            let program = directory + "/nats-server"
            if access(program, X_OK) == 0 { return program }
        }
        throw .usage(
            "the demo needs nats-server, which is not on the PATH; install it with `apt install nats-server` or "
                + "`brew install nats-server`, or from https://github.com/nats-io/nats-server/releases"
        )
    }
}
