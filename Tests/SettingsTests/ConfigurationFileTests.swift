import NATSMonitoring
import Roulette
import RouletteNATS
import TestSupport
import Testing

@testable import Settings

@Suite("A configuration's values")
struct ConfigurationFileTests {
    @Test
    func `a profile with nothing but servers has the defaults of Roulette 1.0.5`() throws {
        let configuration = try ConfigurationFile.parse("[profiles.p]\nservers = [\"a\", \"b:4333\"]", file: "c.toml")
        let profile = try configuration.profile()
        #expect(profile.name == "p")
        #expect(profile.environment == .development)
        #expect(profile.allowPublish)
        #expect(profile.naming == .index)
        #expect(profile.role == .both)
        #expect(profile.poolSize == 5)
        #expect(profile.pingInterval == .seconds(5))
        #expect(profile.maxPingFailure == 2)
        #expect(profile.maxRetry == 10)
        #expect(profile.baseBackoff == .milliseconds(10))
        #expect(profile.maxBackoff == .seconds(5))
        #expect(!profile.elixirCompatibleTopics)
        #expect(profile.subscriptionRestart == .temporary)
        #expect(profile.login == nil)
        #expect(profile.watch.isEmpty)
        #expect(profile.servers == [ProfileServer(host: "a"), ProfileServer(host: "b", port: 4333)])
        #expect(configuration.keyBindings.isEmpty)
        #expect(configuration.theme == nil)
    }

    @Test
    func `every key sets its value`() throws {
        let toml = """
            default_profile = "x"
            theme = "nord"
            [profiles.x]
            environment = "prod"
            allow_publish = true
            naming = "name"
            role = "subscriber"
            pool_size = 3
            ping_interval = 2500
            max_ping_failure = 4
            max_retry = 0
            base_backoff = "20ms"
            max_backoff = "1m"
            subscription_restart = "permanent"
            connection_timeout = "3s"
            elixir_compatible_topics = true
            watch = ["a.*", ">"]
            user = "u"
            password = "hunter2"
            system_user = "sys"
            system_password = "hunter3"
            tls = "first"
            tls_ca = "/ca.pem"
            tls_cert = "/own.pem"
            tls_key = "/own.key"
            tls_verify = false
            [[profiles.x.servers]]
            name = "alpha"
            host = "::1"
            port = 4300
            monitor = "http://[::1]:8222/"
            system_credentials = "/system.creds"
            tls = true
            """
        let configuration = try ConfigurationFile.parse(toml, file: "c.toml")
        #expect(configuration.defaultProfile == "x")
        #expect(configuration.theme == "nord")
        var expected = Profile(
            name: "x",
            servers: [
                ProfileServer(
                    name: "alpha",
                    host: "::1",
                    port: 4300,
                    monitors: [try MonitorEndpoint("http://[::1]:8222")],
                    requiresTLS: true
                )
            ]
        )
        expected.environment = .production
        expected.allowPublish = true
        expected.naming = .name
        expected.role = .subscriber
        expected.poolSize = 3
        expected.pingInterval = .milliseconds(2500)
        expected.maxPingFailure = 4
        expected.maxRetry = 0
        expected.baseBackoff = .milliseconds(20)
        expected.maxBackoff = .seconds(60)
        expected.subscriptionRestart = .permanent
        expected.connectionTimeout = .seconds(3)
        expected.elixirCompatibleTopics = true
        expected.watch = ["a.*", ">"]
        expected.login = .user("u", password: Secret("hunter2"))
        expected.systemLogin = .user("sys", password: Secret("hunter3"))
        expected.servers[0].systemLogin = .credentials(path: "/system.creds")
        expected.tls.mode = .first
        expected.tls.trustRoots = .file("/ca.pem")
        expected.tls.clientCertificate = .init(chainFile: "/own.pem", keyFile: "/own.key")
        expected.tls.verification = .none
        #expect(configuration.profiles == [expected])
        #expect(configuration.holdsSecrets)
    }

    @Test
    func `a cluster has one monitoring URL or a list, and a file with a password of the system account holds a secret`() throws {
        func profile(_ keys: String, _ server: String) throws -> (Profile, Bool) {
            let file = try ConfigurationFile.parse("[profiles.p]\n\(keys)\nservers = [{ host = \"a\"\(server) }]", file: "c.toml")
            return (try file.profile(), file.holdsSecrets)
        }
        let list = try profile("", ", monitor = [\"http://a:8222\", \"https://b/base\"]").0
        #expect(list.servers[0].monitors.map(\.description) == ["http://a:8222", "https://b:8222/base"])
        #expect(try profile("", "").0.servers[0].monitors.isEmpty)
        #expect(try profile("", ", monitor = []").0.servers[0].monitors.isEmpty)
        #expect(try profile("system_user = \"s\"\nsystem_password = \"hunter2\"", "").1)
        #expect(try profile("", ", system_user = \"s\", system_password = \"hunter2\"").1)
        #expect(try !profile("system_user = \"s\"", "").1)
    }

