package import CommandSupport
package import Console
import Foundation
import NIOPosix
import Synchronization

/// A running demo, as the program that started it sees it.
package struct RunningDemo: Sendable {
    /// The servers.
    package let deployment: DemoDeployment
    /// The servers' first process ids, by the servers' names.
    package let pids: [String: Int32]
    private let supervisor: pid_t
    /// Closed by ``stop()``, or by the kernel when this program ends in another way.
    private let channel: SupervisorChannel

    /// The time limit for the supervisor to stop the servers. It gives them two seconds, and one more after killing them.
    package static let stopTimeout: Duration = .seconds(10)

    /// Starts a supervisor, and waits until the servers are ready.
    ///
    /// - Throws: ``CommandError`` if nats-server is not found or the servers do not start.
    package static func start(_ plan: DemoPlan, environment: [String: String]) throws(CommandError) -> RunningDemo {
        let program = try ServerProgram(environment: environment).find()
        let claim = try DemoDirectories(environment: environment).claim()
        // Once the supervisor runs, it alone holds the lock.
        defer { close(claim.lock) }
        let lifeline = try FileDescriptors.pipe()
        // The supervisor has its own copy of this end.
        defer { close(lifeline.read) }
        let report: (read: Int32, write: Int32)
        do throws(CommandError) {
            report = try FileDescriptors.pipe()
        } catch {
            close(lifeline.write)
            throw error
        }
        let channel = SupervisorChannel(write: lifeline.write, read: report.read)
        let supervisor: pid_t
        do throws(CommandError) {
            defer { close(report.write) }
            supervisor = try startSupervisor(plan, program, claim, input: lifeline.read, output: report.write)
        } catch {
            channel.close()
            throw error
        }
        let answer = channel.read(within: DemoSupervisor.longestStart)
        guard let deployment = answer?.deployment, let pids = answer?.pids else {
            channel.close()
            _ = ChildProcess.wait(for: supervisor, timeout: stopTimeout)
            throw .failed("the demo did not start: \(answer?.failure ?? "its supervisor ended; see \(claim.path)")")
        }
        return RunningDemo(deployment: deployment, pids: pids, supervisor: supervisor, channel: channel)
    }

    private static func startSupervisor(
        _ plan: DemoPlan,
        _ program: String,
        _ claim: DemoDirectories.Claim,
        input: Int32,
        output: Int32
    ) throws(CommandError) -> pid_t {
        let log = open(claim.path + "/supervisor.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw .failed("\(claim.path) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(log) }
        return try ChildProcess.start(
            ChildProcess.ownProgram,
            [
                "demo-supervisor", claim.path, "--clusters", "\(plan.clusters)", "--nodes", "\(plan.nodes)",
                "--server-program", program,
            ],
            name: "roulette",
            streams: .init(input: input, output: output, error: log, extra: claim.lock),
            ownSession: true
        )
    }

    /// Stops the servers and removes their files. Returns when both are done.
    package func stop() {
        channel.close()
        _ = ChildProcess.wait(for: supervisor, timeout: Self.stopTimeout)
        // The directory is still there if the supervisor was killed.
        if access(deployment.directory, F_OK) == 0 { DemoServers(directory: deployment.directory).stopAndRemove() }
    }
}

// MARK: - Stopping and starting nodes

extension RunningDemo: DemoControl {
    package func nodes() async throws(DemoError) -> DemoNodeList {
        try await ask(DemoSupervisor.Request())
    }

    package func perform(_ action: DemoAction, on node: String) async throws(DemoError) -> DemoNodeList {
        try await ask(DemoSupervisor.Request(action: action, node: node))
    }

    private func ask(_ request: DemoSupervisor.Request) async throws(DemoError) -> DemoNodeList {
        // Starting a server can take seconds, so the answer is awaited on a thread that may block.
        let isOver = Flag()
        let report = await withTaskCancellationHandler {
            try? await NIOThreadPool.singleton.runIfActive { channel.ask(request) { !isOver.isSet } }
        } onCancel: {
            isOver.set()
        }
        guard let report = report ?? nil else { throw DemoError("the supervisor of the demo no longer answers") }
        if let failure = report.failure { throw DemoError(failure) }
        return report.nodes ?? DemoNodeList(revision: 0, nodes: [])
    }
}

/// A flag that can be set once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
