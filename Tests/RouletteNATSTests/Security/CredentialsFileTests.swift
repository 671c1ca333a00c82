import Foundation
import Testing

@testable import RouletteNATS

@Suite("Credentials files")
struct CredentialsFileTests {
    private let jwt = "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiJVIn0.c2ln-_"
    private let seed = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"

    private var written: String {
        """
        -----BEGIN NATS USER JWT-----
        \(jwt)
        ------END NATS USER JWT------

        ************************* IMPORTANT *************************
        NKEY Seed printed below can be used to sign and prove identity.
        NKEYs are sensitive and should be treated as secrets.

        -----BEGIN USER NKEY SEED-----
        \(seed)
        ------END USER NKEY SEED------

        *************************************************************

        """
    }

    @Test
    func `files written by nsc are read, also with other line endings, dashes and whitespace`() throws {
        for text in [
            written,
            written.replacing("\n", with: "\r\n"),
            written.replacing("-----", with: "---"),
            written.replacing("\n", with: "  \n\t "),
            "---x---\n\(jwt)\n---y---\n---z---\n\(seed)\n---\n",
            "\u{FEFF}" + written,
        ] {
            let found = try CredentialsFile.jwtAndSeed(in: text)
            #expect(found.jwt.value == jwt)
            #expect(found.seed.value == seed)
        }
    }

    @Test
    func `an error names what is missing and shows nothing of the file`() {
        for (text, missing) in [
            ("", "has no JWT"), (seed, "has no JWT"), (jwt, "has no JWT"), ("---x---\n\(seed)\n---y---", "has no JWT"),
            ("---x---\n\(jwt)\n---y---\n", "has no seed"),
        ] {
            let error = #expect(throws: NATSError.self) { try CredentialsFile.jwtAndSeed(in: text) }
            #expect(error?.code == .credentials)
            #expect(error?.message.hasPrefix(missing) == true)
            #expect(error?.message.contains(seed) == false)
        }
    }

    @Test
    func `an NKEY file has only a seed, or a seed after a comment or between lines of dashes`() throws {
        for text in [
            seed, "\n \(seed) \r\n", "# ours\n\(seed)\n", "-----BEGIN USER NKEY SEED-----\n\(seed)\n-----END-----\n", written,
        ] {
            #expect(try CredentialsFile.seed(in: text).value == seed)
        }
        let error = #expect(throws: NATSError.self) { try CredentialsFile.seed(in: " \n\n") }
        #expect(error?.message.hasPrefix("is empty") == true)
    }

    @Test
    func `a file is read by every call, must be private, and is named in the error`() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/creds-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let path = directory + "/it's.creds"
        func write(_ text: String, mode: Int = 0o600) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        func complaint(_ body: () throws -> NATSClientConfiguration.Credentials) -> String {
            do {
                return "no error: \(try body())"
            } catch {
                return "\(error)"
            }
        }

        #expect(complaint { try .credentialsFile(path) } == "\(path): does not exist")
        try write(written)
        #expect(try .credentialsFile(path) == NATSClientConfiguration.Credentials.jwt(Secret(jwt), seed: Secret(seed)))
        let other = NKey(role: .user).seed
        try write(written.replacing(seed, with: other.value))
        #expect(try .credentialsFile(path) == NATSClientConfiguration.Credentials.jwt(Secret(jwt), seed: other))
        #expect(try .nkeyFile(path) == NATSClientConfiguration.Credentials.nkey(seed: other))

        // A file of root may be readable by its group.
        for mode in [0o604, 0o620, 0o601] + (geteuid() == 0 ? [] : [0o640]) {
            try write(written, mode: mode)
            let expected = "\(path): others can read it, but it holds a key; run: chmod 600 '\(directory)/it'\\''s.creds'"
            #expect(complaint { try .credentialsFile(path) } == expected)
        }
        try write("nothing")
        #expect(complaint { try .credentialsFile(path) }.hasPrefix("\(path): has no JWT"))
        #expect(complaint { try .nkeyFile(directory) } == "\(directory): is not a regular file")
        mkfifo(directory + "/fifo", 0o600)
        #expect(complaint { try .nkeyFile(directory + "/fifo") } == "\(directory)/fifo: is not a regular file")
    }
}
