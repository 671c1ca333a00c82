import CommandSupport
import Console
import Foundation

/// Causes and undoes the faults of a running demo, and reports its state.
struct DemoFaults {
    /// The time limit for a stopped server to end, and for a started server to answer.
    private static let patience: Duration = .seconds(2)

    private var parts: DemoParts
    /// The nodes that were asked to leave their cluster. Such a node ends by itself.
    private var lameDucks: Set<String> = []
    /// The faults of balancers that their processes do not show.
    private var balancerFaults: [String: DemoFault] = [:]
    /// The names of the links that are cut.
    private var cutLinks: Set<String> = []
    /// The number of answers so far.
    private var revision = 0

    init(_ parts: DemoParts) {
        self.parts = parts
    }

    /// The ids of all processes that were started.
    var pids: [pid_t] { Array(parts.pids.values) }

    /// Carries out a request, and reports the state of the demo.
    mutating func answer(_ line: [UInt8]) async -> DemoSupervisor.Report {
        do {
            let request = try JSONDecoder().decode(DemoSupervisor.Request.self, from: Data(line))
            if let action = request.action { try await perform(action) }
            revision += 1
            let state = DemoState(revision: revision, balancing: parts.deployment.balancing, targets: targets)
            return DemoSupervisor.Report(state: state)
        } catch {
            return DemoSupervisor.Report(failure: "\(error)")
        }
    }

    // MARK: State

    /// The targets with the faults in effect. Processes are looked at, since they can be stopped from a shell.
    private var targets: [DemoTarget] {
        parts.deployment.clusters.flatMap { cluster in
            cluster.nodes.map { DemoTarget(.node, $0.name, cluster: cluster.name, address: $0.address, fault: fault(of: $0)) }
                + [
                    DemoTarget(
                        .balancer,
                        cluster.name,
                        cluster: cluster.name,
                        address: cluster.balancer.address,
                        fault: fault(ofBalancer: cluster.name)
                    )
                ]
                + cluster.links.map { link in
                    DemoTarget(.routes, link.name, cluster: cluster.name, fault: cutLinks.contains(link.name) ? .cutRoutes : nil)
                }
        }
    }

    private func fault(of node: DemoDeployment.Node) -> DemoFault? {
        if lameDucks.contains(node.name) { return .lameDuck }
        let servers = running(node)
        if servers.isEmpty { return .kill }
        return servers.contains { ProcessTable.isStopped($0.pid) } ? .freeze : nil
    }

    private func fault(ofBalancer cluster: String) -> DemoFault? {
        parts.balancers[cluster]?.isFrozen == true ? .freezeBalancer : balancerFaults[cluster]
    }

    private func running(_ node: DemoDeployment.Node) -> [DemoProcessList.Running] {
        DemoProcessList(directory: parts.deployment.directory)
            .running(node.process, children: parts.pids[node.process].map { [$0] } ?? [])
    }

    // MARK: Actions

    private mutating func perform(_ action: DemoAction) async throws(CommandError) {
        let (name, isUndoing) = (action.target, action.isUndoing)
        switch action.fault {
        case .kill, .freeze, .lameDuck, .restart:
            guard let node = parts.deployment.nodes.first(where: { $0.name == name }) else {
                throw .failed("the demo has no node \(name)")
            }
            if isUndoing { try await repair(node) } else { try await harm(node, action.fault) }
        case .freezeBalancer, .removeNodes, .leadAstray:
            guard let index = parts.deployment.clusters.firstIndex(where: { $0.name == name }),
                let balancer = parts.balancers[name]
            else { throw .failed("the demo has no balancer of \(name)") }
            try change(balancer, ofCluster: index, isUndoing ? nil : action.fault)
        case .cutRoutes:
            let links = parts.deployment.clusters.flatMap(\.links)
            guard let link = links.first(where: { $0.name == name }), let forwarder = parts.links[name] else {
                throw .failed("the demo has no routes between \(name)")
            }
            forwarder.lead(to: isUndoing ? [link.targetPort] : [])
            if isUndoing { cutLinks.remove(name) } else { cutLinks.insert(name) }
        case .otherRing:
            // The program is part of the workload, which does not run in this process.
            throw .failed("the supervisor of the demo runs no programs")
        }
    }

    private mutating func harm(_ node: DemoDeployment.Node, _ fault: DemoFault) async throws(CommandError) {
        let servers = running(node)
        switch fault {
        case .kill: stop(servers, with: SIGKILL)
        case .freeze: for server in servers { kill(server.pid, SIGSTOP) }
        case .lameDuck:
            // The same as `nats-server --signal ldm=PID`.
            for server in servers { kill(server.pid, SIGUSR2) }
            if !servers.isEmpty { lameDucks.insert(node.name) }
        default:
            stop(servers, with: SIGTERM)
            try await start(node)
        }
    }

    /// Makes a node run again, whatever its fault is.
    private mutating func repair(_ node: DemoDeployment.Node) async throws(CommandError) {
        var servers = running(node)
        if lameDucks.contains(node.name) {
            // A server cannot leave the mode.
            stop(servers, with: SIGKILL)
            servers = []
        }
        for server in servers { kill(server.pid, SIGCONT) }
        if servers.isEmpty { try await start(node) }
        lameDucks.remove(node.name)
    }

    private mutating func change(
        _ balancer: any DemoBalancer,
        ofCluster index: Int,
        _ fault: DemoFault?
    ) throws(CommandError) {
        let clusters = parts.deployment.clusters
        let cluster = clusters[index]
        if balancer.isFrozen {
            // A suspended balancer carries out no command.
            guard fault == nil else { throw .failed("the balancer of \(cluster.name) is frozen") }
            return balancer.thaw()
        }
        switch fault {
        case .freezeBalancer: return balancer.freeze()
        case .removeNodes: try balancer.lead(to: nil)
        case .leadAstray: try balancer.lead(to: clusters[(index + 1) % clusters.count])
        default: try balancer.lead(to: cluster)
        }
        balancerFaults[cluster.name] = fault
    }

    // MARK: Processes

    private func stop(_ servers: [DemoProcessList.Running], with signal: Int32) {
        for server in servers {
            kill(server.pid, signal)
            // A frozen process handles the signal only after it is continued.
            kill(server.pid, SIGCONT)
        }
        for server in servers where !ChildProcess.wait(for: server.pid, timeout: Self.patience) {
            kill(server.pid, SIGKILL)
            _ = ChildProcess.wait(for: server.pid, timeout: Self.patience)
        }
        // A server that was started by hand is not a child of this process, so it cannot be waited for.
        let end = ContinuousClock.now + Self.patience
        while servers.contains(where: \.isRunning), ContinuousClock.now < end {
            usleep(5_000)
        }
    }

    private mutating func start(_ node: DemoDeployment.Node) async throws(CommandError) {
        let pid = try parts.launcher.start(node.process)
        parts.pids[node.process] = pid
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
}
