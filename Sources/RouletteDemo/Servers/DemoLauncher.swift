import CommandSupport
import Foundation
import NIOCore

/// The running parts of a demo.
struct DemoParts: Sendable {
    let deployment: DemoDeployment
    let launcher: DemoLauncher
    /// The processes that were started.
    var pids: [DemoProcess: pid_t]
    /// The balancers by the names of their clusters.
    let balancers: [String: any DemoBalancer]
    /// The ways between servers, by their names.
    let links: [String: TCPForwarder]
}

/// Starts the servers and balancers of a demo.
struct DemoLauncher: Sendable {
    /// The time limit for the servers to answer and to connect to each other.
    static let timeout: Duration = .seconds(15)
    /// The time during which a connection to a server that does not listen yet is tried again. The servers start in any order,
    /// and a server waits a second before it tries again.
    private static let patience: TimeAmount = .seconds(1)

    /// The reason why a demo did not start.
    struct Failure: Error {
        let description: String
        /// Whether another program has one of the ports, so that other ports may help.
        var isPortInUse = false
    }

    private let deployment: DemoDeployment
    private let programs: DemoPrograms
    private var processes: [DemoProcess: pid_t] = [:]
    private var forwarders: [TCPForwarder] = []
    private var ownBalancers: [OwnBalancer] = []

    init(_ deployment: DemoDeployment, _ programs: DemoPrograms) {
        self.deployment = deployment
        self.programs = programs
    }

    /// The ids of all processes that were started.
    var pids: [pid_t] { Array(processes.values) }

    /// Starts everything. Returns when all servers answer, have routes to each other, and are behind their balancers.
    mutating func launch(_ input: SupervisorInput) async throws(Failure) -> DemoParts {
        try writeFiles()
        var links: [String: TCPForwarder] = [:]
        var balancers: [String: any DemoBalancer] = [:]
        for cluster in deployment.clusters {
            for link in cluster.links {
                let forwarder = try await listening { () async throws in
                    try await TCPForwarder.listen(on: link.port, to: [link.targetPort], patience: Self.patience)
                }
                forwarders.append(forwarder)
                links[link.name] = forwarder
            }
            for node in cluster.nodes { processes[node.process] = try launched(node.process) }
            if deployment.balancing == .haProxy {
                let pid = try launched(cluster.balancer.process)
                processes[cluster.balancer.process] = pid
                balancers[cluster.name] = HAProxyBalancer(cluster: cluster, pid: pid)
            } else {
                let balancer = try await listening { () async throws in try await OwnBalancer(cluster) }
                ownBalancers.append(balancer)
                balancers[cluster.name] = balancer
            }
        }
        try await waitUntilReady(input)
        return DemoParts(deployment: deployment, launcher: self, pids: processes, balancers: balancers, links: links)
    }

    private func launched(_ process: DemoProcess) throws(Failure) -> pid_t {
        do throws(CommandError) {
            return try start(process)
        } catch {
            throw Failure(description: error.description)
        }
    }

    private func listening<Listener>(_ listen: () async throws -> Listener) async throws(Failure) -> Listener {
        do {
            return try await listen()
        } catch {
            throw Failure(
                description: "cannot listen on 127.0.0.1: \(error)",
                isPortInUse: (error as? IOError)?.errnoCode == EADDRINUSE
            )
        }
    }

    /// Stops everything that was started.
    func stop() async {
        for pid in pids {
            kill(pid, SIGKILL)
            _ = ChildProcess.wait(for: pid, timeout: .seconds(2))
        }
        for forwarder in forwarders { await forwarder.close() }
        for balancer in ownBalancers { await balancer.close() }
    }

    /// Starts a server or a HAProxy.
    func start(_ process: DemoProcess) throws(CommandError) -> pid_t {
        let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        // Output before the server has opened its log goes to the same file.
        let log = open(process.logFile, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard log >= 0 else { throw .failed("\(process.logFile) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(log) }
        let pid = try ChildProcess.start(
            programs.path(of: process.program),
            process.arguments,
            name: process.program.rawValue,
            streams: .init(input: nothing, output: log, error: log),
            ownSession: false
        )
        // nats-server writes its own file. HAProxy writes one only as a daemon.
        if process.program == .haProxy { try Self.write("\(pid)\n", to: process.pidFile) }
        return pid
    }

    // MARK: Files

    private func writeFiles() throws(Failure) {
        var files = [(deployment.profileFile, deployment.profile)]
        let hasRoutePools = programs.findRoutePools()
        for cluster in deployment.clusters {
            for node in cluster.nodes {
                unlink(node.logFile)
                let passwords = deployment.passwords
                let text = cluster.configuration(of: node, passwords: passwords, hasRoutePools: hasRoutePools)
                files.append((node.configurationFile, text))
            }
            if deployment.balancing == .haProxy {
                unlink(cluster.balancer.process.logFile)
                files.append((cluster.balancer.configurationFile, cluster.haProxyConfiguration))
            }
        }
        do throws(CommandError) {
            for (path, text) in files { try Self.write(text, to: path) }
        } catch {
            throw Failure(description: error.description)
        }
    }

    private static func write(_ text: String, to path: String) throws(CommandError) {
        // The file may contain passwords, so it is created readable for this user only.
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .failed("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        let failed = FileDescriptors.writeAll(Array(text.utf8), to: descriptor)
        let closed = close(descriptor) == 0 ? nil : errno
        if let number = failed ?? closed {
            throw .failed("\(path) cannot be written: \(String(cString: strerror(number)))")
        }
    }

    // MARK: Waiting

    private func waitUntilReady(_ input: SupervisorInput) async throws(Failure) {
        let end = ContinuousClock.now + Self.timeout
        var waiting = Set(processes.keys)
        while true {
            for process in waiting where waitpid(processes[process] ?? 0, nil, WNOHANG) != 0 {
                throw Self.failure(of: process)
            }
            for cluster in deployment.clusters {
                if waiting.contains(cluster.balancer.process), cluster.isBalancerReady {
                    waiting.remove(cluster.balancer.process)
                }
                for node in cluster.nodes where waiting.contains(node.process) {
                    // Without pools there is one route for each pair.
                    if let status = await node.status(), status.routes >= cluster.nodes.count - 1 { waiting.remove(node.process) }
                }
            }
            guard let late = waiting.first else { return }
            guard ContinuousClock.now < end else {
                let program = late.program.rawValue
                throw Failure(description: "\(program) \(late.name) is not ready after \(Self.timeout); see \(late.logFile)")
            }
            if input.isStopping(within: .milliseconds(30)) { throw Failure(description: "stopped while starting") }
        }
    }

    private static func failure(of process: DemoProcess) -> Failure {
        let log = (try? String(contentsOfFile: process.logFile, encoding: .utf8)) ?? ""
        let reason = log.split(separator: "\n").last.map(String.init) ?? "it wrote no log"
        return Failure(
            description: "\(process.program.rawValue) \(process.name) did not start: \(reason)",
            isPortInUse: log.lowercased().contains("address already in use")
        )
    }
}

extension DemoDeployment.Cluster {
    /// Whether HAProxy accepts commands.
    fileprivate var isBalancerReady: Bool {
        (try? HAProxySocket(path: balancer.process.socketName).send("show info")) != nil
    }
}
