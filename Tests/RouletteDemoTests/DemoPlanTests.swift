import CommandSupport
import Foundation
import Settings
import Testing

@testable import RouletteDemo

@Suite("The servers of a demo")
struct DemoPlanTests {
    private func deployment(clusters: Int, nodes: Int, directory: String = "/d", token: String = "t") throws -> DemoDeployment {
        let plan = try DemoPlan(clusters: clusters, nodes: nodes)
        return plan.deployment(in: directory, ports: Array(5000..<5000 + plan.portCount), token: token)
    }

    @Test(arguments: [(0, 1), (9, 1), (1, 0), (1, 6)])
    func `numbers out of bounds are a usage error`(clusters: Int, nodes: Int) {
        let error = #expect(throws: CommandError.self) { try DemoPlan(clusters: clusters, nodes: nodes) }
        #expect(error?.kind == .usage)
    }

    @Test func `every server has three ports and files with its name`() throws {
        let deployment = try deployment(clusters: 8, nodes: 5)
        let ports = deployment.nodes.flatMap { [$0.port, $0.monitorPort, $0.routePort] }
        #expect(Set(ports).count == 8 * 5 * 3)
        let names = deployment.nodes.map(\.name)
        #expect(Set(names).count == 40)
        #expect(names.first == "alpha-1")
        #expect(names.last == "theta-5")
        #expect(deployment.nodes[0].configurationFile == "/d/alpha-1.conf")
        #expect(deployment.nodes[0].address == "127.0.0.1:5000")
        #expect(deployment.nodes[0].monitor == "http://127.0.0.1:5001")
    }

    @Test func `the configuration of a server names the other servers of its cluster and requires the token`() throws {
        let deployment = try deployment(clusters: 2, nodes: 2, directory: #"/a"b\c"#, token: "secret")
        let cluster = deployment.clusters[0]
        let text = cluster.configuration(of: cluster.nodes[0], token: deployment.token)
        #expect(text.contains(#"routes: ["nats-route://demo:secret@127.0.0.1:\#(cluster.nodes[1].routePort)"]"#))
        #expect(text.contains(#"authorization { token: "secret" }"#))
        #expect(text.contains(#"authorization { user: demo, password: "secret" }"#))
        #expect(text.contains(#"pid_file: "/a\"b\\c/alpha-1.pid""#))
        #expect(!text.contains("\(deployment.clusters[1].nodes[0].routePort)"))
    }

    @Test func `the profiles show the first server of each cluster, once as development and once as production`() throws {
        let deployment = try deployment(clusters: 3, nodes: 2)
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
    }

    @Test func `tokens have 128 bits and are distinct`() {
        let tokens = (0..<20).map { _ in DemoPlan.makeToken() }
        #expect(Set(tokens).count == 20)
        #expect(tokens.allSatisfy { $0.utf8.count == 32 && $0.allSatisfy(\.isHexDigit) })
    }

    @Test func `the kernel chooses distinct ports`() throws {
        let ports = try LoopbackPorts.free(30)
        #expect(Set(ports).count == 30)
        #expect(ports.allSatisfy { (1024...65535).contains($0) })
    }
}
