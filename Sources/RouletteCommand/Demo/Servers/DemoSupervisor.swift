import Console
import Foundation
import Synchronization

/// Runs a demo's servers in a process of its own, which outlives the program that started it just long enough to stop
/// them: however that program ends, its end of a pipe is closed.
struct DemoSupervisor {
    /// How long all servers may take until they answer and have found each other.
    private static let startTimeout: Duration = .seconds(15)
    /// How often new ports are chosen when another program took one of them.
    private static let portAttempts = 5
    /// How long starting takes at most.
    static let longestStart: Duration = startTimeout * (portAttempts + 1)

    let directory: String
    let plan: DemoPlan
    let program: String

    /// What the supervisor tells the program that started it, as one line of JSON.
    struct Report: Codable, Equatable {
        /// The servers, when all are up.
        var deployment: DemoDeployment?
        /// Their processes, by the servers' names.
        var pids: [String: pid_t]?
        /// How the servers are, in answer to a request.
        var nodes: DemoNodeList?
        /// Why there are none, or why what was asked for was not done.
        var failure: String?
    }

    /// What that program asks, as one line of JSON. Without an action it only wants to know how the servers are.
    struct Request: Codable, Equatable {
        var action: DemoAction?
        var node: String?
    }

    /// Starts the servers, reports, and stops them when the pipe at the standard input ends or on SIGTERM.
    func run() {
        StopSignals.install()
        var children: [pid_t] = []
        do {
            let (deployment, pids) = try start(&children)
            send(Report(deployment: deployment, pids: pids))
            var processes = DemoProcesses(deployment: deployment, pids: pids, supervisor: self)
            var requests = LineSplitter(limit: 1 << 16)
            while let lines = nextRequests(&requests, within: .milliseconds(500)) {
                Self.reap()
                for line in lines { send(processes.answer(line)) }
                children = processes.pids
            }
        } catch {
            send(Report(failure: error.description))
        }
        DemoServers(directory: directory).stopAndRemove(children: children)
        Self.reap()
    }

    // MARK: Starting

    private func start(_ children: inout [pid_t]) throws(CommandFailure) -> (DemoDeployment, [String: pid_t]) {
        let token = DemoPlan.makeToken()
        for attempt in 1... {
            let ports = try LoopbackPorts.free(plan.portCount)
            let deployment = plan.deployment(in: directory, ports: ports, token: token)
            try writeFiles(deployment)
            var pids: [String: pid_t] = [:]
            for node in deployment.nodes { pids[node.name] = try start(node) }
            children = Array(pids.values)
            guard let failed = try waitUntilReady(deployment, pids) else { return (deployment, pids) }

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

    private func writeFiles(_ deployment: DemoDeployment) throws(CommandFailure) {
        var files = [(deployment.profileFile, deployment.profile)]
        for cluster in deployment.clusters {
            for node in cluster.nodes {
                files.append((node.configurationFile, cluster.configuration(of: node, token: deployment.token)))
            }
        }
        for node in deployment.nodes { unlink(node.logFile) }
        for (path, text) in files {
            // With the token in it: never readable for others, not even for a moment.
            let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw .failed("\(path) cannot be written: \(String(cString: strerror(errno)))") }
            let failed = FileDescriptors.writeAll(Array(text.utf8), to: descriptor)
            let closed = close(descriptor) == 0 ? nil : errno
            if let number = failed ?? closed {
                throw .failed("\(path) cannot be written: \(String(cString: strerror(number)))")
            }
        }
    }

    func start(_ node: DemoDeployment.Node) throws(CommandFailure) -> pid_t {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        // What it says before it has read where to log goes to the same file.
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

    /// - Returns: a server that ended, or nil when all are up and have found each other.
    private func waitUntilReady(
        _ deployment: DemoDeployment,
        _ pids: [String: pid_t]
    ) throws(CommandFailure) -> DemoDeployment.Node? {
        let end = ContinuousClock.now + Self.startTimeout
        var waiting = deployment.nodes
        while !waiting.isEmpty {
            for node in waiting where waitpid(pids[node.name] ?? 0, nil, WNOHANG) != 0 { return node }
            waiting.removeAll { node in
                // Another program may have got the port; it is not one of ours then.
                guard let health = ServerHealth.read(monitorPort: node.monitorPort) else { return false }
                return health.serverName == node.name && health.routes >= plan.nodes - 1
            }
            if waiting.isEmpty { break }
            guard ContinuousClock.now < end else {
                throw .failed("nats-server \(waiting[0].name) is not ready after \(Self.startTimeout); see \(waiting[0].logFile)")
            }
            if shouldStop(within: .milliseconds(30)) { throw .failed("stopped while starting") }
        }
        return nil
    }

    // MARK: Supervising

    /// Waits for the end of the pipe, something in it, or a signal.
    private func shouldStop(within duration: Duration) -> Bool {
        if StopSignals.arrived { return true }
        var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
        let milliseconds = Int32(duration / .milliseconds(1))
        guard poll(&input, 1, milliseconds) > 0 else { return StopSignals.arrived }
        return true
    }

    /// Waits for requests, at most this long.
    /// - Returns: Nil at the end of the pipe or after a signal.
    private func nextRequests(_ lines: inout LineSplitter, within duration: Duration) -> [[UInt8]]? {
        guard shouldStop(within: duration) else { return [] }
        guard !StopSignals.arrived, let chunk = try? FileDescriptors.readSome(STDIN_FILENO), !chunk.isEmpty else { return nil }
        // A line that is too long is nobody's request: as if the pipe had ended.
        return try? lines.append(chunk)
    }

    /// Takes note of servers that have ended, so that the kernel can forget them.
    static func reap() {
        while waitpid(-1, nil, WNOHANG) > 0 {}
    }

    private func send(_ report: Report) {
        // A program that is gone needs no report; its pipe says so next.
        guard let line = try? JSONEncoder().encode(report) else { return }
        _ = FileDescriptors.writeAll(Array(line) + [UInt8(ascii: "\n")], to: STDOUT_FILENO)
    }
}

/// Signals that ask the supervisor to stop. It runs on one thread, so a flag and an interrupted `poll` are enough.
private enum StopSignals {
    private static let flag = Atomic(false)

    static var arrived: Bool { flag.load(ordering: .relaxed) }

    static func install() {
        // Made here, since a signal handler must not be the first to touch it.
        flag.store(false, ordering: .relaxed)
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number) { _ in StopSignals.flag.store(true, ordering: .relaxed) }
        }
    }
}
