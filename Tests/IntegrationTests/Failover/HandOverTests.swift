import Roulette
import RouletteNATS
import TestSupport
import Testing

/// The use of other connections of the pool for a topic whose own connection is down.
@Suite("Publishing through the pool", .timeLimit(.minutes(3)))
struct HandOverTests {
    private func quick(_ configuration: inout RouletteConfiguration) {
        configuration.poolSize = 2
        configuration.baseBackoff = .milliseconds(1)
        configuration.maxBackoff = .milliseconds(20)
        configuration.metricsInterval = nil
    }

    /// A server for protocol text. A test controls when publishers receive their PONGs.
    private struct Peer: Sendable {
        struct Slot: Sendable {
            /// The messages published on the connection.
            var published: [String] = []
            /// The number of accepted connections for the slot.
            var connections = 0
            /// Whether the handshake is answered.
            var isOpen = true
            /// Whether PINGs after the handshake are answered.
            var answers = true
            /// The number of PINGs not answered yet.
            var owed = 0
            /// Incremented to end the current connections.
            var cuts = 0
        }

        let slots = Watched<[Slot]>([Slot(), Slot()])

        func start() async throws -> ScriptedServer {
            try await ScriptedServer.start { connection in try await serve(connection) }
        }

        private func serve(_ connection: TCPConnection) async throws {
            try await connection.send("INFO {\"server_id\":\"S\",\"headers\":true,\"max_payload\":1048576}\r\n")
            let connect = try await connection.expect("CONNECT ")
            let slot = connect.contains("publisher 0") ? 0 : 1
            let cuts = slots.update { slots in
                slots[slot].connections += 1
                slots[slot].owed = 0
                return slots[slot].cuts
            }
            try await connection.expect("PING")
            try await slots.wait(for: "permission for the handshake") { $0[slot].isOpen ? () : nil }
            try await connection.send("PONG\r\n")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await slots.wait(for: "a cut", within: .seconds(600)) { $0[slot].cuts > cuts ? () : nil }
                    try await connection.reset()
                }
                group.addTask {
                    while true {
                        try await slots.wait(for: "permission for PONGs", within: .seconds(600)) { slots -> Void? in
                            guard slots[slot].answers, slots[slot].owed > 0 else { return nil }
                            slots[slot].owed -= 1
                            return ()
                        }
                        try await connection.send("PONG\r\n")
                    }
                }
                group.addTask {
                    while true {
                        let line = try await connection.nextLine(within: .seconds(600))
                        if line == "PING" {
                            slots.update { $0[slot].owed += 1 }
                        } else if line.hasPrefix("PUB ") {
                            let body = try await connection.nextLine()
                            slots.update { $0[slot].published.append(body) }
                        }
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
            }
        }

        func change(_ slot: Int, _ change: @escaping @Sendable (inout Slot) -> Void) {
            slots.update { change(&$0[slot]) }
        }

        func published(_ slot: Int, _ bodies: [String]) async throws {
            try await slots.wait(for: "\(bodies) on connection \(slot)") { $0[slot].published == bodies ? () : nil }
        }
    }

    /// The connection of a topic, or the other one of the pool.
    private enum Place {
        case home, other
    }