    @Test
    func `the connections of the system account have its login, and a server's own comes first`() throws {
        let toml = """
            [profiles.p]
            user = "u"
            system_user = "sys"
            system_password = "hunter2"
            inbox_prefix = "_I.u"
            servers = ["a", { host = "b", system_user = "own", system_password = "p" }]
            """
        var profile = try ConfigurationFile.parse(toml, file: "c.toml").profile()
        let connections = try RouletteConfiguration.systemConnections(of: profile, connectionName: "system")
        #expect(
            try connections.map { try $0?.credentials() } == [
                .userPassword(user: "sys", password: "hunter2"), .userPassword(user: "own", password: "p"),
            ]
        )
        #expect(connections.map { $0?.inboxPrefix } == ["_INBOX", "_INBOX"])
        #expect(connections.map { $0?.address.host } == ["a", "b"])
        #expect(connections.map { $0?.name } == ["system ring=1/2", "system ring=2/2"])
        profile.systemLogin = nil
        let some = try RouletteConfiguration.systemConnections(of: profile, connectionName: "system")
        #expect(some.map { $0 == nil } == [true, false])
        profile.systemLogin = .user("sys", password: nil)
        #expect(throws: SettingsError.self) {
            try RouletteConfiguration.systemConnections(of: profile, connectionName: "system")
        }
    }

    @Test(arguments: [("prod", false), ("staging", true), ("dev", true)])
    func `production is read-only unless allow_publish is set`(environment: String, allowed: Bool) throws {
        let toml = "[profiles.p]\nservers = [\"a\"]\nenvironment = \"\(environment)\""
        #expect(try ConfigurationFile.parse(toml, file: "c.toml").profile().allowPublish == allowed)
        let other = toml + "\nallow_publish = \(!allowed)"
        #expect(try ConfigurationFile.parse(other, file: "c.toml").profile().allowPublish == !allowed)
    }

    @Test
    func `a base_backoff above max_backoff is accepted, as in Roulette 1.0.5`() throws {
        let toml = "[profiles.p]\nservers = [\"a\"]\nbase_backoff = \"2s\"\nmax_backoff = \"1s\""
        let configuration = try RouletteConfiguration(profile: ConfigurationFile.parse(toml, file: "c.toml").profile())
        #expect(configuration.baseBackoff == .seconds(2) && configuration.maxBackoff == .seconds(1))
    }

    @Test
    func `without a name the profile is the default one, or the only one`() throws {
        let two = "profiles.b.servers = [\"h\"]\nprofiles.a.servers = [\"h\"]\n"
        let plain = try ConfigurationFile.parse(two, file: "c.toml")
        #expect(try plain.profile(named: "a").name == "a")
        #expect(
            problems { () throws(SettingsError) in try plain.profile(file: "c.toml") }
                == ["c.toml: choose a profile with --profile or default_profile: b, a"]
        )
        #expect(
            problems { () throws(SettingsError) in try plain.profile(named: "c", file: "c.toml") }
                == ["c.toml: profile \"c\": unknown profile, did you mean \"b\"?"]
        )
        #expect(try ConfigurationFile.parse("default_profile = \"a\"\n" + two, file: "c.toml").profile().name == "a")
        #expect(
            problems { () throws(SettingsError) in try ConfigurationFile.parse("", file: "c.toml").profile(file: "c.toml") }
                == ["c.toml: no profile is defined, add [profiles.NAME] with servers"]
        )
    }

    @Test
    func `the output of config show contains no secret and parses to the same configuration`() throws {
        let toml = """
            default_profile = "my \\"prod\\""
            [profiles.'my "prod"']
            token = "hunter2"
            ping_interval = 1500
            servers = [{ name = "α\\\\", host = "a", monitor = "http://a:8222" }, "b"]
            system_user = "sys"
            system_password = "hunter4"
            [profiles.q]
            user = "u"
            password = "hunter3"
            servers = ["c"]
            [profiles.r]
            credentials = "/x/ops.creds"
            servers = ["tls://d"]
            tls_ca = "/x/ca.pem"
            [profiles.s]
            nkey = "/x/ops.nk"
            tls = "off"
            servers = [{ host = "e", monitor = ["http://e1:8222", "http://e2:8222"], system_nkey = "/x/system.nk" }]
            [keys]
            hex = ["F6", "X"]
            """
        let configuration = try ConfigurationFile.parse(toml, file: "c.toml", actions: BindableAction.examples)
        let text = configuration.redactedDescription()
        #expect(!text.contains("hunter"))
        #expect(text.contains("token = \"<redacted>\""))
        #expect(text.contains("ping_interval = \"1500ms\""))
        #expect(text.contains("monitor = [\"http://e1:8222\", \"http://e2:8222\"]"))
        #expect(text.contains("system_nkey = \"/x/system.nk\""))
        var expected = configuration
        expected.profiles[0].login = .token(Secret("<redacted>"))
        expected.profiles[0].systemLogin = .user("sys", password: Secret("<redacted>"))
        expected.profiles[1].login = .user("u", password: Secret("<redacted>"))
        #expect(try ConfigurationFile.parse(text, file: "shown.toml", actions: BindableAction.examples) == expected)
    }

    @Test
    func `no description of a secret shows it`() {
        let secret = Secret("hunter2")
        var dumped = ""
        dump(secret, to: &dumped)
        let login = Profile.Login.user("u", password: secret)
        for text in ["\(secret)", String(reflecting: secret), dumped, "\(login)", String(reflecting: login)] {
            #expect(!text.contains("hunter2"))
            #expect(text.contains("<redacted>") || text == dumped)
        }
        #expect(secret.value == "hunter2")
    }
}
