import Foundation
import Roulette
import RouletteNATS
import Testing
import TextCoding

@testable import Settings

/// Puts a login in every place where a user may write it by mistake. No output may repeat it.
@Suite("No error and no output repeats a login")
struct SecretsInErrorsTests {
    static let marker = "hunter2"

    /// URLs with a login, valid and malformed: without a host, and with separators doubled, in the login itself, or missing.
    static let urls: [String] = {
        let logins = [
            "u:\(marker)", marker, "u:\(marker):x", ":\(marker)", "u:a,\(marker)", "u:a/\(marker)", "u:a@\(marker)",
            "u:\(marker)%", "u:\(marker)%zz", "u:\(marker)%00", "u:a b\(marker)", "u:\(marker)?", "u:[\(marker)", "u:=\(marker)",
            "\(marker)\u{1B}",
        ]
        let hosts = ["@h", "@h:x", "@h:0", "@h:99999", "@", "@[::1", "@[h]", "@h/x", "@h?x", "@a,b", "@h h", "@h:1:2", ""]
        let schemes = ["nats://", "tls://", "NATS://", "ws://", "http://", "https://", "nats:", "nats:/", "://", "nats:///", ""]
        return schemes.flatMap { scheme in logins.flatMap { login in hosts.map { scheme + login + $0 } } }
    }()

