import Roulette
import RouletteNATS
import TestSupport
import Testing

@Suite("Other servers of the same cluster, on real servers", .timeLimit(.minutes(3)))
struct AlternativeServersTests {
    /// An address without a listener.
    private static let nowhere = NATSClientConfiguration.Address(host: "127.0.0.1", port: 1)

    @Test
    func `alternative servers are tried in order, also when the connected one fails`() async throws {
        try await NATSServerProcess.withServer(.init(name: "first")) { first in
            try await NATSServerProcess.withServer(.init(name: "second")) { second in
                var configuration = NATSClientConfiguration.test("127.0.0.1", port: 1)
                configuration.alternatives = [
                    .init(host: "localhost", port: first.port), .init(host: "127.0.0.1", port: second.port),
                ]
                let client = try NATSClient(configuration: configuration)
                try await withStarted(client) { client in
                    try await client.whenConnected()
                    #expect(client.snapshot.server?.name == "first")
                    let events = client.events(buffer: 10_000)
                    await first.stop()
                    try await withDeadline(.seconds(60), "the second server was not tried") {
                        while let event = await events.next()?.event {
                            if case .connected = event { break }
                        }
                    }
                    #expect(client.snapshot.server?.name == "second")
                }
            }
        }
    }

    /// Whether the second server is an alternative or a seed.
    enum Kind: CaseIterable {
        case alternative
        case seed
    }

    @Test(arguments: Kind.allCases, [true, false])
    func `each other server must present a certificate for its own host`(kind: Kind, isForSecond: Bool) async throws {
        try await TestAuthority.with { authority in
            let certificate =
                isForSecond
                ? try await authority.issue("second", hosts: ["localhost"])
                : try await authority.issue("first", addresses: ["127.0.0.1"])
            let server = NATSServerConfiguration(
                authorization: .user("joe", password: "hunter2"),
                tls: .init(certificate: certificate)
            )
            try await NATSServerProcess.withServer(server) { server in
                var configuration = NATSClientConfiguration(address: Self.nowhere)
                configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(20))
                configuration.connectTimeout = .seconds(20)
                let second = NATSClientConfiguration.Address(host: "localhost", port: server.port)
                switch kind {
                case .alternative: configuration.alternatives = [second]
                case .seed: configuration.seeds = [second]
                }
                configuration.tls.trustRoots = .file(authority.certificateFile)
                configuration.credentials = { .userPassword(user: "joe", password: "hunter2") }
                guard isForSecond else {
                    let causes = try await causes(2, configuration)
                    // The order of seeds is random.
                    let refusal = try #require(causes.first { $0.code == .tls }, "\(causes)")
                    #expect(refusal.message.contains("not for localhost"), "\(refusal.message)")
                    return
                }
                let client = try NATSClient(configuration: configuration)
                try await withStarted(client) { client in
                    try await client.whenConnected()
                    #expect(client.snapshot.tls?.isVerified == true)
                }
            }
        }
    }
}
