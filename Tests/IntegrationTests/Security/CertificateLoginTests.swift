import Foundation
import RouletteNATS
import TestSupport
import Testing

@Suite("Logins outside CONNECT, on real servers", .timeLimit(.minutes(2)))
struct CertificateLoginTests {
    @Test
    func `a certificate logs in if the server maps it to a user; another or none is refused with advice`()
        async throws
    {
        try await TestAuthority.with { authority in
            var tls = NATSServerConfiguration.TLS(
                certificate: try await authority.issueForLoopback(),
                clientAuthority: authority.certificateFile
            )
            tls.mapsClients = true
            let extra = #"authorization { users: [ { user: "CN=known", permissions: { publish: "mine.>" } } ] }"#
            let (known, other) = (try await authority.issue("known"), try await authority.issue("other"))
            try await NATSServerProcess.withServer(.init(tls: tls, extra: extra)) { server in
                func configuration(_ own: TestAuthority.Certificate?) -> NATSClientConfiguration {
                    .test(port: server.port) { configuration in
                        configuration.tls.trustRoots = .file(authority.certificateFile)
                        configuration.tls.clientCertificate = own.map {
                            .init(chainFile: $0.certificateFile, keyFile: $0.keyFile)
                        }
                    }
                }
                let client = try NATSClient(configuration: configuration(known))
                let events = client.events(buffer: 100)
                try await withStarted(client) { client in
                    try await client.whenConnected()
                    // The server applies the permissions of that user.
                    try await client.publish("x", to: "theirs")
                    let refusal = try await withDeadline(.seconds(20), "no refusal") { () -> NATSError? in
                        while let event = await events.next()?.event {
                            if case .serverError(let error) = event { return error }
                        }
                        return nil
                    }
                    #expect(refusal?.code == .permission)
                }
                let refused = try await cause(configuration(other))
                #expect(refused.code == .authorization)
                #expect(
                    refused.message.hasPrefix("the server refused the client certificate \(other.certificateFile) as a login")
                )
                #expect(refused.message.contains("verify_and_map"))
                let none = try await cause(configuration(nil))
                #expect(none.code == .tls)
                #expect(none.message.hasPrefix("the server demands a client certificate"))
            }
        }
    }

    @Test
    func `without a login the server decides, and the error states that no credentials are configured`() async throws {
        try await NATSServerProcess.withServer(.init(authorization: .user("joe", password: "hunter2"))) { server in
            let proxy = try await FaultProxy.start(to: server.port)
            let error = try await cause(.test("127.0.0.1", port: proxy.port))
            #expect(error.code == .authorization)
            #expect(error.message.hasPrefix("the server asks for credentials and none are configured: Authorization Violation"))
            #expect(proxy.sentByClients.contains { contains($0, "CONNECT {") }, "the client sent CONNECT")
            await proxy.close()
        }
        // A server that sets `auth_required` and accepts all clients, like one with an authentication callout.
        let server = try await ScriptedServer.start { connection in
            try await connection.send("INFO {\"auth_required\":true,\"headers\":true}\r\n")
            let connect = try await connection.expect("CONNECT ")
            for secret in ["user", "pass", "auth_token", "jwt", "nkey", "sig"] { #expect(!connect.contains("\"\(secret)\"")) }
            try await connection.expect("PING")
            try await connection.send("PONG\r\n")
            try await connection.waitUntilEnded()
        }
        let client = try NATSClient(configuration: .test("127.0.0.1", port: server.port))
        try await withStarted(client) { try await $0.whenConnected() }
        await server.close()
    }

    @Test(
        .enabled("needs nats-server 2.10 or later", { try await NATSServerProgram.isAtLeast("2.10.0") })
    )
    func `an authentication callout accepts or refuses a client without a login`() async throws {
        let callout = AuthenticationCallout()
        try await NATSServerProcess.withServer(.init(extra: callout.serverConfiguration)) { server in
            let service = try NATSClient(
                configuration: .test("127.0.0.1", port: server.port) {
                    $0.credentials = { .userPassword(user: "callout", password: "pass") }
                }
            )
            let accepts = Watched(true)
            try await withStarted(service) { service in
                try await service.whenConnected()
                let requests = try await service.subscribe(to: "$SYS.REQ.USER.AUTH", confirmed: true)
                let answering = Task {
                    for try await request in requests {
                        try await request.respond(callout.answer(to: String(buffer: request.payload), accepts: accepts.value))
                    }
                }
                defer { answering.cancel() }
                let configuration = NATSClientConfiguration.test("127.0.0.1", port: server.port)
                let client = try NATSClient(configuration: configuration)
                try await withStarted(client) { try await $0.whenConnected() }
                accepts.update { $0 = false }
                let refused = try await cause(configuration)
                #expect(refused.code == .authorization)
                #expect(refused.message.hasPrefix("the server asks for credentials and none are configured"))
            }
        }
    }

    @Test
    func `expired and not yet valid credentials are named as such; a bearer JWT needs no seed`() async throws {
        let deployment = SignedDeployment()
        let directory = try TemporaryDirectory(for: "creds")
        let path = "\(directory.path)/user.creds"
        try await NATSServerProcess.withServer(.init(extra: deployment.serverConfiguration())) { server in
            let configuration = NATSClientConfiguration.test("127.0.0.1", port: server.port) {
                $0.credentials = { try .credentialsFile(path) }
            }
            try writePrivate(deployment.credentials(lifetime: -100), to: path)
            let expired = try await cause(configuration)
            #expect(expired.code == .authorization)
            #expect(expired.message.hasPrefix("the credentials expired on 20"))
            #expect(expired.message.contains("get new ones"))
            try writePrivate(deployment.credentials(start: 86_400), to: path)
            let early = try await cause(configuration)
            #expect(early.code == .authorization)
            #expect(early.message.hasPrefix("the credentials are not valid before 20"))
            try writePrivate(deployment.credentials(isBearer: true), to: path)
            let client = try NATSClient(configuration: configuration)
            try await withStarted(client) { try await $0.whenConnected() }
        }
        try directory.remove()
    }
}
