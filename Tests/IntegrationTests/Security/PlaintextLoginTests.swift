import Foundation
import Locking
import NIOCore
import NIOPosix
import RouletteNATS
import TestSupport
import Testing

@Suite("Logins in plain text", .timeLimit(.minutes(2)))
struct PlaintextLoginTests {
    /// Makes the server appear to be on another machine.
    private func remote(_ port: Int, _ change: (inout NATSClientConfiguration) -> Void = { _ in }) -> NATSClientConfiguration {
        .test("127.0.0.1", port: port) { configuration in
            configuration.credentials = { .userPassword(user: "joe", password: "hunter2") }
            configuration.isOnThisMachine = { _ in false }
            change(&configuration)
        }
    }

    /// Returns the addresses in the warnings of connections that come up one after the other.
    private func warnings(_ configurations: [NATSClientConfiguration]) async throws -> (warned: [String], isExposed: [Bool]) {
        var (warned, isExposed): ([String], [Bool]) = ([], [])
        for configuration in configurations {
            let client = try NATSClient(configuration: configuration)
            let events = client.events(buffer: 100)
            try await withStarted(client) { client in
                try await client.whenConnected()
                isExposed.append(client.snapshot.isLoginExposed)
            }
            while let event = await events.next()?.event {
                if case .credentialsInPlaintext(let address) = event { warned.append(address.description) }
            }
        }
        return (warned, isExposed)
    }

    @Test
    func `a plain-text login to another machine is reported once for each address, unless it is allowed`() async throws {
        let users = NATSServerConfiguration(authorization: .user("joe", password: "hunter2"))
        try await NATSServerProcess.withServer(users) { first in
            try await NATSServerProcess.withServer(users) { second in
                let pool = AddressMemory()
                let ports = [first.port, first.port, second.port, first.port]
                let all = try await warnings(ports.map { remote($0) { $0.plaintextLogins = pool } })
                #expect(all.warned == ["127.0.0.1:\(first.port)", "127.0.0.1:\(second.port)"])
                #expect(all.isExposed == [true, true, true, true])

                let meant = try await warnings([remote(first.port) { $0.allowsPlaintextCredentials = true }])
                #expect(meant.warned.isEmpty && meant.isExposed == [false])
                let local = try await warnings([
                    .test("127.0.0.1", port: first.port) {
                        $0.credentials = { .userPassword(user: "joe", password: "hunter2") }
                    }
                ])
                #expect(local.warned.isEmpty && local.isExposed == [false])
            }
        }
        try await NATSServerProcess.withServer { server in
            let nothing = try await warnings([remote(server.port) { $0.credentials = { .none } }])
            #expect(nothing.warned.isEmpty && nothing.isExposed == [false])
        }
    }

