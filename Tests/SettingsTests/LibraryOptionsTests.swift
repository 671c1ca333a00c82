import Roulette
import RouletteNATS
import Testing

@testable import Settings

/// Every property of the library's configuration has a key, or is listed here with the reason why it has none. A new property
/// without a key fails these tests.
@Suite("Every option of the library is a key")
struct LibraryOptionsTests {
    /// The keys of a profile, with a value that is not the default.
    static let profileKeys: [String: String] = [
        "clusters": "servers = [\"other\"]",
        "naming": "naming = \"name\"\nservers = [{ name = \"x\", host = \"h\" }]",
        "role": "role = \"publisher\"",
        "poolSize": "pool_size = 7",
        "elixirCompatibleTopics": "elixir_compatible_topics = true",
        "canaryInterval": "canary = \"7s\"",
        "rebalances": "rebalance = true",
        "pingInterval": "ping_interval = \"7s\"",
        "maxPingFailure": "max_ping_failure = 7",
        "maxRetry": "max_retry = 7",
        "baseBackoff": "base_backoff = \"7ms\"",
        "maxBackoff": "max_backoff = \"7s\"",
        "subscriptionRestart": "subscription_restart = \"permanent\"",
        "connectionTimeout": "connection_timeout = \"7s\"",
        "reconnectJitter": "reconnect_jitter = \"777ms\"",
        "drainTimeout": "drain_timeout = \"7s\"",
        "usesDiscoveredServers": "use_discovered_servers = true",
        "movesOnLameDuck": "move_on_lame_duck = false",
        "moveOverlap": "move_overlap = \"7s\"",
        "writeTimeout": "write_timeout = \"7s\"",
        "outboundBufferSize": "outbound_buffer_size = 77777",
        "credentials": "token = \"t\"",
        "tls": "tls = \"required\"",
        "allowsPlaintextCredentials": "allow_plaintext_credentials = true",
        "inboxPrefix": "inbox_prefix = \"_I.x\"",
        "connectionName": "connection_name = \"x\"",
    ]
    /// Properties of Roulette's configuration that have no key.
    static let libraryOnly: [String: String] = [
        "metricsInterval": "The program exports no metrics.",
        "coder": "The program sends and shows bytes.",
        "tracer": "The program exports no traces.",
        "requestTimeout": "The command and the console have a timeout for each request.",
    ]
    /// The keys of a server.
    static let serverKeys: [String: String] = [
        "name": "name = \"x\"", "host": "host = \"other\"", "port": "port = 7",
        "seeds": "hosts = [\"h\", \"other\"]",
        "alternatives": "alternatives = [\"b\"]", "credentials": "token = \"t\"", "tls": "tls = \"first\"",
        "inboxPrefix": "inbox_prefix = \"_I.x\"",
    ]
    /// The TLS keys of a profile and of a server.
    static let tlsKeys: [String: String] = [
        "mode": "tls = \"first\"", "trustRoots": "tls_ca = \"/ca\"",
        "clientCertificate": "tls_cert = \"/c\"\ntls_key = \"/k\"", "serverName": "tls_server_name = \"x\"",
        "verification": "tls_verify = false",
    ]
    /// Properties of the configuration of one connection that Roulette does not set from properties of the same name.
    static let connectionOnly: [String: String] = [
        "hasCredentials": "Derived from credentials.",
        "connectionAdvice": "A part of an error message.",
        "encryptedAddresses": "State that the process keeps for each address.",
        "plaintextLogins": "State that the process keeps for each address.",
        "isOnThisMachine": "Changed only by tests.",
        "stableAfter": "A rule of the backoff.",
        "reconnectBufferSize": "Roulette buffers nothing while there is no connection.",
        "confirmationInterval": "A rule of the confirmation.",
        "echo": "A client of Roulette receives its own messages.",
        "name": "Built from connection_name, role and slot.",
        "address": "A server's host and port.",
        "reconnectBackoff": "base_backoff and max_backoff.",
        "connectTimeout": "connection_timeout.",
    ]

    func configuration(_ keys: String) throws -> RouletteConfiguration {
        let servers = keys.contains("servers = [") || keys.contains("[[") ? "" : "servers = [\"h\"]\n"
        return try RouletteConfiguration(
            profile: ConfigurationFile.parse("[profiles.p]\n\(servers)\(keys)\n", file: "c").profile()
        )
    }

