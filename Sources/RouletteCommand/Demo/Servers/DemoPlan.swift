/// Which servers a demo is made of.
struct DemoPlan: Equatable, Codable {
    /// Names of the clusters, in ring order.
    static let clusterNames = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta"]
    /// The most nodes a cluster may have.
    static let maximumNodes = 5

    /// How many clusters, 1 to 8.
    let clusters: Int
    /// How many servers each cluster is made of, 1 to 5.
    let nodes: Int

    /// - Throws: ``CommandFailure`` of kind usage when a number is out of bounds.
    init(clusters: Int, nodes: Int) throws(CommandFailure) {
        guard (1...Self.clusterNames.count).contains(clusters) else {
            throw .usage("--clusters is \(clusters), use 1 to \(Self.clusterNames.count)")
        }
        guard (1...Self.maximumNodes).contains(nodes) else {
            throw .usage("--nodes is \(nodes), use 1 to \(Self.maximumNodes)")
        }
        self.clusters = clusters
        self.nodes = nodes
    }

    /// The demo on these ports, three for each server.
    ///
    /// - Precondition: there are as many ports as needed.
    func deployment(in directory: String, ports: [Int], token: String) -> DemoDeployment {
        precondition(ports.count == portCount)
        var ports = ports[...]
        let clusters = Self.clusterNames.prefix(clusters).map { cluster in
            DemoDeployment.Cluster(
                name: cluster,
                nodes: (1...nodes).map { number in
                    DemoDeployment.Node(
                        name: "\(cluster)-\(number)",
                        directory: directory,
                        port: ports.removeFirst(),
                        monitorPort: ports.removeFirst(),
                        routePort: ports.removeFirst()
                    )
                }
            )
        }
        return DemoDeployment(directory: directory, clusters: clusters, token: token)
    }

    /// A token that nobody can guess: 128 bits of the system's generator.
    static func makeToken() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<2).map { _ in
            let digits = String(UInt64.random(in: 0...UInt64.max, using: &generator), radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }

    /// How many ports the demo listens on.
    var portCount: Int { clusters * nodes * 3 }
}