    @Test(
        .timeLimit(.minutes(1))
    )
    func `in automatic mode, no client sends a login without TLS to an address that had TLS`() async throws {
        try await TestAuthority.with { authority in
            let tls = try TLSTermination(certificate: try await authority.issueForLoopback())
            // The INFO of the second connection has lost its TLS in transit.
            let server = try await ScriptedServer.start { connection, index in
                if index == 0 {
                    try await connection.startTLS(tls, after: "INFO {\"headers\":true,\"tls_required\":true}\r\n")
                } else {
                    try await connection.send("INFO {\"headers\":true}\r\n")
                }
                guard index != 1 else { return try await connection.waitUntilEnded() }
                try await connection.expect("CONNECT ")
                try await connection.expect("PING")
                try await connection.send("PONG\r\n")
                try await connection.waitUntilEnded()
            }
            let process = AddressMemory()
            func configuration(_ mode: NATSClientConfiguration.TLS.Mode, user: Bool = true) -> NATSClientConfiguration {
                .test("LocalHost", port: server.port) { configuration in
                    configuration.tls.mode = mode
                    configuration.tls.trustRoots = .file(authority.certificateFile)
                    configuration.tls.serverName = "localhost"
                    configuration.encryptedAddresses = process
                    configuration.allowsPlaintextCredentials = true
                    if user { configuration.credentials = { .userPassword(user: "joe", password: "hunter2") } }
                }
            }
            let first = try NATSClient(configuration: configuration(.automatic))
            try await withStarted(first) { try await $0.whenConnected() }

            let error = try await cause(configuration(.automatic))
            #expect(error.code == .tls)
            #expect(error.message.hasPrefix("the server offered TLS before and does not now, so the login was not sent"))
            #expect(error.message.contains("tls = \"off\""))
            try await server.scriptEnded(1)
            #expect(server.connections[1].inbound.value.bytes.isEmpty)

            // Without a login there is nothing to protect, and `.disabled` means no TLS.
            for configuration in [configuration(.automatic, user: false), configuration(.disabled)] {
                let client = try NATSClient(configuration: configuration)
                try await withStarted(client) { try await $0.whenConnected() }
            }
            await server.close()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `after TLS with one address of a cluster, no other one receives the login without TLS`() async throws {
        try await TestAuthority.with { authority in
            let tls = try TLSTermination(certificate: try await authority.issueForLoopback())
            let encrypted = try await ScriptedServer.start { connection, _ in
                try await connection.startTLS(tls, after: "INFO {\"headers\":true,\"tls_required\":true}\r\n")
                try await connection.expect("CONNECT ")
                try await connection.expect("PING")
                try await connection.send("PONG\r\n")
            }
            // The addresses are tried in random order. This one answers only after the other had TLS.
            let hadTLS = Mutex(false)
            let plain = try await ScriptedServer.start { connection, _ in
                guard hadTLS.withLock({ $0 }) else { return await connection.close() }
                try await connection.send("INFO {\"headers\":true}\r\n")
                try await connection.waitUntilEnded()
            }
            let process = AddressMemory()
            func configuration(_ ports: [Int]) -> NATSClientConfiguration {
                .test("localhost", port: ports[0]) { configuration in
                    configuration.seeds = ports.dropFirst().map { .init(host: "localhost", port: $0) }
                    configuration.tls.mode = .automatic
                    configuration.tls.trustRoots = .file(authority.certificateFile)
                    configuration.encryptedAddresses = process
                    configuration.allowsPlaintextCredentials = true
                    configuration.credentials = { .userPassword(user: "joe", password: "hunter2") }
                }
            }
            let first = try NATSClient(configuration: configuration([encrypted.port, plain.port]))
            try await withStarted(first) { try await $0.whenConnected() }
            hadTLS.withLock { $0 = true }

            let error = try await cause(configuration([plain.port]))
            #expect(error.code == .tls)
            #expect(error.message.hasPrefix("the server offered TLS before and does not now, so the login was not sent"))
            for connection in plain.connections {
                #expect(!String(decoding: connection.inbound.value.bytes, as: UTF8.self).contains("hunter2"))
            }
            await encrypted.close()
            await plain.close()
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `a program remembers the addresses for all its clients`() async throws {
        let configuration = NATSClientConfiguration(address: .init(host: "nats.example.org"))
        #expect(configuration.encryptedAddresses === AddressMemory.encrypted)
        #expect(configuration.encryptedAddresses === NATSClientConfiguration(address: .init(host: "a")).encryptedAddresses)
        #expect(configuration.plaintextLogins !== NATSClientConfiguration(address: .init(host: "a")).plaintextLogins)
    }

    /// An address of this machine other than loopback.
    private static let ownAddress: String? = {
        let devices = (try? System.enumerateDevices()) ?? []
        return devices.lazy.compactMap(\.address).filter { $0.protocol == .inet }.compactMap(\.ipAddress)
            .first { !$0.hasPrefix("127.") }
    }()

    @Test(
        .enabled(if: ownAddress != nil)
    )
    func `the command warns once for each address on standard error, and not if it is allowed`() async throws {
        let address = try #require(Self.ownAddress)
        var server = NATSServerConfiguration(authorization: .user("joe", password: "hunter2"))
        server.host = "0.0.0.0"
        try await NATSServerProcess.withServer(server) { first in
            try await NATSServerProcess.withServer(server) { second in
                func run(_ more: String...) async throws -> BuiltProgram.Result {
                    let servers = [
                        "--server", "\(address):\(first.port)", "--server", "\(address):\(second.port)", "--user", "joe",
                    ]
                    return try await BuiltProgram.run(["status"] + servers + more, environment: ["ROULETTE_PASSWORD": "hunter2"])
                }
                let warned = try await run()
                #expect(warned.status == .exited(0), "\(warned.errors)")
                let lines = warned.errors.split(separator: "\n")
                #expect(
                    lines.count == 2 && lines.allSatisfy { $0.hasPrefix("roulette: WARNING: the login was sent to \(address):") }
                )
                #expect(Set(lines).count == 2)
                #expect(!warned.errors.contains("hunter2"))
                let meant = try await run("--allow-plaintext-credentials")
                #expect(meant.status == .exited(0))
                #expect(meant.errors.isEmpty)
            }
        }
    }
}
