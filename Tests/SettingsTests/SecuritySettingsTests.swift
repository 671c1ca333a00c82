import Foundation
import NATS
import Roulette
import Testing

@testable import Settings

@Suite("Settings of logins and encryption")
struct SecuritySettingsTests {
    private func profile(_ keys: String, servers: String = "[\"h\"]") throws -> Profile {
        try ConfigurationFile.parse("[profiles.p]\nservers = \(servers)\n\(keys)\n", file: "c.toml").profile()
    }

    @Test(
        "TLS is required as soon as a certificate is named, unless a mode is",
        arguments: [
            ("", NATSClientConfiguration.TLS.Mode.automatic), ("tls = \"auto\"", .automatic), ("tls = \"off\"", .disabled),
            ("tls_ca = \"/a\"", .required), ("tls_cert = \"/a\"\ntls_key = \"/b\"", .required),
            ("tls = \"first\"\ntls_ca = \"/a\"", .first), ("tls = \"auto\"\ntls_ca = \"/a\"", .automatic),
        ]
    )
    func mode(keys: String, expected: NATSClientConfiguration.TLS.Mode) throws {
        #expect(try profile(keys).tls.mode == expected)
    }

    @Test("what does not go together is named")
    func contradictions() {
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
                == ["c.toml:2: profiles.p.servers[0]: tls = true and a profile with tls = \"off\" exclude each other, remove one"]
        )
    }

    private func settingsProfile(_ keys: String, servers: String = "[\"h\"]") throws(SettingsError) -> Profile {
        try ConfigurationFile.parse("[profiles.p]\nservers = \(servers)\n\(keys)\n", file: "c.toml").profile()
    }

    @Test("a tls:// server is encrypted whatever the profile says, with the profile's certificates")
    func scheme() throws {
        let configuration = try RouletteConfiguration(
            profile: profile("tls = \"auto\"\ntls_ca = \"/ca\"", servers: "[\"tls://a\", \"b\", \"nats://c\"]")
        )
        #expect(configuration.tls.mode == .automatic)
        #expect(configuration.servers[0].tls?.mode == .required)
        #expect(configuration.servers[0].tls?.trustRoots == .file("/ca"))
        #expect(configuration.servers[1].tls == nil)
        #expect(configuration.servers[2].tls == nil)
    }

    @Test("files of credentials become providers that read them anew, and are checked before")
    func files() throws {
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
                problems { () throws(SettingsError) in try profile.checkFiles() }
                    == ["\(path): others can read it, but it holds a key or a password; run: chmod 600 \(path)"]
            )
        }
    }
}

@Suite("Contexts of the nats command line")
struct NATSContextTests {
    private func context(_ json: String, mode: Int = 0o600) throws -> Result<NATSContext, SettingsError> {
        let directory = FileManager.default.temporaryDirectory.path + "/contexts-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
        try write(json, to: directory + "/nats/context/east.json", mode: mode)
        return Result { () throws(SettingsError) in
            try NATSContext(name: "east", environment: ["XDG_CONFIG_HOME": directory, "HOME": "/home/u"])
        }
    }

    private func complaint(_ json: String, mode: Int = 0o600) throws -> String {
        switch try context(json, mode: mode) {
        case .success(let context): "no error: \(context)"
        case .failure(let error): error.problems.map { "\($0.key ?? ""): \($0.message)" }.joined(separator: "; ")
        }
    }

    @Test("the fields that nats writes become a cluster of the context's name")
    func fields() throws {
        let json = """
            {"description": "d", "url": "nats://a.example.org:4333, nats://b.example.org", "socks_proxy": "", "token": "",
             "user": "u", "password": "hunter2", "creds": "", "nkey": "", "cert": "/own.pem", "key": "~/own.key",
             "ca": "/ca.pem", "nsc": "", "jetstream_domain": "hub", "jetstream_api_prefix": "x", "inbox_prefix": "",
             "user_jwt": "", "color_scheme": "red", "tls_first": false, "windows_cert_store": "",
             "windows_ca_certs_match": null}
            """
        let server = try context(json).get().server
        #expect(server.name == "east")
        #expect(server.endpoint == "a.example.org:4333")
        #expect(server.login == .user("u", password: "hunter2"))
        #expect(server.tls?.mode == .required)
        #expect(server.tls?.trustRoots == .file("/ca.pem"))
        #expect(server.tls?.clientCertificate == .init(chainFile: "/own.pem", keyFile: "/home/u/own.key"))
    }

