import ArgumentParser
import Foundation
import RouletteNATS
import Settings
import Testing

@testable import RouletteCommand

@Suite("Options of logins and encryption")
struct ConnectionOptionsTests {
    private func resolve(_ arguments: String..., environment: [String: String] = [:]) throws -> Profile {
        try ConnectionOptions.parse(["--server", "h"] + arguments).resolve(environment: environment).profile
    }

    private func resolve(_ arguments: String..., orComplaint: Bool) throws -> String {
        complaint { try ConnectionOptions.parse(["--server", "h"] + arguments).resolve(environment: [:]) }
    }

    private func complaint(_ body: () throws -> Any) -> String {
        do {
            return "no error: \(try body())"
        } catch {
            return "\(error)"
        }
    }

    @Test
    func `each login option replaces the profile's login`() throws {
        #expect(try resolve("--user", "u").login == .user("u", password: nil))
        #expect(try resolve("--creds", "/a.creds").login == .credentials(path: "/a.creds"))
        #expect(try resolve("--nkey", "/a.nk").login == .nkey(path: "/a.nk"))
        #expect(complaint { try resolve("--user", "u", "--nkey", "k") }.hasPrefix("--user and --nkey exclude each other"))
    }

    @Test
    func `a token file must be private and contain only the token`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/token-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        func write(_ text: String, mode: Int = 0o600) throws {
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        }
        try write("t0ken\n")
        #expect(try resolve("--token-file", path).login == .token("t0ken"))
        #expect(try resolve("--token-file", path, "--user", "u", orComplaint: true).hasPrefix("--user and --token-file exclude"))
        try write("t0ken\nother")
        #expect(complaint { try resolve("--token-file", path) }.contains("must contain only a token"))
        try write("t0ken", mode: 0o644)
        #expect(complaint { try resolve("--token-file", path) }.contains("chmod 600"))
    }

    @Test
    func `~ is the home directory in every option with a path, even if the shell does not expand it`() throws {
        let environment = ["HOME": "/h"]
        #expect(try resolve("--creds=~/a", environment: environment).login == .credentials(path: "/h/a"))
        #expect(try resolve("--nkey=~/a", environment: environment).login == .nkey(path: "/h/a"))
        let tls = try resolve("--tls-ca=~/ca", "--tls-cert=~/c", "--tls-key=~/k", environment: environment).tls
        #expect(tls.trustRoots == .file("/h/ca"))
        #expect(tls.clientCertificate == .init(chainFile: "/h/c", keyFile: "/h/k"))
        #expect(complaint { try resolve("--token-file=~/t", environment: environment) }.hasPrefix("/h/t: does not exist"))
        let missing = complaint { try ConnectionOptions.parse(["--config=~/c.toml"]).resolve(environment: environment) }
        #expect(missing.hasPrefix("/h/c.toml: does not exist"))
        #expect(try resolve("--creds", "a/~b", environment: environment).login == .credentials(path: "a/~b"))
    }

    @Test
    func `options also replace the settings of single servers`() throws {
        let path = FileManager.default.temporaryDirectory.path + "/config-\(UUID().uuidString).toml"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let toml = """
            [profiles.p]
            inbox_prefix = "_A"
            servers = [{ host = "a", nkey = "/a.nk", tls = "auto", tls_ca = "/a.pem", inbox_prefix = "_B" }, "b"]
            """
        try Data(toml.utf8).write(to: URL(fileURLWithPath: path))
        func resolve(_ arguments: String...) throws -> Profile {
            try ConnectionOptions.parse(["--config", path] + arguments).resolve(environment: [:]).profile
        }
        #expect(try resolve().servers[0].login == .nkey(path: "/a.nk"))
        let profile = try resolve("--creds", "/c", "--tls-ca", "/ca", "--inbox-prefix", "_C", "--tls-server-name", "n")
        #expect(profile.servers.map(\.login) == [nil, nil])
        #expect(profile.login == .credentials(path: "/c"))
        #expect(profile.servers[0].tls?.trustRoots == .file("/ca"))
        #expect(profile.servers[0].tls?.mode == .required)
        #expect(profile.servers[0].tls?.serverName == "n")
        #expect(profile.servers[0].inboxPrefix == nil)
        #expect(profile.inboxPrefix == "_C")
        #expect(complaint { try resolve("--inbox-prefix", "a.>") }.hasPrefix("--inbox-prefix: an inbox prefix is a topic"))
    }

    @Test
    func `any TLS option requires encryption`() throws {
        #expect(try resolve().tls == NATSClientConfiguration.TLS())
        let tls = try resolve("--tls-ca", "/ca", "--tls-cert", "/c", "--tls-key", "/k").tls
        #expect(tls.mode == .required)
        #expect(tls.trustRoots == .file("/ca"))
        #expect(tls.clientCertificate == .init(chainFile: "/c", keyFile: "/k"))
        #expect(tls.verification == .full)
        #expect(try resolve("--tls-first").tls.mode == .first)
        let blind = try resolve("--insecure-skip-tls-verify")
        #expect(blind.tls.verification == .none)
        #expect(blind.tls.mode == .required)
        #expect(blind.skipsVerification)
        #expect(complaint { try resolve("--tls-cert", "/c") } == "--tls-cert needs --tls-key, the file of its private key")
        #expect(complaint { try resolve("--tls-key", "/c") } == "--tls-key needs --tls-cert, the file of its certificate")
    }

    @Test
    func `a secret on the command line is refused without being repeated`() throws {
        let seed = NKey(role: .user).seed.value
        for arguments in [
            ["--user", "u:hunter2"], ["--nkey", seed], ["--creds", seed], ["--creds", "eyJ0eXAi.eyJleHAi.c2ln"],
        ] {
            let message = complaint { try ConnectionOptions.parse(["--server", "h"] + arguments).resolve(environment: [:]) }
            #expect(message.contains("is visible to all users of this machine"), "\(message)")
            for secret in ["hunter2", seed, "eyJ"] { #expect(!message.contains(secret)) }
        }
    }

    @Test
    func `options for plain text and for the size of the pool change the profile`() throws {
        #expect(try resolve("--allow-plaintext-credentials").allowsPlaintextCredentials)
        #expect(try !resolve().allowsPlaintextCredentials)
        #expect(try resolve("--pool-size", "2").poolSize == 2)
        #expect(complaint { try resolve("--pool-size", "0") } == "--pool-size is 0, use 1 to 1000")
    }

    @Test
    func `ROULETTE_PASSWORD is for one user: if several users need a password, an error names them and none gets it`() throws {
        let environment = ["ROULETTE_PASSWORD": "hunter2"]
        var profile = Profile(name: "p", servers: [ProfileServer(name: "a", host: "a"), ProfileServer(name: "b", host: "b")])
        profile.servers[0].login = .user("joe", password: nil)
        profile.servers[1].login = .user("ann:secret", password: nil)
        let message = complaint { try profile.completeLogin(environment: environment) }
        #expect(message.contains("2 users need a password here (joe, ann:…)"))
        #expect(!message.contains("hunter2") && !message.contains("secret"))
        #expect(profile.servers.map(\.login) == [.user("joe", password: nil), .user("ann:secret", password: nil)])
        // A user of several clusters counts once, and a user with a password does not count.
        profile.servers[1].login = .user("ann", password: "own")
        profile.login = .user("joe", password: nil)
        try profile.completeLogin(environment: environment)
        #expect(profile.login == .user("joe", password: "hunter2"))
        #expect(profile.servers.map(\.login) == [.user("joe", password: "hunter2"), .user("ann", password: "own")])
    }

    @Test
    func `the system account has its own password variable, and commands that do not use the account ignore its login`() throws {
        let environment = ["ROULETTE_PASSWORD": "hunter2", "ROULETTE_SYSTEM_PASSWORD": "hunter3"]
        var profile = Profile(name: "p", servers: [ProfileServer(name: "a", host: "a")])
        profile.login = .user("joe", password: nil)
        profile.systemLogin = .user("sys", password: nil)
        var console = profile
        try console.completeLogin(usesSystemAccount: true, environment: environment)
        #expect(console.login == .user("joe", password: "hunter2"))
        #expect(console.systemLogin == .user("sys", password: "hunter3"))
        var other = profile
        try other.completeLogin(asIn: console)
        #expect(other.systemLogin == .user("sys", password: "hunter3"))
        try profile.completeLogin(environment: ["ROULETTE_PASSWORD": "hunter2"])
        #expect(profile.login == .user("joe", password: "hunter2") && profile.systemLogin == nil)
    }

    @Test
    func `another profile or another user does not get the password with which the program was started`() throws {
        func profile(_ name: String, _ user: String) -> Profile {
            var profile = Profile(name: name, servers: [ProfileServer(host: name)])
            profile.login = .user(user, password: nil)
            return profile
        }
        var start = profile("a", "joe")
        try start.completeLogin(environment: ["ROULETTE_PASSWORD": "hunter2"])
        for (name, user) in [("b", "joe"), ("b", "ann"), ("a", "ann")] {
            var other = profile(name, user)
            let message = complaint { try other.completeLogin(asIn: start) }
            #expect(message.contains("the password of \(user) is not known here"))
            #expect(message.contains("roulette --profile \(name)"))
            #expect(other.login == .user(user, password: nil))
        }
        var same = profile("a", "joe")
        try same.completeLogin(asIn: start)
        #expect(same.login == .user("joe", password: "hunter2"))
        var known = profile("b", "ann")
        known.login = .user("ann", password: "own")
        try known.completeLogin(asIn: start)
        #expect(known.login == .user("ann", password: "own"))
    }

    @Test
    func `contexts are clusters in the given order with their own logins, and exclude the options that they replace`() throws {
        let directory = FileManager.default.temporaryDirectory.path + "/contexts-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/nats/context", withIntermediateDirectories: true)
        for (name, json) in [("west", #"{"url": "nats://w:1", "user": "u"}"#), ("east", #"{"url": "tls://e"}"#)] {
            try Data(json.utf8).write(to: URL(fileURLWithPath: "\(directory)/nats/context/\(name).json"))
        }
        let environment = ["XDG_CONFIG_HOME": directory, "ROULETTE_PASSWORD": "p"]
        func resolve(_ arguments: String...) throws -> Profile {
            try ConnectionOptions.parse(arguments).resolve(environment: environment).profile
        }
        var profile = try resolve("--context", "west", "--context", "east")
        #expect(profile.servers.map(\.label) == ["west", "east"])
        try profile.completeLogin(environment: environment)
        #expect(profile.servers[0].login == .user("u", password: "p"))
        #expect(profile.servers[1].login == nil)
        #expect(try resolve("--context", "east", "--naming", "name").naming == .name)
        for option in [["--server", "h"], ["--profile", "p"], ["--creds", "c"], ["--tls-first"]] {
            let message = complaint {
                try ConnectionOptions.parse(["--context", "east"] + option).resolve(environment: environment)
            }
            #expect(message.contains("leave out"))
        }
    }
}
