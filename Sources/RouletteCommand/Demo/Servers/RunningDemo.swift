import Foundation

/// The servers of a demo as the program that shows them sees them.
struct RunningDemo: Sendable {
    /// The servers.
    let deployment: DemoDeployment
    /// Their first processes, by the servers' names.
    let pids: [String: pid_t]
    private let supervisor: pid_t
    /// Closed by ``stop()``, or by the kernel when this program ends in any other way.
    private let lifeline: Int32

    /// How long the supervisor may take to stop the servers, which get two seconds, and a second when they are killed.
    private static let stopTimeout: Duration = .seconds(10)

    /// Starts a supervisor, and waits until the servers are up.
    static func start(_ plan: DemoPlan, environment: [String: String]) throws(CommandFailure) -> RunningDemo {
        let program = try ServerProgram.find(environment: environment)
        let claim = try DemoDirectories(environment: environment).claim()
        // From here on the supervisor alone holds the lock.
        defer { close(claim.lock) }
        let lifeline = try FileDescriptors.pipe()
        let report = try FileDescriptors.pipe()
        defer {
            close(lifeline.read)
            close(report.read)
        }
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

        var line: [UInt8] = []
        while line.last != UInt8(ascii: "\n") {
            let chunk = try FileDescriptors.readSome(report.read)
            if chunk.isEmpty { break }
            line += chunk
        }
        let answer = try? JSONDecoder().decode(DemoSupervisor.Report.self, from: Data(line))
        guard let deployment = answer?.deployment, let pids = answer?.pids else {
            close(lifeline.write)
            _ = ChildProcess.wait(for: supervisor, timeout: stopTimeout)
            throw .failed("the demo did not start: \(answer?.failure ?? "its supervisor ended; see \(claim.path)")")
        }
        return RunningDemo(deployment: deployment, pids: pids, supervisor: supervisor, lifeline: lifeline.write)
    }

    /// Stops the servers and removes their files. Returns when nothing is left.
    func stop() {
        close(lifeline)
        _ = ChildProcess.wait(for: supervisor, timeout: Self.stopTimeout)
        // Should the supervisor itself have been killed.
        if access(deployment.directory, F_OK) == 0 { DemoServers(directory: deployment.directory).stopAndRemove() }
    }
}
