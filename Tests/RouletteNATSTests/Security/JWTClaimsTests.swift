import Testing
import TextCoding

@testable import RouletteNATS

@Suite("The claims of a JWT")
struct JWTClaimsTests {
    private func jwt(_ claims: String) -> Secret {
        Secret([#"{"typ":"JWT"}"#, claims].map { Base64URL.encode(Array($0.utf8)) }.joined(separator: ".") + ".c2ln")
    }

    @Test
    func `expiry, start and bearer token are read`() throws {
        let claims = try #require(
            JWTClaims(jwt(#"{"exp":2000,"nbf":1000,"x":[1,{"y":null}],"nats":{"type":"user","bearer_token":true}}"#))
        )
        #expect(claims.expiry == 2_000)
        #expect(claims.start == 1_000)
        #expect(claims.isBearer)
        let plain = try #require(JWTClaims(jwt(#"{"exp":0,"nbf":null,"nats":{"pub":{}}}"#)))
        #expect(plain.expiry == nil && plain.start == nil && !plain.isBearer)
    }

    @Test(
        arguments: ["", "a.b.c", "eyJ.e.e", "..", "a", "e30.e30", "e30.eyJleHAiOjF9.x.y", "e30.!!!!.x", "e30.eyJleHAiOiJ4In0.x"]
    )
    func `texts that are not JWTs have no claims and do not trap`(text: String) {
        #expect(JWTClaims(Secret(text)) == nil)
    }

    @Test
    func `an expired JWT and one that is not valid yet are reported with the date`() throws {
        let claims = try #require(JWTClaims(jwt(#"{"exp":1767225600,"nbf":1764547200}"#)))
        let expired = try #require(claims.complaint(at: 1_767_225_600))
        #expect(expired.hasPrefix("the credentials expired on 2026-01-01 at 00:00 UTC"))
        #expect(claims.complaint(at: 1_767_225_599) == nil)
        #expect(claims.complaint(at: 1_764_547_200) == nil)
        let early = try #require(claims.complaint(at: 1_764_547_199))
        #expect(early.hasPrefix("the credentials are not valid before 2025-12-01 at 00:00 UTC"))
        // The error of the server follows the text.
        #expect(!early.hasSuffix("?") && early.contains("clock of this machine"))
        #expect(CalendarTime.text(.max) == "an invalid date")
    }

    @Test
    func `a bearer JWT needs neither seed nor nonce, and every other JWT needs both`() throws {
        let bearer = jwt(#"{"nats":{"bearer_token":true}}"#)
        let seed = NKey(role: .user).seed
        for (seed, nonce) in [(nil, nil), (nil, "n"), (seed, nil)] as [(Secret?, String?)] {
            var options = ConnectOptions()
            try NATSClientConfiguration.Credentials.jwt(bearer, seed: seed).sign(&options, nonce: nonce)
            #expect(options.jwt == bearer.value)
            #expect(options.sig == nil)
        }
        var options = ConnectOptions()
        try NATSClientConfiguration.Credentials.jwt(bearer, seed: seed).sign(&options, nonce: "n")
        #expect(options.sig != nil)

        let bound = jwt(#"{"nats":{}}"#)
        let noSeed = #expect(throws: NATSError.self) {
            try NATSClientConfiguration.Credentials.jwt(bound, seed: nil).sign(&options, nonce: "n")
        }
        #expect(noSeed?.code == .credentials)
        #expect(noSeed?.message.contains("not a bearer token") == true)
        let noNonce = #expect(throws: NATSError.self) {
            try NATSClientConfiguration.Credentials.jwt(bound, seed: seed).sign(&options, nonce: nil)
        }
        #expect(noNonce?.code == .authorization)
    }

    @Test
    func `a .creds file needs no seed if its JWT is a bearer token`() throws {
        func text(_ jwt: Secret) -> String { "-----BEGIN NATS USER JWT-----\n\(jwt.value)\n------END NATS USER JWT------\n" }
        let bearer = jwt(#"{"nats":{"bearer_token":true}}"#)
        let found = try CredentialsFile.login(in: text(bearer))
        #expect(found.jwt == bearer && found.seed == nil)
        #expect(throws: NATSError.self) { try CredentialsFile.login(in: text(jwt(#"{"nats":{}}"#))) }
    }

    @Test
    func `a key or a JWT given instead of a path is detected and not repeated in the error`() {
        let seed = NKey(role: .user).seed.value
        let token = "eyJhbGciOiJ4In0.eyJleHAiOjF9.c2ln"
        for text in [seed, "/etc/" + seed, String(seed.dropLast(3)), token, "/a/" + token, "-----BEGIN X-----"] {
            let error = #expect(throws: NATSError.self) { try NATSClientConfiguration.Credentials.nkeyFile(text) }
            #expect(error?.message.contains(text.split(separator: "/").last ?? "") == false)
            #expect(error?.message.contains("instead of the path of its file") == true)
        }
        for path in [
            "/home/SU/app.nk", "ops.creds", "SUAB", "", "/", "a.b.c",
            "/run/secrets/STAGING-SERVICE-CREDENTIALS-OF-THE-WHOLE-TEAM",
        ] {
            #expect(!SecretShape.isSecret(path), "\(path)")
        }
    }
}
