import Logging
import NIOCore
import Roulette
import ServiceLifecycle
import TestSupport
import Testing

/// The rows of the table that compares Roulette 1.0.5 with this library, one test for each. Tests of the configuration
/// alone are in `ConfigurationKeyTests` and in `RouletteTests/Parity`.
@Suite("Parity with Roulette 1.0.5: behavior", .timeLimit(.minutes(2)))
struct ParityTests {
    private static let monitored = NATSServerConfiguration(monitoring: true)

    @Test
    func `use Roulette, otp_app: several clients with their own configurations run in one process`() async throws {
        try await withDeployment(clusters: 2, configuration: Self.monitored) { deployment in
            let (here, there) = (deployment.servers[0], deployment.servers[1])
            var one = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: here.port)])
            one.connectionName = "one"
            var two = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: there.port)])
            two.connectionName = "two"
            let (first, second) = (try RouletteClient(configuration: one), try RouletteClient(configuration: two))
            try await withRunning(first) {
                try await withRunning(second) {
                    for client in [first, second] {
                        let options = SubscribeOptions(maxMessages: 1, confirmed: true)
                        let subscription = try await client.subscribe(to: "t", options: options)
                        try await client.publish(client.configuration.connectionName, to: "t")
                        var bodies: [String] = []
                        for try await message in subscription { bodies.append(message.body) }
                        #expect(bodies == [client.configuration.connectionName])
                    }
                    // Five publishers and five subscribers each, and none of the other client.
                    for (server, client, name) in [(here, first, "one "), (there, second, "two ")] {
                        try await poll(until: "all connections of \(name)") {
                            client.snapshot().clusters[0].connections.allSatisfy { $0.connection.isUp }
                        }
                        let names = try await server.connections().compactMap(\.name)
                        #expect(names.count == 10 && names.allSatisfy { $0.hasPrefix(name) }, "\(names)")
                    }
                }
            }
        }
    }

    @Test
    func `supervisor child: run() is a service of a group, and graceful shutdown delivers pending messages`() async throws {
        try await withDeployment(clusters: 1) { deployment in
            let client = try RouletteClient(
                configuration: RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: deployment.servers[0].port)])
            )
            let group = ServiceGroup(services: [client], logger: Logger(label: "tests"))
            let running = Task { try await group.run() }
            let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
            for number in 0..<100 { try await client.publish("\(number)", to: "t") }
            try await client.delivered(to: "t")
            await group.triggerGracefulShutdown()
            var received = 0
            for try await message in subscription {
                #expect(message.body == "\(received)")
                received += 1
            }
            #expect(received == 100)
            try await running.value
            let error = await #expect(throws: RouletteError.self) { try await client.publish("x", to: "t") }
            #expect(error?.code == .closed || error?.code == .draining)
        }
    }

    @Test
    func `pub, pub!: one publish that throws; bytes from String, [UInt8], ByteBuffer and Span`() async throws {
        try await withDeployment(clusters: 2) { deployment in
            try await deployment.withClient({ configuration in
                configuration.maxRetry = 1
                configuration.maxBackoff = .milliseconds(10)
            }) { client in
                try await deployment.waitUntilUp(client)
                let options = SubscribeOptions(maxMessages: 8, confirmed: true)
                let subscription = try await client.subscribe(to: "t", options: options)
                let bytes: [UInt8] = [0, 0xFF, 13, 10]
                try await client.publish("text", to: "t")
                try await client.publish("", to: "t")
                try await client.publish(bytes, to: "t")
                try await client.publish(bytes[1...], to: "t")
                try await client.publish(ByteBuffer(bytes: bytes), to: "t")
                try await client.publish(bytes.span, to: "t")
                try await client.publish(bytes.span.bytes, to: "t")
                try client.tryPublish(bytes.span, to: "t")
                var received: [[UInt8]] = []
                for try await message in subscription { received.append(Array(buffer: message.payload)) }
                #expect(received == [Array("text".utf8), [], bytes, [0xFF, 13, 10], bytes, bytes, bytes, bytes])

                let topic = try deployment.topic(on: 1, of: client)
                deployment.servers[1].kill()
                _ = try await deployment.waitFor(client) { $0.clusters[1].state == .down }
                let error = await #expect(throws: RouletteError.self) { try await client.publish("x", to: topic) }
                #expect(error?.code == .clusterUnavailable)
            }
        }
    }

    @Test
    func `sub: a confirmed subscription misses none of 200 messages that are published right after the call`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient { client in
                try await deployment.waitUntilUp(client)
                for topic in 0..<20 {
                    let subscription = try await client.subscribe(
                        to: "fresh.\(topic)",
                        options: SubscribeOptions(maxMessages: 200, confirmed: true)
                    )
                    for number in 0..<200 { try await client.publish("\(number)", to: "fresh.\(topic)") }
                    var received = 0
                    for try await message in subscription {
                        #expect(message.body == "\(received)")
                        received += 1
                    }
                    #expect(received == 200)
                }
            }
        }
    }

    @Test
    func `unsub: with the handle, and automatically when the consumer ends`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            let server = deployment.servers[0]
            try await deployment.withClient { client in
                let options = SubscribeOptions(confirmed: true)
                let byHand = try await client.subscribe(to: "by.hand", options: options)
                let consumer = Task {
                    for try await _ in try await client.subscribe(to: "by.itself", options: options) {}
                }
                try await server.subscriptions("both SUBs") { $0.count == 2 }
                byHand.cancel()
                try await server.subscriptions("the UNSUB of the handle") { $0.map(\.subject) == ["by.itself"] }
                consumer.cancel()
                _ = await consumer.result
                try await server.subscriptions("the UNSUB of the consumer") { $0.isEmpty }
            }
        }
    }

    @Test
    func `second sub to one topic: no error, one SUB, and both receive every message`() async throws {
        try await withDeployment(clusters: 1, configuration: Self.monitored) { deployment in
            try await deployment.withClient { client in
                let options = SubscribeOptions(maxMessages: 3, confirmed: true)
                let first = try await client.subscribe(to: "t", options: options)
                let second = try await client.subscribe(to: "t", options: options)
                #expect(try await deployment.servers[0].subscriptions().count == 1)
                for number in 0..<3 { try await client.publish("\(number)", to: "t") }
                for subscription in [first, second] {
                    var bodies: [String] = []
                    for try await message in subscription { bodies.append(message.body) }
                    #expect(bodies == ["0", "1", "2"])
                }
            }
        }
    }

    @Test
    func `show_debug_log: nothing above debug in normal operation, constant texts, and no secrets`() async throws {
        let records = Watched<[LogRecord]>([])
        let server = NATSServerConfiguration(authorization: .user("joe", password: "hunter2"))
        try await withDeployment(clusters: 1, configuration: server) { deployment in
            var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: deployment.servers[0].port)])
            configuration.credentials = { .userPassword(user: "joe", password: "hunter2") }
            var logger = Logger(label: "tests") { _ in RecordingLogHandler(records: records) }
            logger.logLevel = .trace
            let client = try RouletteClient(configuration: configuration, logger: logger)
            try await withRunning(client) {
                let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
                try await client.publish("payload", to: "t")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next() != nil)
                try await client.flush()
            }
        }
        let all = records.value
        #expect(!all.isEmpty)
        #expect(all.allSatisfy { $0.level <= .debug })
        let constant: Set = ["connecting", "connected", "connection is up", "connection is closed"]
        #expect(Set(all.map(\.message)).isSubset(of: constant))
        #expect(all.allSatisfy { !$0.metadata.contains("hunter2") && !$0.metadata.contains("payload") })
    }

    @Test
    func `no credentials in 1.0.5: here they are requested on every attempt, so a rotated password is used`()
        async throws
    {
        let server = NATSServerConfiguration(authorization: .user("joe", password: "old"))
        try await withDeployment(clusters: 1, configuration: server) { deployment in
            let password = Watched("old")
            try await deployment.withClient({ configuration in
                configuration.poolSize = 1
                configuration.maxBackoff = .milliseconds(50)
                configuration.credentials = { .userPassword(user: "joe", password: Secret(password.value)) }
            }) { client in
                try await deployment.waitUntilUp(client)
                password.update { $0 = "new" }
                try deployment.servers[0].reload(NATSServerConfiguration(authorization: .user("joe", password: "new")))
                _ = try await deployment.waitFor(client) { snapshot in
                    snapshot.clusters[0].connections.allSatisfy { $0.connection.reconnects >= 1 && $0.connection.isUp }
                }
                try await client.publish("x", to: "t")
                try await client.flush()
            }
        }
    }
}

/// The recorded log messages.
private struct LogRecord: Sendable {
    let level: Logger.Level
    let message: String
    let metadata: String
}

private struct RecordingLogHandler: LogHandler {
    let records: Watched<[LogRecord]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(records: Watched<[LogRecord]>) {
        self.records = records
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let record = LogRecord(
            level: event.level,
            message: "\(event.message)",
            metadata: "\(event.metadata ?? [:])"
        )
        records.update { $0.append(record) }
    }
}
