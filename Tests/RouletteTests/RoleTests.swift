import NATSWire
import RouletteNATS
import Testing

@testable import Roulette

@Suite("Roles, and calls while the cluster is down")
struct RoleTests {
    private func configuration(_ role: RouletteConfiguration.Role) -> RouletteConfiguration {
        // Nothing listens on port 1 of the loopback interface.
        var configuration = RouletteConfiguration(clusters: [.init(name: "alpha", host: "127.0.0.1", port: 1)])
        configuration.role = role
        configuration.maxRetry = 2
        configuration.baseBackoff = .milliseconds(1)
        configuration.maxBackoff = .milliseconds(2)
        return configuration
    }

    @Test(
        arguments: [
            (RouletteConfiguration.Role.both, 5, 5), (.publisher, 5, 0), (.subscriber, 0, 5),
        ]
    )
    func `only the pools of the role are created`(role: RouletteConfiguration.Role, publishers: Int, subscribers: Int) throws {
        let client = try RouletteClient(configuration: configuration(role))
        #expect(client.pools[0].publishers.count == publishers)
        #expect(client.pools[0].subscribers.count == subscribers)
    }

    @Test
    func `a call that the role does not allow fails immediately with the name of the role`() async throws {
        let subscriber = try RouletteClient(configuration: configuration(.subscriber))
        let publishing = await #expect(throws: RouletteError.self) { try await subscriber.publish("x", to: "a") }
        #expect(publishing?.code == .role)
        #expect(publishing?.message.contains("role subscriber") == true)
        let requesting = await #expect(throws: RouletteError.self) { try await subscriber.request("x", to: "a") }
        #expect(requesting?.code == .role)
        let gathering = await #expect(throws: RouletteError.self) { try await subscriber.requestMany("x", to: "a") }
        #expect(gathering?.code == .role)
        let publisher = try RouletteClient(configuration: configuration(.publisher))
        let subscribing = await #expect(throws: RouletteError.self) { try await publisher.subscribe(to: "a") }
        #expect(subscribing?.code == .role)
        #expect(subscribing?.message.contains("role publisher") == true)
    }

    @Test
    func `publish and subscribe fail after max_retry retries while the cluster is down, with the reason`() async throws {
        let client = try RouletteClient(configuration: configuration(.both))
        try await withRunning(client) {
            // The error has a reason only after the first attempts to connect have failed.
            var events = client.events.makeAsyncIterator()
            while let event = await events.next() {
                if case .connection(.reconnecting) = event.detail { break }
            }
            for operation in [
                { try await client.publish("x", to: "a") }, { _ = try await client.subscribe(to: "a") },
            ] as [@Sendable () async throws -> Void] {
                let error = await #expect(throws: RouletteError.self) { try await operation() }
                #expect(error?.code == .clusterUnavailable)
                #expect(error?.cluster?.name == "alpha")
                #expect(error?.message.hasPrefix("no connection during 3 tries") == true)
            }
            let immediate = #expect(throws: RouletteError.self) { try client.tryPublish("x", to: "a") }
            #expect(immediate?.code == .clusterUnavailable)
        }
    }

    @Test
    func `publishing without run() fails with an error that mentions run()`() async throws {
        let client = try RouletteClient(configuration: configuration(.both))
        let error = await #expect(throws: RouletteError.self) { try await client.publish("x", to: "a") }
        #expect(error?.message == "no connection during 3 tries: run() was not called")
    }

    @Test
    func `canceling a waiting publish ends it immediately`() async throws {
        var configuration = configuration(.both)
        configuration.baseBackoff = .seconds(3600)
        configuration.maxBackoff = .seconds(3600)
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            let task = Task { try await client.publish("x", to: "a") }
            task.cancel()
            let error = await #expect(throws: RouletteError.self) { try await task.value }
            #expect(error?.code == .canceled)
        }
    }

    @Test(arguments: ["a b", "a\r\nPUB x 1", "a.*"])
    func `an invalid topic is an error without any waiting`(topic: String) async throws {
        let client = try RouletteClient(configuration: configuration(.both))
        let error = await #expect(throws: RouletteError.self) { try await client.publish("x", to: topic) }
        #expect(error?.code == .invalidTopic)
    }

    @Test
    func `run() ends when the client is closed, and later calls fail with closed`() async throws {
        let client = try RouletteClient(configuration: configuration(.both))
        let run = Task { await client.run() }
        client.close()
        client.close()
        await run.value
        let error = await #expect(throws: RouletteError.self) { try await client.publish("x", to: "a") }
        #expect(error?.code == .closed)
        #expect(client.snapshot().clusters[0].connections.allSatisfy { $0.connection.state == .closed })
    }

    private func withRunning(_ client: RouletteClient, _ body: () async throws -> Void) async throws {
        let run = Task { await client.run() }
        do {
            try await body()
        } catch {
            client.close()
            await run.value
            throw error
        }
        client.close()
        await run.value
    }
}
