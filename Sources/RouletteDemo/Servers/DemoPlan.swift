package import CommandSupport
import Console
import TextCoding

/// The number of servers of a demo.
package struct DemoPlan: Equatable, Codable, Sendable {
    /// Names of the clusters, in ring order.
    static let clusterNames = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    /// The largest number of nodes in a cluster.
    static let maximumNodes = 5

    /// The number of clusters, 1 to 8.
    package let clusters: Int
    /// The number of servers in each cluster, 1 to 5.
    package let nodes: Int

    /// Creates a plan.
    /// - Throws: ``CommandError`` of kind usage if a number is out of bounds.
    package init(clusters: Int, nodes: Int) throws(CommandError) {
        guard (1...Self.clusterNames.count).contains(clusters) else {
            throw .usage("--clusters is \(clusters), use 1 to \(Self.clusterNames.count)")
        }
        guard (1...Self.maximumNodes).contains(nodes) else {
            throw .usage("--nodes is \(nodes), use 1 to \(Self.maximumNodes)")
        }
        self.clusters = clusters
        self.nodes = nodes
    }

    /// Returns the servers and balancers with these ports.
    ///
    /// - Precondition: There are `portCount` ports.
    func deployment(
        in directory: String,
        balancing: DemoBalancing,
        ports: [Int],
        passwords: DemoPasswords
    ) -> DemoDeployment {
        precondition(ports.count == portCount)
        var ports = ports[...]
        let clusters = Self.clusterNames.prefix(clusters).map { cluster in
            let nodes = (1...nodes).map { number in
                DemoDeployment.Node(
                    name: "\(cluster)-\(number)",
                    directory: directory,
                    port: ports.removeFirst(),
                    monitorPort: ports.removeFirst(),
                    routePort: ports.removeFirst()
                )
            }
            return DemoDeployment.Cluster(
                name: cluster,
                balancer: DemoDeployment.Balancer(
                    name: cluster,
                    directory: directory,
                    port: ports.removeFirst(),
                    monitorPort: ports.removeFirst()
                ),
                nodes: nodes,
                links: nodes.enumerated().flatMap { index, source in
                    nodes[(index + 1)...].map { target in
                        DemoDeployment.Link(
                            source: source.name,
                            target: target.name,
                            port: ports.removeFirst(),
                            targetPort: target.routePort
                        )
                    }
                }
            )
        }
        return DemoDeployment(directory: directory, balancing: balancing, clusters: clusters, passwords: passwords)
    }

    /// Returns a random password of 128 bits.
    static func makePassword() -> String {
        (0..<2).map { _ in hexadecimal(UInt64.random(in: .min ... .max), digits: 16, uppercase: false) }.joined()
    }

    /// The number of ports that the demo listens on: three for each server, two for each balancer, one for each pair of servers.
    var portCount: Int { clusters * (nodes * 3 + 2 + nodes * (nodes - 1) / 2) }
}
