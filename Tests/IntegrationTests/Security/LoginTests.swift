import Foundation
import NIOPosix
import RouletteNATS
import TestSupport
import Testing

@Suite("Logins, on real and scripted servers", .timeLimit(.minutes(2)))
struct LoginTests {
    @Test
    func `an NKEY logs in; another one is refused, and so is one with a wrong seed`() async throws {
        let key = NKey(role: .user)
        try await NATSServerProcess.withServer(.init(authorization: .nkey(key.publicKey))) { server in
            let client = try NATSClient(
                configuration: .test(port: server.port) { $0.credentials = { .nkey(seed: key.seed) } }
            )
            try await withStarted(client) { try await $0.whenConnected() }
            let other = NKey(role: .user).seed
            let refused = try await cause(.test(port: server.port) { $0.credentials = { .nkey(seed: other) } })
            #expect(refused.code == .authorization)
            let broken = try await cause(.test(port: server.port) { $0.credentials = { .nkey(seed: "SUNONSENSE") } })
            #expect(broken.code == .credentials)
            #expect(!broken.message.contains("NONSENSE"))
        }
    }

    @Test
    func `a server without a nonce is distinguished from one that refuses the login`() async throws {
        let key = NKey(role: .user)
        let server = try await ScriptedServer.start { connection in
            try await connection.send("INFO {\"auth_required\":true}\r\n")
            try await connection.waitUntilEnded()
            #expect(connection.inbound.value.bytes.isEmpty)
        }
        let error = try await cause(.test(port: server.port) { $0.credentials = { .nkey(seed: key.seed) } })
        #expect(error.code == .authorization)
        #expect(error.message.hasPrefix("the server sent no nonce to sign"))
        try await server.scriptEnded(0)
        await server.close()
    }

    @Test
    func `a .creds file logs in on a server with operator mode; one of another operator does not`() async throws {
        let deployment = SignedDeployment()
        let directory = try TemporaryDirectory(for: "creds")
        let path = "\(directory.path)/user.creds"
        try await NATSServerProcess.withServer(.init(extra: deployment.serverConfiguration())) { server in
            try writePrivate(deployment.credentials(), to: path)
            let configuration = NATSClientConfiguration.test(port: server.port) {
                $0.credentials = { try .credentialsFile(path) }
            }
            let client = try NATSClient(configuration: configuration)
            try await withStarted(client) { client in
                try await client.whenConnected()
                let subscription = try await client.subscribe(to: "signed", confirmed: true)
                try await client.publish("in", to: "signed")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "in")
            }
            try writePrivate(SignedDeployment().credentials(), to: path)
            let foreign = try await cause(configuration)
            #expect(foreign.code == .authorization)
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
            let error = try await cause(configuration)
            #expect(error.code == .credentials)
            #expect(error.message.hasSuffix("run: chmod 600 \(path)"))
        }
        try directory.remove()
    }

    @Test
    func
        `credentials that expire during a session cause an event, and the session continues with their replacement`()
        async throws
    {
        let deployment = SignedDeployment()
        let directory = try TemporaryDirectory(for: "creds")
        let path = "\(directory.path)/user.creds"
        try await NATSServerProcess.withServer(.init(extra: deployment.serverConfiguration())) { server in
            try writePrivate(deployment.credentials(lifetime: 3), to: path)
            let asked = Watched(0)
            let client = try NATSClient(
                configuration: .test(port: server.port) {
                    $0.credentials = {
                        asked.update { $0 += 1 }
                        return try .credentialsFile(path)
                    }
                }
            )
            let events = client.events(buffer: 10_000)
            try await withStarted(client) { client in
                try await client.whenConnected()
                let subscription = try await client.subscribe(to: "kept", confirmed: true)
                try writePrivate(deployment.credentials(), to: path)
                let end = try await withDeadline(.seconds(30), "the credentials did not expire") { () -> NATSError? in
                    while let event = await events.next()?.event {
                        if case .disconnected(let cause, _) = event { return cause }
                    }
                    return nil
                }
                #expect(end?.code == .authorization)
                #expect(end?.message.localizedCaseInsensitiveContains("expired") == true)
                try await withDeadline(.seconds(30), "the session did not continue") {
                    while let event = await events.next()?.event {
                        if case .connected = event { break }
                    }
                }
                try await client.flush()
                try await client.publish("again", to: "kept")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next()?.body == "again")
                #expect(asked.value >= 2)
            }
        }
        try directory.remove()
    }

    @Test(
        arguments: ["Authorization Violation", "Authentication Timeout", "User Authentication Expired"]
    )
    func `a refusal is reported even if the server resets the connection, and every attempt requests the credentials`(
        text: String
    ) async throws {
        let server = try await ScriptedServer.start { connection, index in
            try await connection.send("INFO {\"auth_required\":true,\"headers\":true}\r\n")
            let connect = try await connection.expect("CONNECT ")
            #expect(connect.contains("\"pass\":\"password-\(index)\""))
            try await connection.expect("PING")
            if index < 2 {
                try await connection.send("-ERR '\(text)'\r\n")
                // The balancer resets the connection, so the text may or may not arrive.
                if index == 1 { try await connection.reset() } else { try await connection.waitUntilEnded() }
            } else {
                try await connection.send("PONG\r\n")
                try await connection.waitUntilEnded()
            }
        }
        let asked = Watched(0)
        let client = try NATSClient(
            configuration: .test(port: server.port) {
                $0.credentials = {
                    let attempt = asked.update { attempt in
                        defer { attempt += 1 }
                        return attempt
                    }
                    return .userPassword(user: "joe", password: Secret("password-\(attempt)"))
                }
            }
        )
        let events = client.events(buffer: 10_000)
        try await withStarted(client) { client in
            try await client.whenConnected()
        }
        var causes: [NATSError] = []
        while let event = await events.next()?.event {
            if case .reconnecting(_, _, let cause) = event { causes.append(cause) }
        }
        #expect(causes.first?.code == .authorization)
        #expect(causes.first?.message.contains(text) == true)
        await server.close()
    }

    @Test
    func `a credentials provider that is slow or fails does not delay other connections of its event loop`() async throws {
        try await NATSServerProcess.withServer(.init(authorization: .token("t"))) { server in
            let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
            let isWaiting = Watched(false)
            let mayGoOn = DispatchSemaphore(value: 0)
            let slow = try NATSClient(
                configuration: .test(port: server.port) {
                    $0.credentials = {
                        isWaiting.update { $0 = true }
                        mayGoOn.wait()
                        return .token("t")
                    }
                },
                eventLoopGroup: group
            )
            let quick = try NATSClient(
                configuration: .test(port: server.port) { $0.credentials = { .token("t") } },
                eventLoopGroup: group
            )
            try await withStarted(slow) { slow in
                try await isWaiting.wait(for: "the call of the provider", within: .seconds(20)) { $0 ? () : nil }
                try await withStarted(quick) { try await $0.whenConnected() }
                mayGoOn.signal()
                try await slow.whenConnected()
            }
            try await group.shutdownGracefully()
        }
        struct Refused: Error, CustomStringConvertible { let description = "the vault is sealed" }
        try await NATSServerProcess.withServer { server in
            let error = try await cause(.test(port: server.port) { $0.credentials = { throw Refused() } })
            #expect(error == NATSError(.credentials, "the credentials cannot be read: the vault is sealed"))
        }
    }
}
