import Foundation
import NATSMonitoring
import Roulette
import RouletteNATS
import TestSupport
import Testing

/// The features of nats-server that this library needs. `scripts/test --all` tests them with every minor release.
@Suite("Every supported version of nats-server", .timeLimit(.minutes(2)))
struct ServerVersionTests {
    @Test
    func `the server has the requested version, and its second INFO causes no problem`() async throws {
        let asked = try await NATSServerProgram.version()
        try await NATSServerProcess.withServer { server in
            let client = try NATSClient(configuration: .test(port: server.port))
            let events = client.events(buffer: 100)
            try await withStarted(client) { client in
                try await client.whenConnected()
                // Servers from 2.12 on send a second INFO after the PONG of the handshake. This flush ends after it.
                try await client.flush()
                #expect(client.snapshot.server?.version == asked.description)
                #expect(client.snapshot.reconnects == 0)
            }
            var connections = 0
            while let event = await events.next()?.event {
                switch event {
                case .connected: connections += 1
                case .closed: break
                default: Issue.record("\(event)")
                }
            }
            #expect(connections == 1)
        }
    }

    @Test
    func `publishes, subscriptions with and without a pattern, headers and requests work on three clusters`() async throws {
        try await withDeployment(clusters: 3) { deployment in
            try await deployment.withClient { client in
                let options = SubscribeOptions(maxMessages: 60, confirmed: true)
                let all = try await client.subscribe(to: "every.>", options: options)
                var headers = Headers()
                try headers.add("Trace", "1")
                for number in 0..<60 {
                    try await client.publish("\(number)", to: "every.topic\(number)", headers: headers)
                }
                var bodies: Set<String> = []
                var clusters: Set<Int> = []
                for try await message in all {
                    bodies.insert(message.body)
                    clusters.insert(message.cluster.index)
                    #expect(try message.headers?["Trace"] == "1")
                }
                #expect(bodies.count == 60 && clusters == [0, 1, 2])

                let questions = try await client.subscribe(to: "question", options: SubscribeOptions(confirmed: true))
                let answering = Task {
                    for try await message in questions { try await message.respond("re: \(message.body)") }
                }
                #expect(try await client.request("why", to: "question", timeout: .seconds(20)).body == "re: why")
                answering.cancel()
                let error = await #expect(throws: RouletteError.self) {
                    _ = try await client.request("hello", to: "nobody.there", timeout: .seconds(20))
                }
                #expect(error?.code == .noResponders)
            }
        }
    }

    @Test
    func `users, tokens, NKEYs and signed users log in; others are refused with the reason`() async throws {
        let key = NKey(role: .user)
        let (signed, directory) = (SignedDeployment(), try TemporaryDirectory(for: "creds"))
        let file = "\(directory.path)/user.creds"
        try writePrivate(try signed.credentials(), to: file)
        let logins: [(server: NATSServerConfiguration, credentials: @Sendable () throws -> NATSClientConfiguration.Credentials)] =
            [
                (.init(authorization: .user("joe", password: "x")), { .userPassword(user: "joe", password: "x") }),
                (.init(authorization: .token("x")), { .token("x") }),
                (.init(authorization: .nkey(key.publicKey)), { .nkey(seed: key.seed) }),
                (.init(extra: try signed.serverConfiguration()), { try .credentialsFile(file) }),
            ]
        for login in logins {
            try await NATSServerProcess.withServer(login.server) { server in
                let client = try NATSClient(configuration: .test(port: server.port) { $0.credentials = login.credentials })
                try await withStarted(client) { client in
                    try await client.whenConnected()
                    try await client.flush()
                }
                let wrong = try await cause(
                    .test(port: server.port) { $0.credentials = { .userPassword(user: "joe", password: "wrong") } }
                )
                #expect(wrong.code == .authorization)
            }
        }
        try directory.remove()
    }

    @Test
    func `a denied publish and a denied subscription are reported, and the connection stays`() async throws {
        let permissions = #"permissions: { publish: { allow: "ok.>" }, subscribe: { deny: "no.>" } }"#
        let server = NATSServerConfiguration(extra: "authorization { users: [ { user: joe, password: x, \(permissions) } ] }")
        try await NATSServerProcess.withServer(server) { server in
            let client = try NATSClient(
                configuration: .test(port: server.port) { $0.credentials = { .userPassword(user: "joe", password: "x") } }
            )
            let events = client.events(buffer: 100)
            try await withStarted(client) { client in
                try await client.whenConnected()
                let denied = await #expect(throws: NATSError.self) { try await client.subscribe(to: "no.x", confirmed: true) }
                #expect(denied?.code == .permission && denied?.message.contains("no.x") == true)
                try await client.publish("x", to: "elsewhere")
                let told = try await events.first {
                    if case .serverError(let error) = $0 { error.message.contains("Publish to \"elsewhere\"") } else { false }
                }
                if case .serverError(let error) = told { #expect(error.code == .permission) }
                try await client.publish("x", to: "ok.x")
                #expect(client.snapshot.reconnects == 0)
            }
        }
    }

    @Test
    func `the client leaves a lame duck for another node of its cluster, without a loss`() async throws {
        let cluster = try await NATSCluster.start(name: "versions", size: 2)
        let balancer = try await FaultProxy.start(to: cluster.servers[0].port)
        var configuration = RouletteConfiguration(clusters: [.init(host: "127.0.0.1", port: balancer.port)])
        configuration.poolSize = 1
        configuration.subscriptionRestart = .permanent
        let client = try RouletteClient(configuration: configuration)
        try await withRunning(client) {
            let subscription = try await client.subscribe(to: "t", options: SubscribeOptions(confirmed: true))
            try await client.publish("before", to: "t")
            try await client.flush()
            let events = client.events
            balancer.retarget(to: cluster.servers[1].port)
            cluster.servers[0].enterLameDuckMode()
            var moves = 0
            for await event in events {
                switch event.detail {
                case .connection(.moved): moves += 1
                case .connection(.disconnected(let cause, _)): Issue.record("disconnected: \(cause)")
                default: break
                }
                if moves == 2 { break }
            }
            try await client.publish("after", to: "t")
            var iterator = subscription.makeAsyncIterator()
            #expect(try await iterator.next()?.body == "before")
            #expect(try await iterator.next()?.body == "after")
        }
        await balancer.close()
        await cluster.stop()
    }

    @Test
    func `monitoring reports the server, its clients and its subscriptions`() async throws {
        let asked = try await NATSServerProgram.version()
        try await NATSServerProcess.withServer(NATSServerConfiguration(name: "watched", monitoring: true)) { server in
            let port = try #require(server.ports.monitoring)
            let monitor = ServerMonitor(endpoint: try MonitorEndpoint("http://127.0.0.1:\(port)"))
            var configuration = NATSClientConfiguration.test(port: server.port)
            configuration.name = "seen"
            try await withStarted(try NATSClient(configuration: configuration)) { client in
                try await client.whenConnected()
                let subscription = try await client.subscribe(to: "watch.*", confirmed: true)
                for number in 0..<5 { try await client.publish("\(number)", to: "watch.x") }
                try await client.flush()
                #expect(try await monitor.health().isWell)
                let status = try await monitor.status()
                #expect(status.name == "watched" && status.version == asked.description)
                // A client of another test may connect to the port of its lost server, which is now this server's.
                #expect(status.connections >= 1 && status.traffic.messagesIn >= 5 && status.traffic.messagesOut >= 5)
                let connection = try #require(try await monitor.connections().connections.first { $0.name == "seen" })
                #expect(connection.subscriptions == 1)
                let entries = try await monitor.subscriptions().entries
                let entry = try #require(entries.first { $0.subject == "watch.*" && $0.connection == connection.id })
                #expect(entry.messages == 5)
                subscription.cancel()
            }
        }
    }
}
