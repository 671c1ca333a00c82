import Foundation
import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("This library and the C client, over three clusters, with TLS and three kinds of login", .timeLimit(.minutes(5)))
struct CClientTests {
    /// The owners in a ring of three that the tests of Roulette 1.0.5 expect.
    private static let owners = [
        "topic1": 0, "topic2": 2, "topic3": 2, "topic4": 1, "topic5": 1, "topic6": 1, "topic7": 0,
    ]
    private static let count = 200

    @Test
    func `messages arrive in both directions, in order, on the cluster that the ring names`() async throws {
        try await TestAuthority.with { authority in
            try await withClusters(authority) { servers, clients in
                var configuration = RouletteConfiguration(clusters: servers)
                configuration.poolSize = 2
                configuration.tls.mode = .required
                configuration.tls.trustRoots = .file(authority.certificateFile)
                let client = try RouletteClient(configuration: configuration)
                for (topic, owner) in Self.owners { #expect(try client.owner(of: topic).index == owner) }
                try await withRunning(client) {
                    try await fromC(client, clients)
                    try await toC(client, clients)
                    for cluster in client.snapshot().clusters {
                        for connection in cluster.connections { #expect(connection.connection.tls?.isVerified == true) }
                    }
                }
            }
        }
    }

    @Test
    func `roulette route names the same clusters, for clients without a ring`() async throws {
        let topics = Self.owners.keys.sorted()
        let result = try await BuiltProgram.run(["route", "--clusters", "3", "--json"] + topics)
        #expect(result.status == .exited(0))
        struct Line: Decodable { let topic: String, index: Int }
        let lines = try result.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(Dictionary(uniqueKeysWithValues: lines.map { ($0.topic, $0.index) }) == Self.owners)
    }

    /// The C client publishes to the cluster that the ring names. This library subscribes by topic alone.
    private func fromC(_ client: RouletteClient, _ peers: [CClient]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (topic, owner) in Self.owners {
                let subscription = try await client.subscribe(to: topic, options: .init(confirmed: true))
                group.addTask {
                    var received: [String] = []
                    for try await message in subscription {
                        #expect(message.cluster.index == owner)
                        received.append(String(buffer: message.payload))
                        if received.count == Self.count { break }
                    }
                    #expect(received == Self.payloads(of: topic))
                }
            }
            for (cluster, peer) in peers.enumerated() {
                group.addTask {
                    try await peer.publish(
                        Self.topics(of: cluster).flatMap { topic in
                            Self.payloads(of: topic).map { CClient.Message(topic: topic, payload: $0) }
                        }
                    )
                }
            }
            try await group.waitForAll()
        }
    }

    /// This library publishes by topic alone. The C client subscribes on the cluster that the ring names, and on no other.
    private func toC(_ client: RouletteClient, _ peers: [CClient]) async throws {
        // A pattern is subscribed on every cluster.
        let ready = try await client.subscribe(to: "peer.*", options: .init(confirmed: true))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (cluster, peer) in peers.enumerated() {
                let topics = Self.topics(of: cluster)
                group.addTask {
                    let received = try await peer.receive(Self.count * topics.count, from: topics)
                    let expected = topics.flatMap { topic in
                        Self.payloads(of: topic).map { CClient.Message(topic: topic, payload: $0) }
                    }
                    #expect(received == expected)
                }
            }
            group.addTask {
                var waiting = Set(peers.indices)
                for try await message in ready {
                    waiting.remove(message.cluster.index)
                    if waiting.isEmpty { break }
                }
                for topic in Self.owners.keys {
                    for payload in Self.payloads(of: topic) { try await client.publish(payload, to: topic) }
                }
                try await client.flush()
            }
            try await group.waitForAll()
        }
    }

    private static func topics(of cluster: Int) -> [String] {
        owners.filter { $0.value == cluster }.map(\.key).sorted()
    }

    private static func payloads(of topic: String) -> [String] {
        (0..<count).map { "\(topic) number \($0) ünïcödé" }
    }

    /// Runs three servers with TLS: one for a JWT and its key, one for an NKEY, one for user and password.
    private func withClusters(
        _ authority: TestAuthority,
        _ body: ([ClusterConfiguration], [CClient]) async throws -> Void
    ) async throws {
        let tls = NATSServerConfiguration.TLS(certificate: try await authority.issueForLoopback())
        let deployment = SignedDeployment()
        let (creds, seedFile) = ("\(authority.directory.path)/user.creds", "\(authority.directory.path)/user.nk")
        let key = NKey(role: .user)
        try writePrivate(deployment.credentials(), to: creds)
        try writePrivate(key.seed.value + "\n", to: seedFile)

        let kinds: [(NATSServerConfiguration, CClient.Login, @Sendable () throws -> NATSClientConfiguration.Credentials)] = [
            (
                .init(tls: tls, extra: try deployment.serverConfiguration()), .credentialsFile(creds),
                { try .credentialsFile(creds) }
            ),
            (
                .init(authorization: .nkey(key.publicKey), tls: tls),
                .nkey(publicKey: key.publicKey, seedFile: seedFile), { try .nkeyFile(seedFile) }
            ),
            (
                .init(authorization: .user("joe", password: "hunter2"), tls: tls), .user("joe", password: "hunter2"),
                { .userPassword(user: "joe", password: "hunter2") }
            ),
        ]
        var processes: [NATSServerProcess] = []
        var servers: [ClusterConfiguration] = []
        var clients: [CClient] = []
        do {
            for (configuration, login, credentials) in kinds {
                let process = try await NATSServerProcess.start(configuration)
                processes.append(process)
                var server = ClusterConfiguration(host: "localhost", port: process.port)
                server.credentials = credentials
                servers.append(server)
                clients.append(try await CClient(port: process.port, authority: authority.certificateFile, login: login))
            }
            try await body(servers, clients)
        } catch {
            for process in processes { process.kill() }
            throw error
        }
        for process in processes { await process.stop() }
    }
}
