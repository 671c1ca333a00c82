import CommandSupport
import Console
import Foundation
import Settings
import Testing

@testable import RouletteDemo

@Suite("The servers of a demo")
struct DemoPlanTests {
    private func deployment(
        clusters: Int,
        nodes: Int,
        directory: String = "/d",
        balancing: DemoBalancing = .haProxy
    ) throws -> DemoDeployment {
        let plan = try DemoPlan(clusters: clusters, nodes: nodes)
        return plan.deployment(
            in: directory,
            balancing: balancing,
            ports: Array(5000..<5000 + plan.portCount),
            passwords: DemoPasswords(client: "secret", system: "hidden")
        )
    }

    @Test(arguments: [(0, 1), (9, 1), (1, 0), (1, 6)])
    func `numbers out of bounds are a usage error`(clusters: Int, nodes: Int) {
        let error = #expect(throws: CommandError.self) { try DemoPlan(clusters: clusters, nodes: nodes) }
        #expect(error?.kind == .usage)
    }

    @Test func `every server, balancer and pair of servers has its own ports and files`() throws {
        let deployment = try deployment(clusters: 8, nodes: 5)
        var ports = deployment.nodes.flatMap { [$0.port, $0.monitorPort, $0.routePort] }
        ports += deployment.clusters.flatMap { [$0.balancer.port, $0.balancer.monitorPort] + $0.links.map(\.port) }
        #expect(ports.count == 8 * (5 * 3 + 2 + 10))
        #expect(Set(ports).count == ports.count)
        let processes = deployment.nodes.map(\.process) + deployment.clusters.map(\.balancer.process)
        #expect(Set(processes.flatMap { [$0.configurationFile, $0.pidFile, $0.logFile] }).count == 3 * 48)
        #expect(deployment.nodes.map(\.name).first == "alpha-1")
        #expect(deployment.nodes.map(\.name).last == "theta-5")
        #expect(deployment.nodes[0].configurationFile == "/d/alpha-1.conf")
        #expect(deployment.nodes[0].address == "127.0.0.1:5000")
        #expect(deployment.nodes[0].monitor == "http://127.0.0.1:5001")
        #expect(deployment.clusters[0].balancer.configurationFile == "/d/alpha.cfg")
    }

    @Test func `each pair of servers of a cluster has one link, in one direction`() throws {
        let cluster = try deployment(clusters: 1, nodes: 3).clusters[0]
        #expect(cluster.links.map(\.name) == ["alpha-1 and alpha-2", "alpha-1 and alpha-3", "alpha-2 and alpha-3"])
        #expect(cluster.links.map(\.targetPort) == [cluster.nodes[1], cluster.nodes[2], cluster.nodes[2]].map(\.routePort))
        #expect(try deployment(clusters: 1, nodes: 1).clusters[0].links.isEmpty)
    }

