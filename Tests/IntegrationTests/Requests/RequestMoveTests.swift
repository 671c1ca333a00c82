import NATSWire
import RouletteNATS
import TestSupport
import Testing

@Suite("Requests of a connection that moves", .timeLimit(.minutes(2)))
struct RequestMoveTests {
    @Test
    func `every request receives its reply while the client leaves a lame duck; duplicate replies are late`()
        async throws
    {
        let cluster = try await NATSCluster.start(name: "moving", size: 2)
        let balancer = try await FaultProxy.start(to: cluster.servers[0].port)
        do {
            try await cluster.servers[1].withClient { responder in
                try await responder.withResponder(on: "echo") {
                    try await $0.respond($0.payload)
                } _: {
                    let client = try NATSClient(configuration: .init(address: .init(host: "127.0.0.1", port: balancer.port)))
                    try await withRunning(client) { client in
                        try await Self.waitForResponder(client)
                        let events = client.events(buffer: 1000)
                        let hasMoved = Watched(false)
                        let asking = (0..<8).map { _ in
                            Task {
                                var rest = 50
                                var asked = 0
                                // Before, during and after the move.
                                while rest > 0 {
                                    let reply = try await client.request("\(asked)", to: "echo", timeout: .seconds(60))
                                    #expect(reply.body == "\(asked)")
                                    asked += 1
                                    if hasMoved.value || asked < 50 { rest -= 1 }
                                }
                                return asked
                            }
                        }
                        balancer.retarget(to: cluster.servers[1].port)
                        cluster.servers[0].enterLameDuckMode()
                        while let next = await events.next() {
                            if case .disconnected(let cause, _) = next.event { Issue.record("disconnected: \(cause)") }
                            if case .moved = next.event { break }
                        }
                        hasMoved.update { $0 = true }
                        for task in asking { _ = try await task.value }
                        #expect(client.snapshot.server?.name == "moving-1")
                        #expect(client.snapshot.pendingRequests == 0)
                    }
                }
            }
        } catch {
            await balancer.close()
            await cluster.stop()
            throw error
        }
        await balancer.close()
        await cluster.stop()
    }

    /// The client's server learns over a route, with a delay, that another server has a subscriber.
    private static func waitForResponder(_ client: NATSClient) async throws {
        try await withDeadline(.seconds(20), "the server did not learn of the responder on the other server") {
            while true {
                do {
                    _ = try await client.request("", to: "echo", timeout: .seconds(5))
                    return
                } catch let error as NATSError where error.code == .noResponders {
                    continue
                }
            }
        }
    }
}
