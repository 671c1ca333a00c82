import Foundation
import RouletteNATS
import TestSupport
import Testing

/// Runs a client for the duration of a closure, whether or not it connects.
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
    /// Quick retries, and a deadline that allows for a busy machine.
    static func test(_ host: String = "localhost", port: Int, _ change: (inout Self) -> Void = { _ in }) -> Self {
        var configuration = Self(address: .init(host: host, port: port))
        configuration.reconnectBackoff = Backoff(base: .milliseconds(1), maximum: .milliseconds(20))
        configuration.reconnectJitter = .milliseconds(1)
        configuration.connectTimeout = .seconds(20)
        // A port that had TLS in one test may be used again in another one.
        configuration.encryptedAddresses = AddressMemory()
        change(&configuration)
        return configuration
    }
}

/// Returns the reasons why the first attempts of a client fail.
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

/// Returns the reason why the first attempt fails.
func cause(_ configuration: NATSClientConfiguration) async throws -> NATSError {
    try #require(try await causes(1, configuration).first)
}

/// Returns whether the bytes contain a text.
func contains(_ bytes: [UInt8], _ text: String) -> Bool {
    bytes.firstRange(of: Array(text.utf8)) != nil
}

/// Operator, account and users of a deployment, as `nsc` creates them: nats-io/jwt, version 2.
struct SignedDeployment {
    private let `operator` = NKey(role: .operator)
    private let account = NKey(role: .account)

    /// Returns the configuration of a server that trusts the operator.
    ///
    /// - Parameters:
    ///   - connections: The maximum number of connections of the account; -1 for no limit.
    ///   - payload: The maximum payload of the account in bytes; -1 for no limit.
    func serverConfiguration(connections: Int = -1, payload: Int = -1) throws -> String {
        let accountJWT = try Self.token(
            subject: account.publicKey,
            issuer: `operator`,
            claims: """
                "name":"tests","nats":{"limits":{"subs":-1,"data":-1,"payload":\(payload),"imports":-1,"exports":-1,"wildcards":true,\
                "conn":\(connections),"leaf":-1},"default_permissions":{"pub":{},"sub":{}},"type":"account","version":2}
                """
        )
        let operatorJWT = try Self.token(
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

    /// Returns the text of a `.creds` file of a new user.
    ///
    /// - Parameters:
    ///   - lifetime: The seconds until the server ends connections of the user. A negative number is in the past.
    ///   - start: The seconds until the login becomes valid.
    ///   - isBearer: Whether the JWT alone is sufficient to log in. The file then has no seed.
    func credentials(
        user: String = "user",
        lifetime: Int? = nil,
        start: Int? = nil,
        isBearer: Bool = false
    ) throws -> String {
        let key = NKey(role: .user)
        let now = Int(Date().timeIntervalSince1970)
        let expiry = lifetime.map { "\"exp\":\(now + $0)," } ?? ""
        let beginning = start.map { "\"nbf\":\(now + $0)," } ?? ""
        let bearer = isBearer ? "\"bearer_token\":true," : ""
        let jwt = try Self.token(
            subject: key.publicKey,
            issuer: account,
            claims: """
                \(expiry)\(beginning)"name":"\(user)","nats":{\(bearer)"pub":{},"sub":{},"subs":-1,"data":-1,"payload":-1,"type":"user","version":2}
                """
        )
        if isBearer { return "-----BEGIN NATS USER JWT-----\n\(jwt)\n------END NATS USER JWT------\n" }
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

    fileprivate static func token(subject: String, issuer: NKey, claims: String) throws -> String {
        let header = #"{"typ":"JWT","alg":"ed25519-nkey"}"#
        let body = """
            {"jti":"\(UUID().uuidString)","iat":\(Int(Date().timeIntervalSince1970)),"iss":"\(issuer.publicKey)",\
            "sub":"\(subject)",\(claims)}
            """
        let signed = [header, body].map(base64URL).joined(separator: ".")
        return signed + "." + (try issuer.sign(Array(signed.utf8)))
    }

    private static func base64URL(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

/// A service that authenticates clients for a server (`auth_callout`, since nats-server 2.10).
struct AuthenticationCallout {
    private let issuer = NKey(role: .account)

    /// The lines for the server's configuration. The service logs in as `callout` with the password `pass`.
    var serverConfiguration: String {
        """
        accounts { AUTH { users: [ { user: callout, password: pass } ] }, APP {} }
        authorization { auth_callout { issuer: \(issuer.publicKey), account: AUTH, auth_users: [ callout ] } }
        """
    }

    /// Returns the answer that accepts or refuses the client of a request.
    func answer(to request: String, accepts: Bool) throws -> String {
        struct Request: Decodable {
            struct Claims: Decodable {
                struct Server: Decodable { let id: String }
                let server_id: Server
                let user_nkey: String
            }
            let nats: Claims
        }
        var body = String(try #require(request.split(separator: ".").dropFirst().first))
            .replacing("-", with: "+").replacing("_", with: "/")
        body += String(repeating: "=", count: (4 - body.count % 4) % 4)
        let claims = try JSONDecoder().decode(Request.self, from: try #require(Data(base64Encoded: body))).nats
        let user = try SignedDeployment.token(
            subject: claims.user_nkey,
            issuer: issuer,
            claims:
                #""aud":"APP","name":"found","nats":{"pub":{},"sub":{},"subs":-1,"data":-1,"payload":-1,"type":"user","version":2}"#
        )
        let decision = accepts ? "\"jwt\":\"\(user)\"" : #""error":"nobody knows this client""#
        return try SignedDeployment.token(
            subject: claims.user_nkey,
            issuer: issuer,
            claims: "\"aud\":\"\(claims.server_id.id)\",\"nats\":{\(decision),\"type\":\"authorization_response\",\"version\":2}"
        )
    }
}

/// Writes a file that is readable only for its owner.
func writePrivate(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
}