    @Test func `the configuration of a server has its links as routes, and requires a login`() throws {
        let deployment = try deployment(clusters: 2, nodes: 3, directory: #"/a"b\c"#)
        let cluster = deployment.clusters[0]
        let text = cluster.configuration(of: cluster.nodes[1], passwords: deployment.passwords, hasRoutePools: true)
        #expect(text.contains(#"routes: ["nats-route://demo:secret@127.0.0.1:\#(cluster.links[2].port)"]"#))
        #expect(text.contains(#"shop { users: [{ user: demo, password: "secret" }] }"#))
        #expect(text.contains(#""$SYS" { users: [{ user: system, password: "hidden" }] }"#))
        #expect(text.contains(#"authorization { user: demo, password: "secret" }"#))
        #expect(text.contains(#"pid_file: "/a\"b\\c/alpha-2.pid""#))
        #expect(text.contains("pool_size: -1"))
        #expect(!text.contains("\(deployment.clusters[1].nodes[0].routePort)"))
        let old = cluster.configuration(of: cluster.nodes[1], passwords: deployment.passwords, hasRoutePools: false)
        #expect(!old.contains("pool_size"))
    }

    @Test func `HAProxy checks the health of every node, and balances clients and monitoring`() throws {
        let cluster = try deployment(clusters: 1, nodes: 2).clusters[0]
        let text = cluster.haProxyConfiguration
        for line in [
            "stats socket unix@alpha.sock mode 600 level admin",
            "bind 127.0.0.1:5006",
            "option httpchk GET /healthz",
            "default-server inter 500ms fall 2 rise 1 on-marked-down shutdown-sessions",
            "server alpha-1 127.0.0.1:5000 check port 5001",
            "server alpha-2 127.0.0.1:5003 check port 5004",
            "bind 127.0.0.1:5007",
            "server alpha-1 127.0.0.1:5001 track nodes/alpha-1",
            "server alpha-2 127.0.0.1:5004 track nodes/alpha-2",
        ] {
            #expect(text.split(separator: "\n").contains { $0.trimmingPrefix { $0 == " " } == line }, "\(line)")
        }
    }

    @Test func `the profiles show only the balancers, once as development and once as production`() throws {
        let deployment = try deployment(clusters: 3, nodes: 3)
        let directory = FileManager.default.temporaryDirectory.path + "/demo-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/roulette.toml"
        try Data(deployment.profile.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        let file = try ConfigurationFile.load(path: path, environment: [:], actions: [])
        #expect(file.profiles.map(\.name) == ["demo", "demo-prod"])
        #expect(try file.profile(file: path).name == "demo")
        for profile in file.profiles {
            #expect(profile.servers.map(\.label) == ["alpha", "beta", "gamma"])
        }
        #expect(deployment.profile.ranges(of: "system_user = \"system\"\nsystem_password = \"hidden\"").count == 2)
        #expect(deployment.profile.ranges(of: "canary").count == 1, "a production profile is read-only")
        for cluster in deployment.clusters {
            #expect(deployment.profile.contains("port = \(cluster.balancer.port)\n"))
            #expect(deployment.profile.contains("monitor = \"\(cluster.balancer.monitor)\""))
        }
        for node in deployment.nodes {
            for port in [node.port, node.monitorPort, node.routePort] { #expect(!deployment.profile.contains("\(port)")) }
        }
    }

    @Test func `passwords have 128 bits and are distinct`() {
        let passwords = (0..<20).map { _ in DemoPlan.makePassword() }
        #expect(Set(passwords).count == 20)
        #expect(passwords.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test func `ports are distinct, and none is a port that the kernel gives to outgoing connections`() throws {
        let ports = try LoopbackPorts.free(120)
        #expect(Set(ports).count == 120)
        #expect(ports.allSatisfy { (20_000..<32_000).contains($0) })
    }

    @Test func `HAProxy is used if it is installed, unless the demo's own balancers are chosen`() throws {
        func programs(_ balancing: DemoBalancing?, _ installed: String...) throws(CommandError) -> DemoPrograms {
            let search = ServerProgram(environment: [:], executable: nil) { installed.contains($0) }
            return try DemoPrograms(balancing, search)
        }
        let (server, balancer) = ("/usr/sbin/nats-server", "/usr/sbin/haproxy")
        for choice in [nil, DemoBalancing.haProxy] {
            #expect(try programs(choice, server, balancer) == DemoPrograms(natsServer: server, haProxy: balancer))
        }
        #expect(try programs(.own, server, balancer).haProxy == nil)
        #expect(try programs(nil, server).haProxy == nil)
        let error = #expect(throws: CommandError.self) { try programs(.haProxy, server) }
        #expect(error?.kind == .usage && error?.description.contains("apt install haproxy") == true)
    }

    @Test(
        arguments: [
            ("nats-server: v2.9.10\n", false), ("nats-server: v2.10.0\n", true), ("nats-server: v2.15.1", true),
            ("nats-server: v3.0.0-beta", true), ("", true),
        ]
    )
    func `pools of routes are turned off in versions that have them`(version: String, hasPools: Bool) {
        #expect(DemoPrograms.hasRoutePools(version: version) == hasPools)
    }
}
