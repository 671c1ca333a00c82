import CommandSupport
import Console
import Foundation

/// The supervisor's servers while the demo runs. It reports their states and stops and starts them.
struct DemoProcesses {
    /// The time limit for a killed server to end, and for a started server to answer.
    private static let patience: Duration = .seconds(2)

    let deployment: DemoDeployment
    let supervisor: DemoSupervisor
    private var pidsByNode: [String: pid_t]
    /// The number of answers so far.
    private var revision = 0

    init(deployment: DemoDeployment, pids: [String: pid_t], supervisor: DemoSupervisor) {
        self.deployment = deployment
        self.supervisor = supervisor
        pidsByNode = pids
    }

    /// The ids of all processes that were started.
    var pids: [pid_t] { Array(pidsByNode.values) }

    /// Carries out a request, and reports the state of all servers.
    mutating func answer(_ line: [UInt8]) async -> DemoSupervisor.Report {
        do {
            let request = try JSONDecoder().decode(DemoSupervisor.Request.self, from: Data(line))
            if let action = request.action {
                guard let node = deployment.nodes.first(where: { $0.name == request.node }) else {
                    return DemoSupervisor.Report(failure: "the demo has no node \(request.node ?? "")")
                }
                try await perform(action, on: node)
            }
            revision += 1
            return DemoSupervisor.Report(nodes: DemoNodeList(revision: revision, nodes: nodes))
        } catch {
            return DemoSupervisor.Report(failure: "\(error)")
        }
    }

    private mutating func perform(_ action: DemoAction, on node: DemoDeployment.Node) async throws(CommandError) {
        let servers = running(node)
        switch action {
        case .stop: stop(servers)
        case .freeze: for server in servers { kill(server.pid, SIGSTOP) }
        case .thaw: for server in servers { kill(server.pid, SIGCONT) }
        case .start: if servers.isEmpty { try await start(node) }
        }
    }

    private func stop(_ servers: [DemoServers.Server]) {
        for server in servers { kill(server.pid, SIGKILL) }
        for server in servers { _ = ChildProcess.wait(for: server.pid, timeout: Self.patience) }
        // A server that was started by hand is not a child of this process, so it cannot be waited for.
        let end = ContinuousClock.now + Self.patience
        while servers.contains(where: \.isRunning), ContinuousClock.now < end {
            usleep(5_000)
        }
    }

    private mutating func start(_ node: DemoDeployment.Node) async throws(CommandError) {
        let pid = try supervisor.start(node)
        pidsByNode[node.name] = pid
        let end = ContinuousClock.now + Self.patience
        while ContinuousClock.now < end {
            if waitpid(pid, nil, WNOHANG) == pid {
                let log = (try? String(contentsOfFile: node.logFile, encoding: .utf8)) ?? ""
                throw .failed("\(node.name) did not start: \(log.split(separator: "\n").last ?? "it wrote no log")")
            }
            if await node.status() != nil { return }
            usleep(20_000)
        }
        // The server is slow to answer. Its state shows that it runs.
    }

    private func running(_ node: DemoDeployment.Node) -> [DemoServers.Server] {
        DemoServers(directory: deployment.directory).running(node.name, children: pidsByNode[node.name].map { [$0] } ?? [])
    }

    private var nodes: [DemoNode] {
        deployment.clusters.flatMap { cluster in
            cluster.nodes.map { node in
                let servers = running(node)
                let isFrozen = servers.contains { ProcessTable.isStopped($0.pid) }
                let state: DemoNode.State = servers.isEmpty ? .stopped : isFrozen ? .frozen : .running
                return DemoNode(name: node.name, cluster: cluster.name, address: node.address, state: state)
            }
        }
    }
}