    /// The properties of a value by name, as text. A closure is described by its result.
    func properties(_ value: Any) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: Mirror(reflecting: value).children.compactMap { child in
                guard let label = child.label else { return nil }
                if let provider = child.value as? @Sendable () throws -> NATSClientConfiguration.Credentials {
                    return (label, String(describing: try? provider()))
                }
                if let provider = child.value as? (@Sendable () throws -> NATSClientConfiguration.Credentials)? {
                    return (label, String(describing: try? provider?()))
                }
                return (label, String(describing: child.value))
            }
        )
    }

    @Test
    func `every property of the configuration has a key`() throws {
        let standard = properties(try configuration(""))
        #expect(Set(standard.keys) == Set(Self.profileKeys.keys).union(Self.libraryOnly.keys))
        for (property, keys) in Self.profileKeys {
            let changed = properties(try configuration(keys))
            #expect(changed[property] != standard[property], "\(keys) does not change \(property)")
        }
    }

    @Test
    func `every property of a server has a key`() throws {
        func server(_ keys: String) throws -> [String: String] {
            let host = keys.contains("host") ? "" : "host = \"h\"\n"
            return properties(try configuration("[[profiles.p.servers]]\n\(host)\(keys)").clusters[0])
        }
        let standard = try server("")
        #expect(Set(standard.keys) == Set(Self.serverKeys.keys))
        for (property, keys) in Self.serverKeys {
            #expect(try server(keys)[property] != standard[property], "\(keys) does not change \(property)")
        }
    }

    @Test
    func `every property of the encryption has a key, for all servers and for one`() throws {
        let standard = properties(NATSClientConfiguration.TLS())
        #expect(Set(standard.keys) == Set(Self.tlsKeys.keys))
        for (property, keys) in Self.tlsKeys {
            #expect(properties(try configuration(keys).tls)[property] != standard[property], "\(keys)")
            let one = try #require(
                try configuration(
                    "servers = [\"a\", \"b\"]\n[profiles.q]\n[[profiles.q.servers]]\nhost = \"h\"\n\(keys)",
                    of: "q"
                ).clusters[0].tls
            )
            #expect(properties(one)[property] != standard[property], "\(keys)")
        }
    }

    private func configuration(_ toml: String, of profile: String) throws -> RouletteConfiguration {
        let file = try ConfigurationFile.parse("[profiles.p]\n\(toml)\n", file: "c")
        return try RouletteConfiguration(profile: file.profile(named: profile))
    }

    @Test
    func `profiles that differ in one setting are not equal`() throws {
        func profile(_ keys: String) throws -> Profile {
            let servers = keys.contains("servers = [") ? "" : "servers = [\"h\"]\n"
            return try ConfigurationFile.parse("[profiles.p]\n\(servers)\(keys)\n", file: "c").profile()
        }
        let standard = try profile("")
        #expect(try profile("") == standard)
        let console = ["environment = \"prod\"", "allow_publish = false", "theme = \"x\"", "watch = [\"x\"]", "history = false"]
        for keys in Array(Self.profileKeys.values) + Array(Self.tlsKeys.values) + console {
            #expect(try profile(keys) != standard, "\(keys)")
        }
        func server(_ keys: String) throws -> ProfileServer {
            let host = keys.contains("host") ? "" : "host = \"h\"\n"
            return try profile("servers = [{ \((host + keys).split(separator: "\n").joined(separator: ", ")) }]").servers[0]
        }
        let one = try server("")
        for keys in Array(Self.serverKeys.values) + Array(Self.tlsKeys.values) + ["monitor = \"http://a\"", "tls = true"] {
            #expect(try server(keys) != one, "\(keys)")
        }
    }

    @Test
    func `every key has one declaration and an explanation`() {
        func check<Owner>(_ settings: [Setting<Owner>]) {
            let keys = settings.flatMap(\.keys)
            #expect(Set(keys.map(\.name)).count == keys.count)
            for key in keys { #expect(key.explanation.hasSuffix("."), "\(key.name)") }
        }
        check(ConfigurationFile.settings)
        check(Profile.settings)
        check(ProfileServer.settings())
    }

    @Test
    func `every property of one connection is set by Roulette, or is listed with the reason why not`() {
        let labels = Set(Mirror(reflecting: NATSClientConfiguration(address: .init(host: "h"))).children.compactMap(\.label))
        let deployment = Set(Self.profileKeys.keys).union(Self.serverKeys.keys)
        let unknown = labels.subtracting(deployment).subtracting(Self.connectionOnly.keys)
        #expect(unknown.isEmpty, "neither in RouletteConfiguration nor explained here")
    }

    @Test
    func `the example names every key`() throws {
        let lines = try shippedText("config/example.toml").split(separator: "\n")
        let all = Array(Self.profileKeys.values) + Array(Self.serverKeys.values) + Array(Self.tlsKeys.values)
        let keys = all.flatMap { $0.split(separator: "\n") }.compactMap { $0.split(separator: " ").first }
        for key in Set(keys) where key != "servers" {
            #expect(lines.contains { $0.hasPrefix("\(key) = ") || $0.hasPrefix("# \(key) = ") }, "\(key)")
        }
    }
}
