import CommandSupport
import RouletteDemo
import TextCoding

/// The output of `roulette demo --headless`.
enum DemoReport {
    /// The first line: the files, the servers and their balancers.
    static func ready(_ deployment: DemoDeployment, pids: [String: Int32]) -> JSONObject {
        [
            "config": .string(deployment.profileFile),
            "directory": .string(deployment.directory),
            "clusters": .array(
                deployment.clusters.map { cluster in
                    .object([
                        "cluster": .string(cluster.name),
                        "address": .string(cluster.balancer.address),
                        "monitor": .string(cluster.balancer.monitor),
                        "balancer": .object(balancer(of: cluster, in: deployment, pid: pids[cluster.name])),
                        "nodes": .array(cluster.nodes.map { .object(node($0, pid: pids[$0.name])) }),
                    ])
                }
            ),
        ]
    }

    private static func balancer(
        of cluster: DemoDeployment.Cluster,
        in deployment: DemoDeployment,
        pid: Int32?
    ) -> JSONObject {
        [
            "program": .string(deployment.balancing.rawValue),
            "config": deployment.balancing == .haProxy ? .string(cluster.balancer.configurationFile) : .null,
            "pid": pid.map { .number(Int($0)) } ?? .null,
        ]
    }

    private static func node(_ node: DemoDeployment.Node, pid: Int32?) -> JSONObject {
        [
            "name": .string(node.name),
            "address": .string(node.address),
            "monitor": .string(node.monitor),
            "config": .string(node.configurationFile),
            "pid": pid.map { .number(Int($0)) } ?? .null,
        ]
    }

    /// A line of counts since the start, in total and for each cluster.
    static func counts(_ counts: [TrafficCounts.Counts], of deployment: DemoDeployment) -> JSONObject {
        var line: JSONObject = ["time": .string(Timestamp.now().rfc3339)]
        add(counts.reduce(into: .init()) { $0.add($1) }, to: &line)
        line.append(
            "clusters",
            .array(
                zip(deployment.clusters, counts).map { cluster, counts in
                    var object: JSONObject = ["cluster": .string(cluster.name)]
                    add(counts, to: &object)
                    return .object(object)
                }
            )
        )
        return line
    }

    private static func add(_ counts: TrafficCounts.Counts, to line: inout JSONObject) {
        line.append("published", .number(counts.published))
        line.append("failed", .number(counts.failed))
        line.append("received", .number(counts.received))
    }
}
