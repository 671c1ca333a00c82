import CommandSupport
import Console
import Foundation

/// The programs that a demo runs.
package struct DemoPrograms: Equatable, Sendable {
    /// The path of nats-server.
    let natsServer: String
    /// The path of haproxy; nil for the demo's own balancers.
    let haProxy: String?

    /// Creates a choice of programs.
    ///
    /// - Parameters:
    ///   - natsServer: The path of nats-server.
    ///   - haProxy: The path of haproxy; nil for the demo's own balancers.
    package init(natsServer: String, haProxy: String?) {
        self.natsServer = natsServer
        self.haProxy = haProxy
    }

    /// Finds the programs.
    ///
    /// - Parameters:
    ///   - balancing: The balancers; nil for HAProxy if it is installed.
    ///   - search: Where to look for them.
    /// - Throws: ``CommandError`` of kind usage that explains how to install a missing program.
    init(_ balancing: DemoBalancing?, _ search: ServerProgram) throws(CommandError) {
        natsServer = try search.find()
        haProxy = balancing == .own ? nil : search.findHAProxy()
        guard haProxy != nil || balancing != .haProxy else {
            throw .usage("haproxy is not installed; install it with `apt install haproxy` or `brew install haproxy`")
        }
    }

    func path(of program: DemoProcess.Program) -> String {
        switch program {
        case .natsServer: natsServer
        // Without the program there is no such process.
        case .haProxy: haProxy ?? program.rawValue
        }
    }

    // MARK: Route pools

    /// Runs nats-server to find out whether its version has pools of routes, as since version 2.10.
    func findRoutePools() -> Bool { Self.hasRoutePools(version: readVersion()) }

    /// Reads the output of `nats-server --version`: `nats-server: v2.15.1`. An unknown version counts as a new one.
    static func hasRoutePools(version: String) -> Bool {
        guard let numbers = version.firstMatch(of: /v(\d+)\.(\d+)\./)?.output,
            let major = Int(numbers.1), let minor = Int(numbers.2)
        else { return true }
        return (major, minor) >= (2, 10)
    }

    private func readVersion() -> String {
        guard let output = try? FileDescriptors.pipe() else { return "" }
        defer { close(output.read) }
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        let pid = try? ChildProcess.start(
            natsServer,
            ["--version"],
            name: "nats-server",
            streams: .init(input: nothing, output: output.write, error: nothing),
            ownSession: false
        )
        close(output.write)
        guard let pid else { return "" }
        let text = (try? FileDescriptors.readAll(output.read, limit: 1 << 12)) ?? []
        _ = ChildProcess.wait(for: pid, timeout: .seconds(2))
        return String(decoding: text, as: UTF8.self)
    }
}