    @Test
    func `no error of an address repeats any part of it`() {
        var refused = 0
        for url in Self.urls {
            for text in [url, "name=" + url, url + "=name", "a," + url, url + ",b"] {
                do {
                    let address = try ClusterAddress(parsing: text)
                    // A single word is a valid host.
                    let endpoints = address.servers.map(\.endpoint).joined(separator: ",")
                    #expect(
                        !endpoints.contains(Self.marker) || !text.contains("@") && !text.contains(":\(Self.marker)")
                            || text.hasSuffix("@\(Self.marker)"),
                        "\(text)"
                    )
                    #expect(!(address.name ?? "").contains(Self.marker) || text.hasPrefix("\(Self.marker)="), "\(text)")
                } catch {
                    refused += 1
                    #expect(!error.message.contains(Self.marker), "\(text): \(error.message)")
                }
            }
        }
        #expect(refused > 3000)
    }

    @Test
    func `a server on the command line with a login is refused, and no error repeats the login`() {
        for url in Self.urls where url.contains("@") {
            do {
                let address = try ClusterAddress(parsing: url)
                guard address.servers[0].login != nil else { continue }
                let lines = problems { () throws(SettingsError) in try Profile(name: "p", addresses: [address]) }
                #expect(lines.first?.hasPrefix("--server number 1: a login in an argument") == true, "\(url)")
                #expect(!lines.joined().contains(Self.marker))
            } catch {}
        }
    }

    /// Tries every key of a profile and of a server that takes text, with a URL as its value.
    @Test
    func `neither errors nor config show repeat a login in the value of any key`() throws {
        let profileKeys = [
            "environment", "naming", "role", "subscription_restart", "user", "credentials", "nkey", "tls", "tls_ca", "tls_cert",
            "tls_key", "tls_server_name", "inbox_prefix", "connection_name", "theme", "pool_size", "ping_interval", "max_retry",
            "base_backoff", "watch", "history", "unknown", "servers", "system_user", "system_credentials", "system_nkey",
        ]
        let serverKeys = [
            "name", "host", "port", "hosts", "monitor", "alternatives", "tls", "tls_ca", "user", "credentials", "inbox_prefix",
            "x", "system_user", "system_credentials",
        ]
        var problems = 0
        // TOML strings cannot contain these characters.
        let urls = Self.urls.filter { url in
            url.contains("@") && url.contains("://") && !url.contains("\u{1B}") && !url.hasSuffix("@\(Self.marker)")
        }
        // Every fifth URL is enough: each one is tried in about seventy places.
        for (index, url) in urls.enumerated() where index % 5 == 0 {
            let literal = "\"\(url)\""
            var texts = profileKeys.map { key in
                "[profiles.p]\n\(key) = \(literal)\n" + (key == "servers" ? "" : "servers = [\"h\"]\n")
            }
            texts += profileKeys.map { "[profiles.p]\n\($0) = [\(literal)]\n" + ($0 == "servers" ? "" : "servers = [\"h\"]\n") }
            texts += serverKeys.map {
                "[profiles.p]\nservers = [{ \($0 == "host" ? "" : "host = \"h\", ")\($0) = \(literal) }]\n"
            }
            texts += serverKeys.map {
                "[profiles.p]\nservers = [{ \($0 == "host" ? "" : "host = \"h\", ")\($0) = [\(literal)] }]\n"
            }
            texts += [
                "default_profile = \(literal)", "theme = \(literal)\n", "[profiles.\(literal)]\npool_size = 0\n",
                "[keys]\nquit = \(literal)\n", "\(literal) = 1\n", "theme = \(literal)x\n",
                "theme = \(literal)\ntheme = \(literal)\n",
            ]
            for text in texts {
                do {
                    let configuration = try ConfigurationFile.parse(text, file: "c.toml", actions: BindableAction.examples)
                    let shown = configuration.redactedDescription()
                    #expect(!shown.contains(Self.marker), "\(text)\(shown)")
                    for profile in configuration.profiles {
                        for server in profile.servers { #expect(!server.label.contains(Self.marker), "\(text)") }
                        do { try profile.checkFiles() } catch { #expect(!"\(error)".contains(Self.marker), "\(text)\(error)") }
                    }
                } catch {
                    problems += 1
                    #expect(!error.description.contains(Self.marker), "\(text)\(error)")
                }
            }
        }
        #expect(problems > 3000)
    }

    @Test(
        arguments: [
            "password = hunter2", "password = \"x\"hunter2", "password = tru_hunter2", "password = 'hunter2", "token = 9hunter2",
            "password = \"hunter2\\q\"", "token = 99999999999999999999999999hunter2", "user = hunter2\npassword = hunter2",
            "password = inf_hunter2", "token = 0xhunter2", "token = 2020-hunter2", "token = [hunter2]", "token = { a = hunter2 }",
            "password = \"\"\"hunter2", "[hunter2", "hunter2", "a.b = hunter2", "token = 1979-05-27Thunter2",
        ]
    )
    func `a syntax error does not repeat a value without quotes`(line: String) {
        let error = #expect(throws: SettingsError.self) {
            try ConfigurationFile.parse("[profiles.p]\nservers = [\"h\"]\n\(line)\n", file: "c.toml")
        }
        #expect(error?.description.contains(Self.marker) == false, "\(error?.description ?? "")")
    }

    /// The parser's own message repeats a number that it cannot represent, and the beginning of what should be a word of TOML.
    @Test(
        arguments: [
            "99999999999999999999", "-9223372036854775809", "9223372036854775808", "0xfacefeedfacefeed0",
            "0o7777777777777777777777", "0b" + String(repeating: "10", count: 40), "1e999", "-4.2e999", "tru3", "fals3", "in7",
            "-in7", "+na7",
        ]
    )
    func `a syntax error does not repeat a number that is too large or an almost complete word`(value: String) {
        for text in [value, "[\(value)]", "{ a = \(value) }", "[[1], [\(value)]]"] {
            let error = #expect(throws: SettingsError.self) {
                try ConfigurationFile.parse("[profiles.p]\nservers = [\"h\"]\ntoken = \(text)\n", file: "c.toml")
            }
            #expect(error?.code == .syntax)
            // Without the sign, which the message leaves out.
            #expect(error?.description.contains(value.trimmingPrefix("-")) == false, "\(error?.description ?? "")")
        }
    }

    @Test
    func `no error of a theme repeats a login`() {
        for url in ["nats://u:hunter2@h", "http://u:hunter2@h:8222/x"] {
            for text in ["name = \"\(url)\"\ntext = \"\(url)\"\nvariant = \"\(url)\"\ninherits = \"\(url)\"", "\"\(url)\" = 1"] {
                let lines = problems { () throws(SettingsError) in
                    try ThemeLibrary(directories: []).parse(text, file: "t.toml")
                }
                #expect(!lines.isEmpty && !lines.joined().contains(Self.marker), "\(lines)")
            }
            let lines = problems { () throws(SettingsError) in try ThemeLibrary(directories: []).load(url) }
            #expect(!lines.isEmpty && !lines.joined().contains(Self.marker), "\(lines)")
        }
    }

    @Test
    func `the library refuses a URL as a host without repeating it`() {
        for url in Self.urls where url.contains("@") || url.contains("/") {
            #expect(throws: RouletteError.self) { try RouletteConfiguration(clusters: [.init(host: url)]).validate() }
            for body in [
                { try RouletteConfiguration(clusters: [.init(host: url)]).validate() },
                { try RouletteConfiguration(clusters: [ClusterConfiguration(url)]).validate() },
            ] as [() throws -> Void] {
                do { try body() } catch { #expect(!"\(error)".contains(Self.marker), "\(url): \(error)") }
            }
        }
    }

    @Test(
        arguments: [
            ("see nats://u:p@h:1 and http://h:8222", "see nats://<redacted>@h:1 and http://h:8222"),
            ("\"tls://t@a,tls://u@b\"", "\"tls://<redacted>@b\""),
            ("use nats://HOST:PORT", "use nats://HOST:PORT"),
            ("chmod 600 /a@b/c:d", "chmod 600 /a@b/c:d"),
        ]
    )
    func `logins of URLs are redacted in any text`(text: String, expected: String) {
        #expect(UserInfo.redacted(in: text) == expected)
    }
}
