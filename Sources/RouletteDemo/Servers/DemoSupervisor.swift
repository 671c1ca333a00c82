import CommandSupport
import Console
import Foundation

/// Runs a demo's servers in a separate process. When the program that started the supervisor ends for any reason, its end of a
/// pipe is closed. The supervisor then stops the servers and ends.
package struct DemoSupervisor: Sendable {
    /// The time limit for the servers to answer and to connect to each other.
    private static let startTimeout: Duration = .seconds(15)
    /// The maximum number of attempts to choose ports, in case another program takes one of them.
    private static let portAttempts = 5
    /// The maximum time for starting.
    static let longestStart: Duration = startTimeout * (portAttempts + 1)

    let directory: String
    let plan: DemoPlan
    let program: String

    /// Creates a supervisor for a new demo.
    ///
    /// - Parameters:
    ///   - directory: The demo's directory.
    ///   - plan: The number of servers.
    ///   - program: The path of nats-server.
    package init(directory: String, plan: DemoPlan, program: String) {
        self.directory = directory
        self.plan = plan
        self.program = program
    }

    /// A message to the program that started the supervisor, as one line of JSON.
    struct Report: Codable, Equatable {
        /// The servers, once all are ready.
        var deployment: DemoDeployment?
        /// Their process ids, by the servers' names.
        var pids: [String: pid_t]?
        /// The state of the servers, in answer to a request.
        var nodes: DemoNodeList?
        /// The reason why the servers did not start or the request failed.
        var failure: String?
    }

    /// A request of that program, as one line of JSON. Without an action it only asks for the state of the servers.
    struct Request: Codable, Equatable {
        var action: DemoAction?
        var node: String?
    }

    /// Starts the servers, answers requests, and stops the servers when the pipe at standard input ends or a signal arrives.
    package func run() async {
        var children: [pid_t] = []
        do throws(CommandError) {
            var input = SupervisorInput(signals: try SupervisorSignals.install())
            let (deployment, pids) = try await start(&children, input)
            send(Report(deployment: deployment, pids: pids))
            var processes = DemoProcesses(deployment: deployment, pids: pids, supervisor: self)
            // This process has nothing else to do, so it blocks its thread while it waits.
            while let lines = input.nextRequests(within: .milliseconds(500)) {
                Self.reap()
                for line in lines { send(await processes.answer(line)) }
                children = processes.pids
            }
        } catch {
            send(Report(failure: error.description))
        }
        DemoServers(directory: directory).stopAndRemove(children: children)
        Self.reap()
    }

    // MARK: Starting

    private func start(
        _ children: inout [pid_t],
        _ input: SupervisorInput
    ) async throws(CommandError) -> (DemoDeployment, [String: pid_t]) {
        let token = DemoPlan.makeToken()
        for attempt in 1... {
            let ports = try LoopbackPorts.free(plan.portCount)
            let deployment = plan.deployment(in: directory, ports: ports, token: token)
            try writeFiles(deployment)
            var pids: [String: pid_t] = [:]
            for node in deployment.nodes { pids[node.name] = try start(node) }
            children = Array(pids.values)
            guard let failed = try await waitUntilReady(deployment, pids, input) else { return (deployment, pids) }

            let log = (try? String(contentsOfFile: failed.logFile, encoding: .utf8)) ?? ""
            guard log.contains("address already in use"), attempt < Self.portAttempts else {
                let reason = log.split(separator: "\n").last.map(String.init) ?? "it wrote no log"
                throw .failed("nats-server \(failed.name) did not start: \(reason)")
            }
            for pid in children {
                kill(pid, SIGKILL)
                _ = ChildProcess.wait(for: pid, timeout: .seconds(2))
            }
            children = []
        }
        // The loop ends only by returning or throwing.
        throw .failed("the servers did not start")
    }

    private func writeFiles(_ deployment: DemoDeployment) throws(CommandError) {
        var files = [(deployment.profileFile, deployment.profile)]
        for cluster in deployment.clusters {
            for node in cluster.nodes {
                files.append((node.configurationFile, cluster.configuration(of: node, token: deployment.token)))
            }
        }
        for node in deployment.nodes { unlink(node.logFile) }
        for (path, text) in files {
            // The file contains the token, so it is created readable for this user only.
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .failed("\(path) cannot be written: \(String(cString: strerror(errno)))") }
            let failed = FileDescriptors.writeAll(Array(text.utf8), to: descriptor)
            let closed = close(descriptor) == 0 ? nil : errno
            if let number = failed ?? closed {
                throw .failed("\(path) cannot be written: \(String(cString: strerror(number)))")
            }
        }
    }

    func start(_ node: DemoDeployment.Node) throws(CommandError) -> pid_t {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        // Output before the server has opened its log goes to the same file.
        let log = open(node.logFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw .failed("\(node.logFile) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(log) }
        return try ChildProcess.start(
            program,
            ["-c", node.configurationFile],
            name: "nats-server",
            streams: .init(input: nothing, output: log, error: log),
            ownSession: false
        )
    }

    /// Waits until all servers answer and are connected to each other.
    /// - Returns: A server that ended while starting; nil if all are ready.
    private func waitUntilReady(
        _ deployment: DemoDeployment,
        _ pids: [String: pid_t],
        _ input: SupervisorInput
    ) async throws(CommandError) -> DemoDeployment.Node? {
        let end = ContinuousClock.now + Self.startTimeout
        var waiting = deployment.nodes
        while !waiting.isEmpty {
            for node in waiting where waitpid(pids[node.name] ?? 0, nil, WNOHANG) != 0 { return node }
            for node in waiting {
                if let status = await node.status(), status.routes >= plan.nodes - 1 { waiting.removeAll { $0 == node } }
            }
            if waiting.isEmpty { break }
            guard ContinuousClock.now < end else {
                throw .failed("nats-server \(waiting[0].name) is not ready after \(Self.startTimeout); see \(waiting[0].logFile)")
            }
            if input.isStopping(within: .milliseconds(30)) { throw .failed("stopped while starting") }
        }
        return nil
    }

    // MARK: Supervising

    /// Collects the exit statuses of servers that have ended.
    static func reap() {
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }

    private func send(_ report: Report) {
        // A failed write means that the program has ended. The next read then ends the supervisor.
        guard let line = try? JSONEncoder().encode(report) else { return }
        _ = FileDescriptors.writeAll(Array(line) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    }
}
