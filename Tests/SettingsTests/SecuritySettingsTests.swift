import Foundation
import Roulette
import RouletteNATS
import Testing

@testable import Settings

@Suite("Settings of logins and encryption")
struct SecuritySettingsTests {
    private func profile(_ keys: String, servers: String = "[\"h\"]") throws -> Profile {
        try ConfigurationFile.parse("[profiles.p]\nservers = \(servers)\n\(keys)\n", file: "c.toml").profile()
    }

    @Test(
        arguments: [
            ("", NATSClientConfiguration.TLS.Mode.automatic), ("tls = \"auto\"", .automatic), ("tls = \"off\"", .disabled),
            ("tls_ca = \"/a\"", .required), ("tls_cert = \"/a\"\ntls_key = \"/b\"", .required),
            ("tls = \"first\"\ntls_ca = \"/a\"", .first), ("tls = \"auto\"\ntls_ca = \"/a\"", .automatic),
        ]
    )
    func `TLS is required when a certificate is set, unless a mode is set`(
        keys: String,
        expected: NATSClientConfiguration.TLS.Mode
    ) throws {
        #expect(try profile(keys).tls.mode == expected)
    }

    @Test
    func `settings that exclude or need each other are errors`() {
        for (keys, complaint) in [
            (
                "tls_cert = \"/a\"",
                "c.toml:3: profiles.p.tls_cert: a client certificate needs its private key too, add tls_key = \"…\""
            ),
            ("tls_key = \"/a\"", "c.toml:3: profiles.p.tls_key: a private key needs its certificate too, add tls_cert = \"…\""),
            (
                "tls = \"off\"\ntls_ca = \"/a\"",
                "c.toml:3: profiles.p.tls: tls is \"off\", but other tls_ keys are set; remove them, or use tls = \"required\""
            ),
            ("tls = \"on\"", "c.toml:3: profiles.p.tls: \"on\": unknown value, use one of: auto, required, first, off"),
            (
                "credentials = \"a\"\nnkey = \"b\"",
                "c.toml:4: profiles.p.nkey: a profile has one login, but credentials and nkey are set; remove all but one"
            ),
        ] {
            #expect(problems { () throws(SettingsError) in try settingsProfile(keys) } == [complaint])
        }
        #expect(
            problems { () throws(SettingsError) in try settingsProfile("tls = \"off\"", servers: "[\"tls://h\"]") }
                == ["c.toml:2: profiles.p.servers[0]: tls = true conflicts with tls = \"off\" of the profile, remove one"]
        )
    }

    private func settingsProfile(_ keys: String, servers: String = "[\"h\"]") throws(SettingsError) -> Profile {
        try ConfigurationFile.parse("[profiles.p]\nservers = \(servers)\n\(keys)\n", file: "c.toml").profile()
    }

    @Test
    func `a tls:// server is always encrypted, with the certificates of the profile`() throws {
        let configuration = try RouletteConfiguration(
            profile: profile(
                "tls = \"auto\"\ntls_ca = \"/ca\"",
                servers: "[\"tls://a\", \"b\", \"nats://c\", { host = \"d\", alternatives = [\"e\", \"tls://f\", \"g\"] }, "
                    + "{ hosts = [\"h\", \"tls://i\"] }, \"j,k\"]"
            )
        )
        #expect(configuration.tls.mode == .automatic)
        #expect(configuration.clusters[0].tls?.mode == .required)
        #expect(configuration.clusters[0].tls?.trustRoots == .file("/ca"))
        #expect(configuration.clusters[1].tls == nil)
        #expect(configuration.clusters[2].tls == nil)
        // One tls:// address among the alternatives is enough, because the login goes to whichever of them answers.
        #expect(configuration.clusters[3].tls?.mode == .required)
        #expect(configuration.clusters[3].tls?.trustRoots == .file("/ca"))
        #expect(configuration.clusters[4].tls?.mode == .required)
        #expect(configuration.clusters[4].host == "h" && configuration.clusters[4].seeds == [.init(host: "i")])
        #expect(configuration.clusters[5].tls == nil)
        #expect(configuration.clusters[5].host == "j" && configuration.clusters[5].seeds == [.init(host: "k")])
    }

    @Test
    func `each attempt reads the credential files again, and a check reports problems beforehand`() throws {
        try withTemporaryDirectory { directory in
            let path = directory + "/ops.nk"
            let profile = try profile("nkey = \"\(path)\"\ntls_ca = \"\(directory)/ca.pem\"")
            let configuration = try RouletteConfiguration(profile: profile)
            #expect(problems { () throws(SettingsError) in try profile.checkFiles() } == ["\(path): does not exist"])
            try write("SUFIRST", to: path)
            #expect(try configuration.credentials() == .nkey(seed: "SUFIRST"))
            try write("SUSECOND", to: path)
            #expect(try configuration.credentials() == .nkey(seed: "SUSECOND"))
            #expect(problems { () throws(SettingsError) in try profile.checkFiles() } == ["\(directory)/ca.pem: does not exist"])
            try write("", to: directory + "/ca.pem", mode: 0o644)
            try profile.checkFiles()
            try write("SUSECOND", to: path, mode: 0o644)
            #expect(
                problems { () throws(SettingsError) in try profile.checkFiles() }[0]
                    .hasSuffix(", but it holds a key or a password; run: chmod 600 \(path)")
            )
        }
    }
}