    /// Runs a publisher on a scripted peer. `home` is the slot of the topic, `other` the other one.
    private func withPeer(
        downAtFirst: [Place],
        _ change: (inout RouletteConfiguration) -> Void = { _ in },
        _ body: (_ client: RouletteClient, _ peer: Peer, _ topic: String, _ home: Int, _ other: Int) async throws -> Void
    ) async throws {
        let peer = Peer()
        let server = try await peer.start()
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: server.port)])
        configuration.role = .publisher
        quick(&configuration)
        change(&configuration)
        let client = try RouletteClient(configuration: configuration)
        let topic = "orders.eu"
        let home = Int(client.ring.lookup(of: topic).hash % 2)
        for place in downAtFirst { peer.change(place == .home ? home : 1 - home) { $0.isOpen = false } }
        try await withRunning(client) {
            try await body(client, peer, topic, home, 1 - home)
        }
        await server.close()
    }

    private func isUp(_ client: RouletteClient, _ slot: Int) -> Bool {
        client.snapshot().clusters[0].connections[slot].connection.isUp
    }

    private func whenUp(_ client: RouletteClient, _ slot: Int) async throws {
        let events = client.events
        try await withDeadline(.seconds(20), "connection \(slot) never came up") {
            if isUp(client, slot) { return }
            for await _ in events where isUp(client, slot) { return }
        }
    }

    @Test
    func `a topic uses the other connection while its own is down, and returns only after the PONG for its messages`()
        async throws
    {
        try await withPeer(downAtFirst: [.home]) { client, peer, topic, home, other in
            try await whenUp(client, other)
            // No retry is needed: the first attempt already finds the other connection.
            try client.tryPublish("1", to: topic)
            let publisher = try client.publisher(for: topic)
            try publisher.tryPublish("2")
            try await peer.published(other, ["1", "2"])

            peer.change(other) { $0.answers = false }
            try await client.publish("3", to: topic)
            try await peer.published(other, ["1", "2", "3"])
            peer.change(home) { $0.isOpen = true }
            try await whenUp(client, home)
            try client.tryPublish("4", to: topic)
            try publisher.tryPublish("5")
            // They are accepted, and the home connection sends nothing until 3 is confirmed.
            #expect(client.snapshot().clusters[0].connections[home].connection.bufferedMessages == 2)
            await #expect(throws: (any Error).self, "a message that is not held back arrives within milliseconds") {
                try await peer.slots.wait(for: "a message too early", within: .milliseconds(500)) { slots in
                    slots[home].published.isEmpty ? nil : ()
                }
            }
            peer.change(other) { $0.answers = true }
            try await peer.published(home, ["4", "5"])
            #expect(peer.slots.value[other].published == ["1", "2", "3"], "each message was sent once")
            try await client.flush(topic: topic)
        }
    }

    @Test
    func `an unconfirmed hand-over ends with the connection, and a flush of the topic reports the loss once`()
        async throws
    {
        try await withPeer(downAtFirst: [.home]) { client, peer, topic, home, other in
            try await whenUp(client, other)
            peer.change(other) { $0.answers = false }
            try await client.publish("1", to: topic)
            try await peer.published(other, ["1"])
            peer.change(home) { $0.isOpen = true }
            try await whenUp(client, home)
            try await client.publish("2", to: topic)
            // The PING for message 1 is never answered. An answer just before the cut would confirm it.
            peer.change(other) { slot in
                slot.isOpen = false
                slot.cuts += 1
            }
            try await peer.published(home, ["2"])
            // Only messages on the lost connection are uncertain. The home connection is unaffected.
            let error = await #expect(throws: RouletteError.self) { try await client.flush(topic: topic) }
            #expect(error?.code == .unconfirmed)
            try await client.publisher(for: topic).flush()
            #expect(peer.slots.value.map(\.published).reduce([], +).sorted() == ["1", "2"], "nothing was sent twice")
        }
    }

    @Test
    func `with every connection down, a publish waits for the first one that returns`() async throws {
        try await withPeer(downAtFirst: [.home, .other], { $0.maxRetry = 1_000 }) { client, peer, topic, home, other in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await client.publish("waited", to: topic) }
                try await peer.slots.wait(for: "both connections") { $0.allSatisfy { $0.connections > 0 } ? () : nil }
                #expect(peer.slots.value.allSatisfy { $0.published.isEmpty })
                peer.change(other) { $0.isOpen = true }
                try await peer.published(other, ["waited"])
                try await group.waitForAll()
            }
        }
    }

    @Test
    func `a request uses the connection of its topic, and another one while that is down`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient(quick) { client in
                try await deployment.waitUntilUp(client)
                let topic = "questions"
                let home = Int(client.ring.lookup(of: topic).hash % 2)
                let options = SubscribeOptions(restart: .permanent, confirmed: true)
                let responder = try await client.subscribe(to: topic, options: options)
                let responding = Task {
                    for try await message in responder { try await client.reply(to: message, message.body) }
                }
                for number in 0..<50 {
                    // Its home connection is lost repeatedly, while the other one stays up.
                    client.reconnect(role: .publisher, slot: home, hard: true)
                    do throws(RouletteError) {
                        let reply = try await client.request("\(number)", to: topic, timeout: .seconds(20))
                        #expect(reply.body == "\(number)")
                    } catch {
                        // If the connection is lost after the request, the request may have been received.
                        #expect(error.code == .disconnected, "\(error)")
                    }
                }
                responder.cancel()
                try await responding.value
            }
        }
    }
}
