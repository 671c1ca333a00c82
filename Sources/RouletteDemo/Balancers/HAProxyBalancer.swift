import CommandSupport
import Foundation

/// A HAProxy process.
struct HAProxyBalancer: DemoBalancer {
    private typealias Backend = DemoDeployment.Cluster.Backend

    /// The cluster that the balancer belongs to.
    let cluster: DemoDeployment.Cluster
    /// The first process. It may have been started again by hand.
    let pid: pid_t

    private var process: DemoProcess { cluster.balancer.process }

    func lead(to other: DemoDeployment.Cluster?) throws(CommandError) {
        let own = cluster.nodes.map(\.name)
        guard let other else {
            try instruct(own.map { "disable server \(Backend.nodes.rawValue)/\($0)" } + Self.closing(own))
            return
        }
        var commands: [String] = []
        // All clusters have the same number of nodes.
        for (name, node) in zip(own, other.nodes) {
            let (server, monitor) = ("\(Backend.nodes.rawValue)/\(name)", "\(Backend.monitoring.rawValue)/\(name)")
            commands += [
                "set server \(server) addr 127.0.0.1 port \(node.port)",
                "set server \(server) check-port \(node.monitorPort)",
                "set server \(monitor) addr 127.0.0.1 port \(node.monitorPort)",
                "enable server \(server)",
            ]
        }
        try instruct(commands + Self.closing(own))
    }

    private static func closing(_ nodes: [String]) -> [String] {
        Backend.allCases.flatMap { backend in nodes.map { "shutdown sessions server \(backend.rawValue)/\($0)" } }
    }

    private func instruct(_ commands: [String]) throws(CommandError) {
        let socket = HAProxySocket(path: process.socketName)
        // The socket's buffer for commands has 16 KiB.
        for command in commands { try socket.send(command) }
    }

    func freeze() {
        for process in running { kill(process.pid, SIGSTOP) }
    }

    func thaw() {
        for process in running { kill(process.pid, SIGCONT) }
    }

    var isFrozen: Bool { running.contains { ProcessTable.isStopped($0.pid) } }

    private var running: [DemoProcessList.Running] {
        DemoProcessList(directory: process.directory).running(process, children: [pid])
    }
}
