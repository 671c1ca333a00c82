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
        let program = try ServerProgram(environment: environment).find()
        let claim = try DemoDirectories(environment: environment).claim()
        // From here on the supervisor alone holds the lock.
        defer { close(claim.lock) }
        let lifeline = try FileDescriptors.pipe()
        // Without a supervisor that reads it, closing it is all there is to do.
        defer { close(lifeline.read) }
        let report: (read: Int32, write: Int32)
        do throws(CommandFailure) {
            report = try FileDescriptors.pipe()
        } catch {
            close(lifeline.write)
            throw error
        }
        let channel = SupervisorChannel(write: lifeline.write, read: report.read)
        let supervisor: pid_t
        do throws(CommandFailure) {
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
    ) throws(CommandFailure) -> pid_t {
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
        let isOver = Flag()
        let report = await withTaskCancellationHandler {
            try? await NIOThreadPool.singleton.runIfActive { channel.ask(request) { !isOver.isSet } }
        } onCancel: {
            isOver.set()
        }
        guard let report = report ?? nil else { throw DemoFailure("the supervisor of the demo does not answer any more") }
        if let failure = report.failure { throw DemoFailure(failure) }
        return report.nodes ?? DemoNodeList(revision: 0, nodes: [])
    }
}

/// Something that has happened or not.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