    @Test("every login, and every way to ask for TLS")
    func variants() throws {
        #expect(try context("{}").get().server.endpoint == "localhost:4222")
        #expect(try context("{}").get().server.tls?.mode == .automatic)
        #expect(try context(#"{"creds": "~/a.creds"}"#).get().server.login == .credentials(path: "/home/u/a.creds"))
        #expect(try context(#"{"nkey": "/a.nk"}"#).get().server.login == .nkey(path: "/a.nk"))
        #expect(try context(#"{"token": "t"}"#).get().server.login == .token("t"))
        #expect(try context(#"{"url": "nats://t@h"}"#).get().server.login == .token("t"))
        #expect(try context(#"{"user_jwt": "j", "user_seed": "s"}"#).get().server.login == .jwt("j", seed: "s"))
        #expect(try context(#"{"url": "tls://h"}"#).get().server.tls?.mode == .required)
        #expect(try context(#"{"url": "tls://h", "tls_first": true}"#).get().server.tls?.mode == .first)
    }

    @Test("what cannot be honored is named, and so is a file that others can read")
    func refused() throws {
        let rest = "cannot be honored here, use another context or --server"
        #expect(
            try complaint(#"{"socks_proxy": "socks5://p", "nsc": "nsc://o", "windows_ca_certs_match": ["x"], "new": true}"#)
                == "new: \(rest); nsc: \(rest); socks_proxy: \(rest); windows_ca_certs_match: \(rest)"
        )
        #expect(try complaint(#"{"inbox_prefix": "_I"}"#) == "inbox_prefix: \(rest)")
        #expect(try complaint(#"{"user": "u", "creds": "/c"}"#) == "creds: a context has one login, but user and creds are set")
        #expect(try complaint(#"{"user_jwt": "hunter2"}"#) == "user_jwt: a JWT needs the seed of its key, in user_seed")
        #expect(try complaint(#"{"cert": "/c"}"#) == "cert: cert and key need each other")
        #expect(try complaint(#"{"url": "ws://h"}"#).hasPrefix("url: the scheme \"ws\" is not supported"))
        #expect(try complaint("[1]") == ": is not a JSON object")
        #expect(try complaint(#"{"token": "t"}"#, mode: 0o644).contains("run: chmod 600"))
        #expect(try complaint(#"{"url": "nats://u:p@h"}"#, mode: 0o644).contains("run: chmod 600"))
        #expect(try context(#"{"creds": "/c"}"#, mode: 0o644).get().server.login == .credentials(path: "/c"))
    }

    @Test("an unknown context is answered with the nearest one, and a name with a slash is none")
    func unknown() throws {
        try withTemporaryDirectory { directory in
            try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
            try write("{}", to: directory + "/nats/context/east.json")
            func complaint(_ name: String) -> [String] {
                problems { () throws(SettingsError) in
                    try NATSContext(name: name, environment: ["XDG_CONFIG_HOME": directory])
                }
            }
            #expect(complaint("eats")[0].hasSuffix("context \"eats\": unknown context, did you mean \"east\"?"))
            #expect(complaint("../east") == ["--context: \"../east\" is not the name of a context"])
        }
    }

    @Test("several contexts are several clusters in their order, each with its own login")
    func several() throws {
        try withTemporaryDirectory { directory in
            let environment = ["XDG_CONFIG_HOME": directory]
            try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
            try write(#"{"url": "b", "token": "tb"}"#, to: directory + "/nats/context/b.json")
            try write(#"{"url": "tls://a", "user": "u", "password": "p"}"#, to: directory + "/nats/context/a.json")
            let contexts = try ["b", "a"].map { try NATSContext(name: $0, environment: environment) }
            let configuration = try RouletteConfiguration(profile: Profile(name: "two", contexts: contexts))
            #expect(configuration.servers.map(\.name) == ["b", "a"])
            #expect(try configuration.servers[0].credentials?() == .token("tb"))
            #expect(try configuration.servers[1].credentials?() == .userPassword(user: "u", password: "p"))
            #expect(configuration.servers.map(\.tls?.mode) == [.automatic, .required])
            #expect(
                problems { () throws(SettingsError) in try Profile(name: "x", contexts: [contexts[0], contexts[0]]) }.count > 0
            )
        }
    }
}
