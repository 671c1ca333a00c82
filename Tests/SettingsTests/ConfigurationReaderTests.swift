#if Configuration

import Configuration
import RouletteNATS
import Testing

@testable import Roulette
@testable import Settings

@Suite("Configurations of swift-configuration")
struct ConfigurationReaderTests {
    private func read(_ values: [AbsoluteConfigKey: ConfigValue]) throws -> RouletteConfiguration {
        var values = values
        if values["servers"] == nil { values["servers"] = .init(.stringArray(["h"]), isSecret: false) }
        return try RouletteConfiguration(reader: ConfigReader(provider: InMemoryProvider(values: values)))
    }

    private func error(_ key: AbsoluteConfigKey, _ content: ConfigContent) -> RouletteError? {
        #expect(throws: RouletteError.self) { try read([key: ConfigValue(content, isSecret: false)]) }
    }

    /// The value of a TOML line.
    private static func content(_ literal: String) -> ConfigContent {
        if let number = Int(literal) { return .int(number) }
        if let flag = Bool(literal) { return .bool(flag) }
        return .string(literal.trimmingPrefix("\"").hasSuffix("\"") ? String(literal.dropFirst().dropLast()) : literal)
    }

    @Test
    func `every key of a profile that concerns the library is read, with the same value as from a file`() throws {
        let skipped: Set<String> = ["clusters", "naming"]
        let lines =
            LibraryOptionsTests.profileKeys.filter { !skipped.contains($0.key) }.map(\.value)
            + LibraryOptionsTests.tlsKeys.map(\.value)
        let standard = try LibraryOptionsTests().properties(read([:]))
        for text in lines {
            var values: [AbsoluteConfigKey: ConfigValue] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: " = ", maxSplits: 1).map(String.init)
                values[AbsoluteConfigKey([parts[0]])] = ConfigValue(Self.content(parts[1]), isSecret: false)
            }
            let configuration = try LibraryOptionsTests().properties(read(values))
            let file = try LibraryOptionsTests().properties(LibraryOptionsTests().configuration(text))
            let changed = configuration.filter { standard[$0.key] != $0.value }
            #expect(changed.count == 1, "\(text)")
            for (property, value) in changed { #expect(file[property] == value, "\(text)") }
        }
        let named = try read([
            "naming": "name", "servers": .init(.stringArray(["x=h", "y=10.0.0.1,10.0.0.2:4223"]), isSecret: false),
        ])
        #expect(named.naming == .name && named.clusters.map(\.name) == ["x", "y"])
        #expect(named.clusters[1].seeds == [.init(host: "10.0.0.2", port: 4223)])
    }

    @Test
    func `the reader has every key of a profile that concerns the library, and two more`() {
        let lines = LibraryOptionsTests.profileKeys.values.map { $0.prefix { $0 != " " } }
        let separate: Set<String> = ["servers", "token", "tls"]
        let keys = Set(lines.map(String.init)).subtracting(separate)
        #expect(Set(RouletteConfiguration.options.map(\.name)) == keys.union(["request_timeout", "metrics_interval"]))
    }

    @Test(arguments: [
        ("pool_size", ConfigContent.string("many"), "pool_size is not a whole number"),
        ("pool_size", .bool(true), "pool_size is not a whole number"),
        ("pool_size", .int(0), "pool_size is 0, use 1 to 1000"),
        ("rebalance", .string("maybe"), "rebalance is not true or false"),
        ("ping_interval", .string("soon"), "ping_interval: \"soon\" is not a duration"),
        ("ping_interval", .bool(true), "ping_interval is not a duration"),
        ("role", .string("reader"), "role: \"reader\" is not a value, use one of \"both\", \"subscriber\", \"publisher\""),
        ("tls", .string("on"), "tls: \"on\" is not a value"),
        ("connection_name", .intArray([1]), "connection_name is not text"),
        ("servers", .string("h"), "servers is not an array of texts"),
        ("servers", .stringArray(["nats://joe:hunter2@h"]), "a server is not an address"),
        ("servers", .stringArray([]), "no clusters are configured"),
        ("password", .string("hunter2"), "user and password belong together"),
        ("tls_cert", .string("/c"), "tls_cert and tls_key belong together"),
    ])
    func `a value that cannot be used is an error with its key`(key: String, content: ConfigContent, message: String) {
        let error = error(AbsoluteConfigKey([key]), content)
        #expect(error?.code == .configuration)
        #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
        #expect(error?.description.contains("hunter2") == false)
    }

    @Test
    func `a missing list of servers is an error, and so are two logins and TLS that is off with keys`() {
        let none = #expect(throws: RouletteError.self) {
            try RouletteConfiguration(reader: ConfigReader(provider: InMemoryProvider(values: [:])))
        }
        #expect(none?.message.hasPrefix("servers is missing") == true)
        let two = #expect(throws: RouletteError.self) { try read(["token": "a", "nkey": "/n"]) }
        #expect(two?.message == "there is one login, but token and nkey are set; keep one")
        let off = #expect(throws: RouletteError.self) { try read(["tls": "off", "tls_ca": "/ca"]) }
        #expect(off?.message.hasPrefix("tls is \"off\"") == true)
    }

    @Test
    func `environment variables are read, with a prefix`() throws {
        let provider = EnvironmentVariablesProvider(environmentVariables: [
            "ROULETTE_SERVERS": "alpha=10.0.0.1,beta=10.0.0.2:4223", "ROULETTE_POOL_SIZE": "3", "ROULETTE_PING_INTERVAL": "1500",
            "ROULETTE_USER": "joe", "ROULETTE_PASSWORD": "hunter2", "ROULETTE_CANARY": "5s",
        ])
        let configuration = try RouletteConfiguration(reader: ConfigReader(provider: provider).scoped(to: "roulette"))
        #expect(configuration.clusters.map(\.name) == ["alpha", "beta"] && configuration.clusters[1].port == 4223)
        #expect(configuration.poolSize == 3 && configuration.pingInterval == .milliseconds(1500))
        #expect(configuration.canaryInterval == .seconds(5))
        #expect(try configuration.credentials() == .userPassword(user: "joe", password: "hunter2"))
    }
}

#endif
