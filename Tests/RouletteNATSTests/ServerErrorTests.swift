import Testing

@testable import RouletteNATS

@Suite("Errors of the server (-ERR)")
struct ServerErrorTests {
    private func error(
        _ text: String,
        _ credentials: NATSClientConfiguration.Credentials = .none,
        certificate: String? = nil
    ) -> NATSError {
        ServerError(text: text, circumstances: .init(login: SentLogin(credentials, certificate: certificate))).error
    }

    @Test
    func `the error for a rejected login names the credentials and what to check`() {
        let text = "Authorization Violation"
        let cases: [(NATSClientConfiguration.Credentials, String?, String)] = [
            (.none, nil, "the server asks for credentials and none are configured"),
            (.none, "/c.pem", "the server refused the client certificate /c.pem as a login"),
            (
                .userPassword(user: "joe", password: "hunter2"), "/c.pem",
                "the server refused the credentials: Authorization Violation. Check user and password"
            ),
            (.token("hunter2"), nil, "the server refused the credentials: Authorization Violation. Check the token"),
            (.nkey(seed: "hunter2"), nil, "the server refused the credentials: Authorization Violation. Is the public key"),
            (.jwt("hunter2", seed: "hunter2"), nil, "the server refused the credentials: Authorization Violation. Is the JWT"),
        ]
        for (credentials, certificate, beginning) in cases {
            let error = error(text, credentials, certificate: certificate)
            #expect(error.code == .authorization)
            #expect(error.message.hasPrefix(beginning))
            #expect(error.message.contains(text))
            for secret in ["hunter2", "joe"] { #expect(!error.message.contains(secret)) }
        }
        #expect(ServerError(text: text).error.message == "the server refused the connection: Authorization Violation")
    }

    @Test(
        arguments: [
            ("User Authentication Expired", "expired"), ("Account Authentication Expired", "account"),
            ("User Authentication Revoked", "revoked"), ("Authentication Timeout", "too late"),
            ("maximum connections exceeded", "the server accepts no more connections"),
            ("maximum account active connections exceeded", "the account accepts no more connections"),
            ("Stale Connection", "PINGs"), ("Connection throttling is active. Please try again later.", "no new connections"),
            ("Secure Connection - TLS Required", #"tls = "required""#),
            ("attempted to connect to route port", "port for clients"),
            ("Attempted to connect to leaf node port", "4222"), ("Maximum Payload Violation", "send smaller ones"),
            ("maximum control line exceeded", "use shorter ones"), ("Unknown Protocol Operation", "did not understand"),
        ]
    )
    func `each error that closes the connection has an explanation and the server's text`(text: String, part: String) {
        let message = error(text).message
        #expect(message.contains(part), "\(message)")
        #expect(message.contains(text), "\(message)")
        #expect(!ServerError(text: text).keepsConnection)
        #expect(message.contains("did not understand") == (text == "Unknown Protocol Operation"))
    }

    @Test
    func `the error for a connection limit has advice, and retries are slow`() {
        let circumstances = ServerError.Circumstances(connectionAdvice: "Set a smaller pool_size")
        let limit = ServerError(text: "maximum account active connections exceeded", circumstances: circumstances)
        #expect(limit.error.message.hasSuffix(". Set a smaller pool_size"))
        var life = ConnectionLifecycle(maxPingFailure: 2)
        _ = life.start()
        _ = life.tcpConnected()
        _ = life.infoReceived()
        #expect(life.errorReceived(limit) == .disconnect)
        let slow = ConnectionLifecycle.ClosedAction.retry(.backoff(Backoff.lastRetry), cause: limit.error)
        #expect(life.socketClosed(afterStableConnection: false, error: .closedByPeer) == slow)
        _ = life.retryTimerFired()
        let next = life.socketClosed(afterStableConnection: false, error: .closedByPeer)
        #expect(next == .retry(.backoff(1), cause: .closedByPeer), "another failure is not a limit")
    }
}
