import Foundation
import Roulette
import RouletteNATS
import TestSupport
import Testing

/// Peers that are silent, are frozen or do not read, and the errors that the user sees.
@Suite("Faults: peers that do not read", .timeLimit(.minutes(3)))
struct UnreadPeerTests {
    @Test
    func `a peer that floods PING and reads nothing does not make the output buffer grow`() async throws {
        let isFull = Watched(false)
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            try await connection.setReading(false)
            try await isFull.wait(for: "the socket to be full", within: .seconds(60)) { $0 ? () : nil }
            let pings = [UInt8](String(repeating: "PING\r\n", count: 10_000).utf8)
            while true { try await connection.send(pings) }
        }
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: server.port))
        configuration.writeTimeout = .seconds(600)
        configuration.pingInterval = .seconds(600)
        configuration.outboundBufferSize = 1 << 16
        let subject: Subject = "a"
        try await withRunning(try NATSClient(configuration: configuration)) { client in
            try await client.whenConnected()
            // The buffers of the kernel hold megabytes. Messages fill them sooner than PONGs would.
            let filling = Task {
                let payload = String(repeating: "x", count: 4_000)
                while true { try await client.publish(payload, to: subject) }
            }
            try await withDeadline(.seconds(60), "the socket was never full") {
                var (sent, unchanged) = (UInt64(0), 0)
                while unchanged < 10 {
                    try await Task.sleep(for: .milliseconds(20))
                    let snapshot = client.snapshot
                    unchanged = snapshot.bytesOut == sent && snapshot.bufferedBytes > 0 ? unchanged + 1 : 0
                    sent = snapshot.bytesOut
                }
            }
            isFull.update { $0 = true }
            // A PONG is as long as a PING.
            let largest = try await withDeadline(.seconds(120), "the client stopped reading") {
                var largest = 0
                while client.snapshot.bytesIn < 600_000 {
                    try await Task.sleep(for: .milliseconds(5))
                    largest = max(largest, client.snapshot.bufferedBytes)
                }
                return largest
            }
            #expect(client.snapshot.reconnects == 0)
            #expect(largest < 2 << 16, "\(largest) bytes wait")
            filling.cancel()
            _ = await filling.result
        }
        await server.close()
    }

    @Test
    func `many subscriptions on a peer that reads nothing end at the write deadline, and are shown as buffered`() async throws {
        let server = try await ScriptedServer.start { connection in
            try await ScriptedServer.handshake(connection)
            try await connection.send("PONG\r\n")
            try await connection.setReading(false)
            try await connection.waitUntilEnded(within: .seconds(120))
        }
        var configuration = NATSClientConfiguration(address: .init(host: "127.0.0.1", port: server.port))
        configuration.writeTimeout = .seconds(1)
        configuration.pingInterval = .seconds(600)
        let client = try NATSClient(configuration: configuration)
        let events = client.events(buffer: 100)
        let run = Task { await client.run() }
        try await client.whenConnected()
        let largest = Watched(0)
        let storm = Task {
            let long = String(repeating: "s", count: 3_000)
            while !Task.isCancelled {
                await withTaskGroup { group in
                    for number in 0..<100 {
                        group.addTask { _ = try? await client.subscribe(to: .init("a\(number).\(long)")).cancel() }
                    }
                }
                let bytes = client.snapshot.bufferedBytes
                largest.update { $0 = max($0, bytes) }
            }
        }
        let lost = try await events.first { if case .disconnected = $0 { true } else { false } }
        if case .disconnected(let cause, _) = lost { #expect(cause.code == .stale, "\(cause)") }
        storm.cancel()
        await storm.value
        #expect(largest.value < 20 << 20)
        client.close()
        await run.value
        await server.close()
    }

    @Test
    func `a frozen server: the missed interval begins before the freeze, not at its detection`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            try await deployment.withClient({ configuration in
                configuration.poolSize = 1
                configuration.pingInterval = .seconds(1)
                configuration.subscriptionRestart = .permanent
            }) { client in
                let subscription = try await client.subscribe(to: "a", options: SubscribeOptions(confirmed: true))
                let events = client.events
                let frozen = ContinuousClock.now
                deployment.servers[0].pause()
                for await event in events { if case .subscriptionInterrupted = event.detail { break } }
                let noticed = ContinuousClock.now
                deployment.servers[0].resume()
                var window: MissedInterval?
                for await event in events {
                    guard case .subscriptionResumed(_, let found) = event.detail else { continue }
                    window = found
                    break
                }
                let missed = try #require(window)
                #expect(noticed - frozen > .seconds(1))
                #expect(missed.from <= frozen, "\(missed.from - frozen) after the freeze")
                #expect(missed.from > frozen - .seconds(20))
                #expect(missed.to >= noticed)
                #expect(subscription.missedIntervals == [missed])
            }
        }
    }

    @Test(arguments: 0..<4)
    func `status on a silent peer always prints the reason`(run: Int) async throws {
        let server = try await ScriptedServer.start { try await $0.waitUntilEnded(within: .seconds(120)) }
        let directory = try TemporaryDirectory(for: "silent-peer")
        defer { try? directory.remove() }
        let config = "\(directory.path)/config.toml"
        let profile = """
            [profiles.silent]
            servers = ["127.0.0.1:\(server.port)"]
            connection_timeout = "500ms"
            """
        try profile.write(toFile: config, atomically: true, encoding: .utf8)
        let result = try await BuiltProgram.run(["status", "--json", "--pool", "5", "--config", config, "--profile", "silent"])
        #expect(result.status == .exited(1), "\(result.errors)")
        struct Cluster: Decodable {
            struct Connection: Decodable { let last_error: String? }
            let connections: [Connection]
        }
        for line in result.lines {
            let cluster = try JSONDecoder().decode(Cluster.self, from: Data(line.utf8))
            #expect(cluster.connections.count == 10)
            #expect(cluster.connections.allSatisfy { $0.last_error?.contains("sent no INFO") == true }, "\(line)")
        }
        await server.close()
    }
}
