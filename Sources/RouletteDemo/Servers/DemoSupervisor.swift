import CommandSupport
import Console
import Foundation

/// Runs a demo's servers and balancers in a separate process. When the program that started the supervisor ends for any reason,
/// its end of a pipe is closed. The supervisor then stops the servers and balancers and ends.
package struct DemoSupervisor: Sendable {
    /// The maximum number of attempts to choose ports, in case another program takes one of them.
    private static let portAttempts = 5
    /// The maximum time for starting.
    static let longestStart: Duration = DemoLauncher.timeout * (portAttempts + 1)

    let directory: String
    let plan: DemoPlan
    let programs: DemoPrograms

    /// Creates a supervisor for a new demo.
    ///
    /// - Parameters:
    ///   - directory: The demo's directory.
    ///   - plan: The number of servers.
    ///   - programs: The programs to run.
    package init(directory: String, plan: DemoPlan, programs: DemoPrograms) {
        self.directory = directory
        self.plan = plan
        self.programs = programs
    }

    /// A message to the program that started the supervisor, as one line of JSON.
    struct Report: Codable, Equatable {
        /// The servers and balancers, once all are ready.
        var deployment: DemoDeployment?
        /// The process ids of servers, by name, and of HAProxy processes, by the name of the cluster.
        var pids: [String: pid_t]?
        /// The state of the demo, in answer to a request.
        var state: DemoState?
        /// The reason why the demo did not start or the request failed.
        var failure: String?
    }

    /// A request of that program, as one line of JSON. Without an action it only asks for the state of the demo.
    struct Request: Codable, Equatable {
        var action: DemoAction?
    }

    /// Starts the servers and balancers, answers requests, and stops everything when the pipe at standard input ends or a signal
    /// arrives.
    package func run() async {
        var children: [pid_t] = []
        // Sockets of balancers have paths that are relative to the directory.
        if chdir(directory) == 0 {
            do throws(CommandError) {
                var input = SupervisorInput(signals: try SupervisorSignals.install())
                let parts = try await start(&children, input)
                let pids = Dictionary(uniqueKeysWithValues: parts.pids.map { ($0.key.name, $0.value) })
                send(Report(deployment: parts.deployment, pids: pids))
                var faults = DemoFaults(parts)
                // This process has nothing else to do, so it blocks its thread while it waits.
                while let lines = input.nextRequests(within: .milliseconds(500)) {
                    Self.reap()
                    for line in lines { send(await faults.answer(line)) }
                    children = faults.pids
                }
            } catch {
                send(Report(failure: error.description))
            }
        } else {
            send(Report(failure: "\(directory) cannot be entered: \(String(cString: strerror(errno)))"))
        }
        DemoProcessList(directory: directory).stopAndRemove(children: children)
        Self.reap()
    }

    private func start(_ children: inout [pid_t], _ input: SupervisorInput) async throws(CommandError) -> DemoParts {
        let passwords = DemoPasswords.random()
        for attempt in 1... {
            let ports = try LoopbackPorts.free(plan.portCount)
            let balancing: DemoBalancing = programs.haProxy == nil ? .own : .haProxy
            let deployment = plan.deployment(in: directory, balancing: balancing, ports: ports, passwords: passwords)
            var launcher = DemoLauncher(deployment, programs)
            do throws(DemoLauncher.Failure) {
                let parts = try await launcher.launch(input)
                children = launcher.pids
                return parts
            } catch {
                children = launcher.pids
                guard error.isPortInUse, attempt < Self.portAttempts else { throw .failed(error.description) }
                await launcher.stop()
                children = []
            }
        }
        // The loop ends only by returning or throwing.
        throw .failed("the servers did not start")
    }

    /// Collects the exit statuses of processes that have ended.
    static func reap() {
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }

    private func send(_ report: Report) {
        // A failed write means that the program has ended. The next read then ends the supervisor.
        guard let line = try? JSONEncoder().encode(report) else { return }
        _ = FileDescriptors.writeAll(Array(line) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    }
}
