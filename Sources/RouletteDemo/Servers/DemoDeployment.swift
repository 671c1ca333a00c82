package import Console

/// The servers and balancers of a demo, with their ports and files.
package struct DemoDeployment: Equatable, Codable, Sendable {
    /// One NATS server.
    package struct Node: Equatable, Codable, Sendable {
        /// The server's name.
        package let name: String
        /// The demo's directory, which holds the server's files.
        let directory: String
        /// The port for clients.
        let port: Int
        /// The port of the HTTP monitoring.
        let monitorPort: Int
        /// The port for the other servers of its cluster.
        let routePort: Int

        /// The address for clients.
        package var address: String { "127.0.0.1:\(port)" }
        /// The URL of the HTTP monitoring.
        package var monitor: String { "http://127.0.0.1:\(monitorPort)" }
        /// The process of the server.
        var process: DemoProcess { DemoProcess(.natsServer, name, in: directory) }
        /// The server's configuration. Its path is an argument of the server's process, which identifies the process as the
        /// demo's.
        package var configurationFile: String { process.configurationFile }
        /// The server's log.
        var logFile: String { process.logFile }
    }

    /// The load balancer in front of a cluster.
    package struct Balancer: Equatable, Codable, Sendable {
        /// The name of the cluster.
        let name: String
        /// The demo's directory, which holds the balancer's files.
        let directory: String
        /// The port for clients, which leads to the nodes in turn.
        let port: Int
        /// The port of the HTTP monitoring, which leads to the monitoring of the nodes in turn.
        let monitorPort: Int

        /// The address for clients.
        package var address: String { "127.0.0.1:\(port)" }
        /// The URL of the HTTP monitoring.
        package var monitor: String { "http://127.0.0.1:\(monitorPort)" }
        /// The process, if the balancer is a HAProxy.
        var process: DemoProcess { DemoProcess(.haProxy, name, in: directory) }
        /// The configuration of HAProxy.
        package var configurationFile: String { process.configurationFile }
    }

    /// The way between two servers of a cluster. Their routes go through a forwarder of the demo, so that they can be cut.
    struct Link: Equatable, Codable, Sendable {
        /// The name of the server that connects.
        let source: String
        /// The name of the other server.
        let target: String
        /// The port of the forwarder.
        let port: Int
        /// The port that the forwarder leads to.
        let targetPort: Int

        /// The name of the link in the console.
        var name: String { "\(source) and \(target)" }
    }

    /// One cluster of servers behind a balancer.
    package struct Cluster: Equatable, Codable, Sendable {
        /// The cluster's name.
        package let name: String
        /// The balancer in front of it.
        package let balancer: Balancer
        /// Its servers.
        package let nodes: [Node]
        /// The ways between its servers, one for each pair.
        let links: [Link]
    }

    /// The private directory of this demo.
    package let directory: String
    /// The kind of the balancers.
    package let balancing: DemoBalancing
    /// The clusters in ring order.
    package let clusters: [Cluster]
    /// The passwords of this demo. They are in files that only this user can read, and on no command line.
    let passwords: DemoPasswords

    /// All servers.
    var nodes: [Node] { clusters.flatMap(\.nodes) }
    /// The profile of the demo, as a configuration for `--config`.
    package var profileFile: String { "\(directory)/roulette.toml" }
}
