package import CommandSupport
package import Console
import Foundation
import NIOPosix
import Synchronization

/// A running demo, as the program that started it sees it.
package struct RunningDemo: Sendable {
    /// The servers and balancers.
    package let deployment: DemoDeployment
    /// The first process ids of servers, by name, and of HAProxy processes, by the name of the cluster.
    package let pids: [String: Int32]
    /// Starts and stops the program with another ring, which is a part of the workload.
    package let otherRing = ProgramSwitch()
    private let supervisor: pid_t
    /// Closed by ``stop()``, or by the kernel when this program ends in another way.
    private let channel: SupervisorChannel

    /// The time limit for the supervisor to stop the servers. It gives them two seconds, and one more after killing them.
    package static let stopTimeout: Duration = .seconds(10)

    /// Starts a supervisor, and waits until the servers are ready.
    ///
    /// - Parameters:
    ///   - plan: The number of servers.
    ///   - balancing: The balancers; nil for HAProxy if it is installed.
    ///   - environment: The process's environment.
    /// - Throws: ``CommandError`` if a program is not found or the servers do not start.
    package static func start(
        _ plan: DemoPlan,
        balancing: DemoBalancing?,
        environment: [String: String]
    ) throws(CommandError) -> RunningDemo {
        let programs = try DemoPrograms(balancing, ServerProgram(environment: environment))
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
            supervisor = try startSupervisor(plan, programs, claim, input: lifeline.read, output: report.write)
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
        _ programs: DemoPrograms,
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
                "--server-program", programs.natsServer,
            ] + (programs.haProxy.map { ["--balancer-program", $0] } ?? []),
            name: "roulette",
            streams: .init(input: input, output: output, error: log, extra: claim.lock),
            ownSession: true
        )
    }

    /// Stops the servers and balancers and removes their files. Returns when both are done.
    package func stop() {
        channel.close()
        _ = ChildProcess.wait(for: supervisor, timeout: Self.stopTimeout)
        // The directory is still there if the supervisor was killed.
        if access(deployment.directory, F_OK) == 0 { DemoProcessList(directory: deployment.directory).stopAndRemove() }
    }
}

// MARK: - Faults

extension RunningDemo: DemoControl {
    package func state() async throws(DemoError) -> DemoState {
        withProgram(try await ask(DemoSupervisor.Request()))
    }

    package func perform(_ action: DemoAction) async throws(DemoError) -> DemoState {
        guard action.fault == .otherRing else { return withProgram(try await ask(DemoSupervisor.Request(action: action))) }
        otherRing.set(!action.isUndoing)
        return try await state()
    }

    /// Adds the program with another ring to the state. It is a part of this process. One cluster has only one order.
    private func withProgram(_ state: DemoState) -> DemoState {
        guard deployment.clusters.count > 1 else { return state }
        var state = state
        state.targets.append(
            DemoTarget(.program, TrafficSource.misledName, cluster: nil, fault: otherRing.isOn ? .otherRing : nil)
        )
        return state
    }

    private func ask(_ request: DemoSupervisor.Request) async throws(DemoError) -> DemoState {
        // Starting a server can take seconds, so the answer is awaited on a thread that may block.
        let isOver = Flag()
        let report = await withTaskCancellationHandler {
            try? await NIOThreadPool.singleton.runIfActive { channel.ask(request) { !isOver.isSet } }
        } onCancel: {
            isOver.set()
        }
        guard let report = report ?? nil else { throw DemoError("the supervisor of the demo no longer answers") }
        if let failure = report.failure { throw DemoError(failure) }
        return report.state ?? DemoState(revision: 0, balancing: deployment.balancing, targets: [])
    }
}

/// A flag that can be set once.
private final class Flag: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }

    func set() { value.store(true, ordering: .relaxed) }
}
