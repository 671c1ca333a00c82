import Foundation
import NATS
import TestSupport
import Testing

/// Runs a client for the time of a closure, whether or not it connects.
func withStarted(_ client: NATSClient, _ body: (NATSClient) async throws -> Void) async throws {
    let run = Task { await client.run() }
    do {
        try await body(client)
    } catch {
        client.close()
        await run.value
        throw error
    }
    client.close()
    await run.value
}

extension NATSClientConfiguration {
    /// Quick retries, and a handshake that a busy machine can complete.
    static func test(_ host: String = "localhost", port: Int, _ change: (inout Self) -> Void = { _ in }) -> Self {
        var configuration = Self(address: .init(host: host, port: port))
        configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(20))
        configuration.reconnectJitter = .milliseconds(1)
        configuration.connectTimeout = .seconds(20)
        change(&configuration)
        return configuration
    }
}

/// Why the first attempts of a client fail.
func causes(_ count: Int = 1, _ configuration: NATSClientConfiguration) async throws -> [NATSError] {
    let client = try NATSClient(configuration: configuration)
    let events = client.events(buffer: 10_000)
    let found = Watched<[NATSError]>([])
    try await withStarted(client) { _ in
        try await withDeadline(.seconds(40), "the attempts did not fail") {
            while let event = await events.next()?.event {
                guard case .reconnecting(_, _, let cause) = event else { continue }
                if found.update({
                    $0.append(cause); return $0.count
                }) == count {
                    break
                }
            }
        }
    }
    return found.value
}

/// The cause of the failure of the first attempt.
func cause(_ configuration: NATSClientConfiguration) async throws -> NATSError {
    try #require(try await causes(1, configuration).first)
}

/// The numbers of a byte sequence in another.
func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    bytes.firstRange(of: Array(text.utf8)) != nil
}

/// Operator, account and users of a deployment, as `nsc` would make them: nats-io/jwt, version 2.
struct SignedDeployment {
    private let `operator` = NKey(role: .operator)
    private let account = NKey(role: .account)

    /// The lines of a server's configuration that make it trust the operator.
    func serverConfiguration() throws -> String {
        let accountJWT = try token(
            subject: account.publicKey,
            issuer: `operator`,
            claims: """
                "name":"tests","nats":{"limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,\
                "conn":-1,"leaf":-1},"default_permissions":{"pub":{},"sub":{}},"type":"account","version":2}
                """
        )
        let operatorJWT = try token(
            subject: `operator`.publicKey,
            issuer: `operator`,
            claims: #""name":"operator","nats":{"type":"operator","version":2}"#
        )
        return """
            operator: \(operatorJWT)
            resolver: MEMORY
            resolver_preload: { \(account.publicKey): \(accountJWT) }
            """
    }

    /// The text of a `.creds` file of a new user.
    ///
    /// - Parameter lifetime: After this many seconds the server ends connections of the user.
    func credentials(user: String = "user", lifetime: Int? = nil) throws -> String {
        let key = NKey(role: .user)
        let expiry = lifetime.map { "\"exp\":\(Int(Date().timeIntervalSince1970) + $0)," } ?? ""
        let jwt = try token(
            subject: key.publicKey,
            issuer: account,
            claims: """
                \(expiry)"name":"\(user)","nats":{"pub":{},"sub":{},"subs":-1,"data":-1,"payload":-1,"type":"user","version":2}
                """
        )
        return """
            -----BEGIN NATS USER JWT-----
            \(jwt)
            ------END NATS USER JWT------

            ************************* IMPORTANT *************************

            -----BEGIN USER NKEY SEED-----
            \(key.seed.value)
            ------END USER NKEY SEED------

            """
    }

    private func token(subject: String, issuer: NKey, claims: String) throws -> String {
        let header = #"{"typ":"JWT","alg":"ed25519-nkey"}"#
        let body = """
            {"jti":"\(UUID().uuidString)","iat":\(Int(Date().timeIntervalSince1970)),"iss":"\(issuer.publicKey)",\
            "sub":"\(subject)",\(claims)}
            """
        let signed = [header, body].map(Self.base64URL).joined(separator: ".")
        return signed + "." + (try issuer.sign(Array(signed.utf8)))
    }

    private static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// Writes a file that only its owner can read.
func writePrivate(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
}
