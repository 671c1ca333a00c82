import Foundation
import Roulette
import TestSupport
import Testing

/// The program of the guide about services, as a process that receives SIGTERM.
@Suite("The program of the guide about services", .timeLimit(.minutes(3)))
struct ServiceProgramTests {
    @Test
    func `it has about 60 lines, and two instances under load are stopped one after the other without a loss`() async throws {
        let file = Checkout.root.appendingPathComponent("Snippets/GracefulService.swift")
        let source = try String(contentsOf: file, encoding: .utf8)
        #expect(source.split(separator: "\n", omittingEmptySubsequences: false).dropLast().count <= 65)

        try await withDeployment(clusters: 3, configuration: NATSServerConfiguration(monitoring: true)) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                let path = try BuiltProgram.path(of: "GracefulService")
                let instances = try (0..<2).map { _ in
                    try StartedProgram(path: path, arguments: deployment.servers.map(\.address))
                }
                defer { for instance in instances { instance.signal(SIGKILL) } }
                try await waitUntilReady(deployment, instances: 2)
                let health = try await client.request("?", to: "health.get", timeout: .seconds(20))
                #expect(health.body == "healthy")

                let results = try await client.subscribe(to: "results", options: SubscribeOptions(confirmed: true))
                let received = Watched<[String]>([])
                let receiving = Task {
                    for try await result in results {
                        let body = result.body
                        received.update { $0.append(body) }
                    }
                }
                let total = 5_000
                let isStopped = Watched(false)
                let publishing = Task {
                    for number in 0..<total {
                        try await client.publish("\(number)", to: "jobs.\(number % 20)")
                        if number % 20 == 19 { try await client.flush() }
                    }
                }
                let asking = Task {
                    var count = 0
                    while !isStopped.value {
                        let reply = try await client.request("apples", to: "prices.get", timeout: .seconds(20))
                        #expect(reply.body == "1.99 for apples")
                        count += 1
                    }
                    return count
                }
                try await received.wait(for: "some results") { $0.count > total / 10 ? () : nil }
                try await stop(instances[0])
                isStopped.update { $0 = true }
                #expect(try await asking.value > 0)
                try await publishing.value
                // The second instance has the rest of the jobs in hand.
                try await stop(instances[1])
                try await client.delivered(to: "results")
                try await received.wait(for: "all results") { $0.count >= total ? () : nil }
                results.cancel()
                try await receiving.value
                #expect(received.value.count == total && Set(received.value).count == total, "\(received.value.count) results")
            }
        }
    }

    /// Waits until the servers have all subscriptions of all instances.
    private func waitUntilReady(_ deployment: Deployment, instances: Int) async throws {
        for server in deployment.servers {
            try await server.subscriptions("the workers") { $0.count { $0.qgroup == "workers" } == instances }
        }
        for topic in ["prices.get", "health.get"] {
            try await poll(until: "the handlers of \(topic)") {
                var count = 0
                for server in deployment.servers { count += try await server.subscriptions().count { $0.subject == topic } }
                return count == instances
            }
        }
    }

    private func stop(_ program: StartedProgram) async throws {
        program.signal(SIGTERM)
        let result = try await program.result(within: .seconds(60))
        #expect(result.status == .exited(0), "\(result.errors)")
        #expect(result.lines.last == "all work is completed")
    }
}
