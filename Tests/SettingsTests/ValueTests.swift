import RouletteNATS
import TerminalStyle
import Testing
import TextCoding

@testable import Settings

@Suite("Durations, addresses and keys")
struct ValueTests {
    @Test(
        arguments: [
            ("0", Duration.zero), ("250", .milliseconds(250)), ("250ms", .milliseconds(250)), ("5s", .seconds(5)),
            ("2m", .seconds(120)), ("1h", .seconds(3600)),
        ]
    )
    func `durations are read and written back`(text: String, duration: Duration) throws {
        #expect(try DurationText.parse(text) == duration)
        #expect(try DurationText.parse(DurationText.format(duration)) == duration)
    }

    @Test(
        arguments: ["", "s", "ms", "-5s", "+5", "1.5s", "5 s", "5S", "5sec", "1h30m", "٣s", "0x10", "5s\u{0}"]
    )
    func `other texts are not durations`(text: String) {
        #expect(throws: DurationText.ParseError.self) { try DurationText.parse(text) }
    }

    @Test(
        arguments: ["2h", "99999999999999999999", "9223372036854775807h"]
    )
    func `the error for a duration that is too long names the bounds`(text: String) {
        let failure = #expect(throws: DurationText.ParseError.self) {
            try DurationText.parse(text, in: .seconds(1) ... .seconds(3600))
        }
        #expect(failure?.message == "\(text) is out of range, use 1s to 1h")
    }

    @Test(
        arguments: [
            (Duration.milliseconds(1500), "1500ms"), (.seconds(90), "90s"), (.seconds(7200), "2h"), (.zero, "0ms"),
            (.microseconds(1999), "1ms"),
        ]
    )
    func `durations are written with the largest unit that divides them`(duration: Duration, text: String) {
        #expect(DurationText.format(duration) == text)
    }

    @Test(
        arguments: [
            ("a", ServerAddress(host: "a")),
            ("a:1", ServerAddress(host: "a", port: 1)),
            ("alpha=a.example.org:65535", ServerAddress(name: "alpha", host: "a.example.org", port: 65535)),
            ("[::1]", ServerAddress(host: "::1")),
            ("v6=[fe80::1%eth0]:4223", ServerAddress(name: "v6", host: "fe80::1%eth0", port: 4223)),
            ("nats://a", ServerAddress(host: "a")),
            ("NATS://a", ServerAddress(host: "a")),
            ("Tls://a:1", ServerAddress(host: "a", port: 1, requiresTLS: true)),
            ("n=TLS://a", ServerAddress(name: "n", host: "a", requiresTLS: true)),
            ("nats://a:4223/", ServerAddress(host: "a", port: 4223)),
            ("nats://[::1]:4223", ServerAddress(host: "::1", port: 4223)),
            ("n=tls://t@a:1", ServerAddress(name: "n", host: "a", port: 1, requiresTLS: true, login: .token(Secret("t")))),
            ("nats://u:p@a", ServerAddress(host: "a", login: .user("u", password: Secret("p")))),
            ("nats://u:p%40%3a@a:1", ServerAddress(host: "a", port: 1, login: .user("u", password: Secret("p@:")))),
            ("nats://u:p@q@a", ServerAddress(host: "a", login: .user("u", password: Secret("p@q")))),
            ("nats://s3cr=t@a", ServerAddress(host: "a", login: .token(Secret("s3cr=t")))),
            ("n=nats://u:@a", ServerAddress(name: "n", host: "a", login: .user("u", password: Secret("")))),
        ]
    )
    func `server addresses are read`(text: String, address: ServerAddress) throws {
        #expect(try ServerAddress(parsing: text) == address)
    }

    private static let noPort =
        "the text after the host's colon is not a port, use 1 to 65535; if it is a password, the host is missing: "
        + "USER:PASSWORD@HOST"

    @Test(
        arguments: [
            ("", ServerAddressError.Code.host, "the host is missing, use HOST or HOST:PORT"),
            (":4222", .host, "the host is missing, use HOST or HOST:PORT"),
            ("=a", .name, "the name is not usable, use 1 to 64 bytes without spaces and control characters"),
            ("a b=a", .name, "the name is not usable, use 1 to 64 bytes without spaces and control characters"),
            ("u:hunter2@h=a", .name, "the name looks like an address with a login, use a short word"),
            ("u:hunter2=a", .name, "the name before = looks like an address, use a word without : @ and /"),
            ("a:", .port, noPort), ("a:+1", .port, noPort), ("a:0", .port, noPort), ("a:65536", .port, noPort),
            ("nats://u:hunter2", .port, noPort), ("u:123456", .port, noPort), ("[::1]:hunter2", .port, noPort),
            ("nats://u:hunter2@a:x", .port, "the text after the host's colon is not a port, use 1 to 65535"),
            ("::1", .host, "there are several colons, write an IPv6 address in brackets: [ADDRESS]:PORT"),
            ("[::1", .host, "the bracket of the IPv6 address is not closed, use [ADDRESS]:PORT"),
            ("[a]", .host, "the text in brackets is not an IPv6 address, write a host name without brackets"),
            ("[::1]4222", .port, "only a port may follow the bracket, use [ADDRESS]:PORT"),
            ("a/b", .host, "the host must be only a host name or an IP address, without scheme, login and path"),
            ("a\u{1B}", .host, "the host must be only a host name or an IP address, without scheme, login and path"),
            ("wss://a", .scheme, "the scheme wss:// is not supported, use nats://HOST:PORT or tls://HOST:PORT"),
            ("hunter2://a", .scheme, "the scheme before :// is not supported, use nats://HOST:PORT or tls://HOST:PORT"),
            ("u:hunter2://a", .scheme, "the scheme before :// is not supported, use nats://HOST:PORT or tls://HOST:PORT"),
            ("nats://a/x", .path, "a server's URL ends after the port, remove what follows it"),
            ("u:hunter2@a", .login, "a login is allowed only in a URL, which begins with nats:// or tls://"),
            ("nats://@a", .login, "the token before @ is empty, remove the @"),
            ("nats://:hunter2@a", .login, "the user before the password is empty"),
            (
                "nats://u:hunter2%zz@a", .login,
                "a % in the login must be followed by two hexadecimal digits, write %25 for a literal %"
            ),
            ("nats://u:hunter2%FF@a", .login, "the login is not printable text after its %XX escapes are decoded"),
        ]
    )
    func `the error for an invalid address says what to write`(
        text: String,
        code: ServerAddressError.Code,
        message: String
    ) {
        let error = #expect(throws: ServerAddressError.self) { try ServerAddress(parsing: text) }
        #expect(error?.code == code)
        #expect(error?.message == message)
    }

    @Test
    func `several addresses of one cluster are separated by commas, and the first one identifies it`() throws {
        let address = try ClusterAddress(parsing: "alpha=10.0.0.1,10.0.0.2:4223,[::1]:4224")
        #expect(address.name == "alpha" && !address.requiresTLS)
        #expect(address.servers.map(\.endpoint) == ["10.0.0.1:4222", "10.0.0.2:4223", "[::1]:4224"])
        #expect(try ClusterAddress(parsing: "a,tls://b").requiresTLS)
        let profile = try Profile(name: "command line", addresses: [address, ClusterAddress(parsing: "b")])
        #expect(profile.servers.map(\.endpoint) == ["10.0.0.1:4222", "b:4222"])
        #expect(profile.servers[0].seeds.map(\.description) == ["10.0.0.2:4223", "[::1]:4224"])
        let same = try ClusterAddress(parsing: "10.0.0.2:4223")
        #expect(
            problems { () throws(SettingsError) in try Profile(name: "p", addresses: [address, same]) }
                == [
                    "--server: 10.0.0.2:4223: server 1 has the address of server 0 (\"alpha\"), 10.0.0.2:4223; "
                        + "each cluster needs its own"
                ]
        )
    }

    @Test(
        arguments: [
            ("a,", ServerAddressError.Code.host), (",a", .host), ("a,,b", .host), ("a,b=c", .name), ("a,b:0", .port),
            ("a=nats://u:p@b,c", .login), ("a,nats://t@c", .login), ("a,http://b", .scheme), ("a, b", .host),
        ]
    )
    func `each address of a list is checked, and none may have a name or a login of its own`(
        text: String,
        code: ServerAddressError.Code
    ) {
        #expect(throws: ServerAddressError.self) { try ClusterAddress(parsing: text) }
        do { _ = try ClusterAddress(parsing: text) } catch { #expect(error.code == code, "\(text): \(error)") }
    }

    @Test
    func `servers of the command line make a profile, and a conflict names both servers`() throws {
        let texts = ["alpha=a", "beta=nats://b:4223"]
        let profile = try Profile(name: "command line", addresses: try texts.map { try ClusterAddress(parsing: $0) })
        #expect(profile.servers == [ProfileServer(name: "alpha", host: "a"), ProfileServer(name: "beta", host: "b", port: 4223)])
        #expect(profile.login == nil)

        let twice = try ["alpha=a", "beta=a:4222"].map { try ClusterAddress(parsing: $0) }
        #expect(
            problems { () throws(SettingsError) in try Profile(name: "p", addresses: twice) }
                == [
                    "--server: beta: server 1 (\"beta\") has the address of server 0 (\"alpha\"), a:4222; each cluster needs its own"
                ]
        )
        for login in ["hunter2", "u:hunter2"] {
            let addresses = try ["a", "nats://\(login)@b"].map { try ClusterAddress(parsing: $0) }
            let message = problems { () throws(SettingsError) in try Profile(name: "p", addresses: addresses) }.joined()
            #expect(message.hasPrefix("--server number 2: a login in an argument is visible to all users of this machine"))
            #expect(message.contains("ROULETTE_PASSWORD") && message.contains("--token-file"))
        }
        #expect(
            problems { () throws(SettingsError) in try Profile(name: "p", addresses: []) }
                == ["--server: no server is given, use --server [NAME=]HOST[:PORT]"]
        )
    }
}
