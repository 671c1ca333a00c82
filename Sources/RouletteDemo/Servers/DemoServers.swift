import CommandSupport
import Foundation

/// The server processes of a demo's directory, including those that were started by hand.
struct DemoServers {
    private static let patience: Duration = .seconds(2)

    let directory: String

    /// Stops all servers, then removes the directory.
    ///
    /// - Parameter children: Processes that this program has started and that may not have written their pid files yet.
    func stopAndRemove(children: [pid_t] = []) {
        // Repeated, since a server may have been started by hand while the others were being stopped.
        for _ in 0..<3 {
            let servers = running(children: children)
            if servers.isEmpty { break }
            stop(servers)
        }
        // The next demo tries again to remove what is left.
        try? FileManager.default.removeItem(atPath: directory)
    }

    /// A server process of this directory.
    struct Server {
        let pid: pid_t
        let configuration: String

        /// Checked before every signal, since the kernel reuses the ids of ended processes.
        var isRunning: Bool {
            let arguments = ProcessTable.commandLine(of: pid)
            guard let program = arguments.first?.split(separator: "/").last, program.contains("nats-server") else { return false }
            return arguments.contains(configuration)
        }
    }

    private func running(children: [pid_t]) -> [Server] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let nodes = files.filter { $0.hasSuffix(".conf") }.map { $0.dropLast(".conf".count) }
        return nodes.flatMap { running(String($0), children: children) }
    }

    /// Returns the processes of a node. There can be more than one if the node was also started by hand.
    func running(_ node: String, children: [pid_t]) -> [Server] {
        let file = (try? String(contentsOfFile: "\(directory)/\(node).pid", encoding: .utf8)) ?? ""
        let written = pid_t(file.trimmingCharacters(in: .whitespacesAndNewlines))
        return Set(children + [written].compactMap(\.self))
            .map { Server(pid: $0, configuration: "\(directory)/\(node).conf") }
            .filter(\.isRunning)
    }

    private func stop(_ servers: [Server]) {
        for server in servers {
            kill(server.pid, SIGTERM)
            // A stopped process handles SIGTERM only after it is continued.
            kill(server.pid, SIGCONT)
        }
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end, servers.contains(where: \.isRunning) { usleep(20_000) }
        for server in servers where server.isRunning { kill(server.pid, SIGKILL) }
        // A killed process ends a moment later.
        while ContinuousClock.now < end + .seconds(1), servers.contains(where: \.isRunning) { usleep(5_000) }
    }
}
