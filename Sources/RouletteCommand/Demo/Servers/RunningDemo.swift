import Console
import Foundation
import NIOPosix
import Synchronization

/// The servers of a demo as the program that shows them sees them.
struct RunningDemo: Sendable {
    /// The servers.
    let deployment: DemoDeployment
    /// Their first processes, by the servers' names.
    let pids: [String: pid_t]
    private let supervisor: pid_t
    /// Closed by ``stop()``, or by the kernel when this program ends in any other way.
    private let channel: SupervisorChannel

    /// How long the supervisor may take to stop the servers, which get two seconds, and a second when they are killed.
    static let stopTimeout: Duration = .seconds(10)

    /// Starts a supervisor, and waits until the servers are up.
    static func start(_ plan: DemoPlan, environment: [String: String]) throws(CommandFailure) -> RunningDemo {
        let program = try ServerProgram.find(environment: environment)
        let claim = try DemoDirectories(environment: environment).claim()
        // From here on the supervisor alone holds the lock.
        defer { close(claim.lock) }
        let lifeline = try FileDescriptors.pipe()
        let report = try FileDescriptors.pipe()
        defer { close(lifeline.read) }
        let log = open(claim.path + "/supervisor.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw .failed("\(claim.path) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(log) }
        let supervisor = try ChildProcess.start(
            ChildProcess.ownProgram,
            [
                "demo-supervisor", claim.path, "--clusters", "\(plan.clusters)", "--nodes", "\(plan.nodes)",
                "--server-program", program,
            ],
            name: "roulette",
            streams: .init(input: lifeline.read, output: report.write, error: log, extra: claim.lock),
            ownSession: true
        )
        close(report.write)

        let channel = SupervisorChannel(write: lifeline.write, read: report.read)
        let answer = channel.read()
        guard let deployment = answer?.deployment, let pids = answer?.pids else {
            channel.close()
            _ = ChildProcess.wait(for: supervisor, timeout: stopTimeout)
            throw .failed("the demo did not start: \(answer?.failure ?? "its supervisor ended; see \(claim.path)")")
        }
        return RunningDemo(deployment: deployment, pids: pids, supervisor: supervisor, channel: channel)
    }

    /// Stops the servers and removes their files. Returns when nothing is left.
    func stop() {
        channel.close()
        _ = ChildProcess.wait(for: supervisor, timeout: Self.stopTimeout)
        // Should the supervisor itself have been killed.
        if access(deployment.directory, F_OK) == 0 { DemoServers(directory: deployment.directory).stopAndRemove() }
    }
}

// MARK: - Stopping and starting nodes

extension RunningDemo: DemoControl {
    func nodes() async throws(DemoFailure) -> DemoNodeList {
        try await ask(DemoSupervisor.Request())
    }

    func perform(_ action: DemoAction, on node: String) async throws(DemoFailure) -> DemoNodeList {
        try await ask(DemoSupervisor.Request(action: action, node: node))
    }

    private func ask(_ request: DemoSupervisor.Request) async throws(DemoFailure) -> DemoNodeList {
        // The answer takes as long as a server takes to start: that is for a thread that may wait.
        let report = try? await NIOThreadPool.singleton.runIfActive { channel.ask(request) }
        guard let report = report ?? nil else { throw DemoFailure("the supervisor of the demo does not answer any more") }
        if let failure = report.failure { throw DemoFailure(failure) }
        return report.nodes ?? DemoNodeList(revision: 0, nodes: [])
    }
}

/// The pipes to and from the supervisor. One request at a time.
final class SupervisorChannel: Sendable {
    private struct Ends {
        let write: Int32
        let read: Int32
        var isOpen = true
    }

    private let ends: Mutex<Ends>

    init(write: Int32, read: Int32) {
        ends = Mutex(Ends(write: write, read: read))
    }

    /// The next report; nil when there is none any more. Waits for it.
    func read() -> DemoSupervisor.Report? {
        ends.withLock { Self.read($0) }
    }

    /// Sends a request and waits for the report.
    func ask(_ request: DemoSupervisor.Request) -> DemoSupervisor.Report? {
        ends.withLock { ends in
            guard ends.isOpen, let line = try? JSONEncoder().encode(request) else { return nil }
            guard FileDescriptors.writeAll(Array(line) + [UInt8(ascii: "\n")], to: ends.write) == nil else { return nil }
            return Self.read(ends)
        }
    }

    /// Ends it, and with it the supervisor.
    func close() {
        ends.withLock { ends in
            guard ends.isOpen else { return }
            ends.isOpen = false
            Foundation.close(ends.write)
            Foundation.close(ends.read)
        }
    }

    private static func read(_ ends: Ends) -> DemoSupervisor.Report? {
        guard ends.isOpen else { return nil }
        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            guard let chunk = try? FileDescriptors.readSome(ends.read), !chunk.isEmpty else { break }
            line += chunk
        }
        return try? JSONDecoder().decode(DemoSupervisor.Report.self, from: Data(line))
    }
}
