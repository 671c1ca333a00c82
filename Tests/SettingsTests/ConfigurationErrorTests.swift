import Testing

@testable import Settings

@Suite("Errors of a configuration have the file, the line, the key and advice")
struct ConfigurationErrorTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let toml: String
        let messages: [String]
        var testDescription: String { messages.first ?? "" }

        init(_ toml: String, _ messages: String...) {
            self.toml = toml
            self.messages = messages
        }
    }

    private static func noValue(line: Int) -> String {
        "c.toml:\(line): a value is missing, or is not a number, true or false; put text in quotes (no setting has a date as "
            + "its value)"
    }

    private static func noKey(line: Int) -> String {
        "c.toml:\(line): not valid TOML: a key is missing, or a key with characters other than A-Z, a-z, 0-9, - and _ is not in "
            + "quotes"
    }

    static let syntax = [
        Case("a = \u{0}1", "c.toml:1: a NUL byte is not allowed in TOML, remove it"),
        Case(
            "theme = dark",
            "c.toml:1: not valid TOML at column 9: Error while parsing value: could not determine value type; put text in quotes"
        ),
        // The message of the parser, without the value.
        Case(
            "a = 99999999999999999999",
            "c.toml:1: not valid TOML at column 25: Error while parsing decimal integer: '…' is not representable in 64 bits"
        ),
        Case("a = tru3", "c.toml:1: not valid TOML at column 8: Error while parsing boolean: expected '…', saw '…'"),
        Case("\ntheme = \"a\\u0000b\"", "c.toml:2: the escape \\u0000 is not supported, remove it"),
        // TOMLKit would crash on the first of these texts.
        Case("a = 1\n[[é]]", noKey(line: 2)), Case("[[", noKey(line: 1)), Case("[[.a]]", noKey(line: 1)),
        Case("[]", noKey(line: 1)), Case("\n= 1", noKey(line: 2)), Case("a..b = 1", noKey(line: 1)),
        Case("\na =", noValue(line: 2)), Case("a = 1979-05-27  # x", noValue(line: 1)), Case("a = [1,\n é]", noValue(line: 2)),
        Case("a = 07:32:00", noValue(line: 1)), Case("password = hun ter2", noValue(line: 1)),
        Case("a = { é = 1 }", noKey(line: 1)), Case("größe = 1", noKey(line: 1)),
    ]

    static let keys = [
        Case("deafult_profile = \"a\"", "c.toml:1: deafult_profile: unknown key, did you mean \"default_profile\"?"),
        Case("zzz = 1", "c.toml:1: zzz: unknown key, use one of: default_profile, theme, profiles, keys"),
        Case(
            "[profiles.demo]\nservers = [\"h\"]\nping_intervall = 5",
            "c.toml:3: profiles.demo.ping_intervall: unknown key, did you mean \"ping_interval\"?"
        ),
        Case(
            "[[profiles.demo.servers]]\nhost = \"a\"\n[[profiles.demo.servers]]\nhost = \"b\"\nprot = 1",
            "c.toml:5: profiles.demo.servers[1].prot: unknown key, did you mean \"port\"?"
        ),
        Case(
            "[profiles.\"my prod\"]\nservers = [\"h\"]\nroel = \"both\"",
            "c.toml:3: profiles.\"my prod\".roel: unknown key, did you mean \"role\"?"
        ),
        Case("profiles = 3", "c.toml:1: profiles: expected a table, found an integer"),
        Case(
            "default_profile = \"prodution\"\nprofiles.production.servers = [\"h\"]",
            "c.toml:1: default_profile: \"prodution\": unknown profile, did you mean \"production\"?"
        ),
        Case("default_profile = \"x\"", "c.toml:1: default_profile: \"x\": unknown profile, none is defined"),
    ]

    static let values = [
        Case("pool_size = \"5\"", "c.toml:3: profiles.p.pool_size: expected an integer, found a string"),
        Case("pool_size = 0", "c.toml:3: profiles.p.pool_size: 0 is out of range, use 1 to 1000"),
        Case("max_retry = -1", "c.toml:3: profiles.p.max_retry: -1 is out of range, use 0 to 1000"),
        Case("max_ping_failure = 2.5", "c.toml:3: profiles.p.max_ping_failure: expected an integer, found a decimal number"),
        Case("allow_publish = \"yes\"", "c.toml:3: profiles.p.allow_publish: expected true or false, found a string"),
        Case("role = \"publish\"", "c.toml:3: profiles.p.role: \"publish\": unknown value, did you mean \"publisher\"?"),
        Case("role = \"x\"", "c.toml:3: profiles.p.role: \"x\": unknown value, use one of: both, subscriber, publisher"),
        Case("naming = 1", "c.toml:3: profiles.p.naming: expected a string, found an integer"),
        Case(
            "environment = \"production\"",
            "c.toml:3: profiles.p.environment: \"production\": unknown value, use one of: prod, staging, dev"
        ),
        Case("ping_interval = 10", "c.toml:3: profiles.p.ping_interval: 10ms is out of range, use 100ms to 1h"),
        Case("ping_interval = \"90m\"", "c.toml:3: profiles.p.ping_interval: 90m is out of range, use 100ms to 1h"),
        Case(
            "connection_timeout = \"soon\"",
            "c.toml:3: profiles.p.connection_timeout: \"soon\" is not a duration, use whole milliseconds or text such as "
                + "\"250ms\", \"5s\", \"2m\", \"1h\""
        ),
        Case(
            "max_backoff = true",
            "c.toml:3: profiles.p.max_backoff: expected milliseconds or text such as \"5s\", found a boolean"
        ),
        Case("reconnect_jitter = \"2h\"", "c.toml:3: profiles.p.reconnect_jitter: 2h is out of range, use 0ms to 1h"),
        Case(
            "inbox_prefix = \"a.>\"",
            "c.toml:3: profiles.p.inbox_prefix: an inbox prefix is a topic of at most 256 bytes without wildcards, such as "
                + "\"_INBOX.app\""
        ),
        Case(
            "tls_server_name = \"10.0.0.1\"",
            "c.toml:3: profiles.p.tls_server_name: the server name must be an ASCII host name, not an IP address; "
                + "leave it out to use the host"
        ),
        Case(
            "user = \"u:hunter2\"",
            "c.toml:3: profiles.p.user: the user contains a colon; if a password follows the colon, write it as password = \"…\""
        ),
        Case("watch = \"a.>\"", "c.toml:3: profiles.p.watch: expected an array of strings, found a string"),
        Case(
            "watch = [\n  \"a.>\",\n  \"a..b\",\n  \">.a\", 7 ]",
            "c.toml:5: profiles.p.watch[1]: \"a..b\" is not a topic pattern, use tokens such as \"orders.*\" or \"orders.>\"",
            "c.toml:6: profiles.p.watch[3]: expected a string, found an integer",
            "c.toml:6: profiles.p.watch[2]: \">.a\" has > before its last token, use * for one token"
        ),
        Case("user = \"\"", "c.toml:3: profiles.p.user: is empty, write a value or remove the key"),
        Case("password = \"s3cret\"", "c.toml:3: profiles.p.password: a password needs a user, add user = \"…\""),
        Case("token = 12345", "c.toml:3: profiles.p.token: expected a string, found an integer"),
        Case(
            "user = \"a\"\ncredentials = \"b\"",
            "c.toml:4: profiles.p.credentials: a profile has one login, but user and credentials are set; "
                + "remove all but one"
        ),
    ]

    static let servers = [
        Case("", "c.toml:1: profiles.p: has no servers, add [[profiles.p.servers]] with host = \"…\""),
        Case("servers = []", "c.toml:2: profiles.p.servers: is empty, add a server such as \"nats.example.org:4222\""),
        Case("servers = \"a\"", "c.toml:2: profiles.p.servers: expected an array of servers, found a string"),
        Case(
            "servers = [7]",
            "c.toml:2: profiles.p.servers[0]: expected \"HOST\", \"HOST:PORT\" or a table with host and port, found an integer"
        ),
        Case(
            "servers = [\"a:0\"]",
            "c.toml:2: profiles.p.servers[0]: the text after the host's colon is not a port, use 1 to 65535; if it is a "
                + "password, the host is missing: USER:PASSWORD@HOST"
        ),
        Case(
            "servers = [\"nats://u:hunter2@a\"]",
            "c.toml:2: profiles.p.servers[0]: expected \"HOST\" or \"HOST:PORT\"; a name and a login have keys of their own"
        ),
        Case(
            "[[profiles.p.servers]]\nhost = \"a\"\n[[profiles.p.servers]]\nhost = \"b\"\nport = 99999",
            "c.toml:6: profiles.p.servers[1].port: 99999 is out of range, use 1 to 65535"
        ),
        Case("servers = [{ name = \"x\" }]", "c.toml:2: profiles.p.servers[0]: has no host, add host = \"…\""),
        Case(
            "servers = [{ host = \"a:4222\" }]",
            "c.toml:2: profiles.p.servers[0].host: the host must be only a host name or an IP address, set the port separately"
        ),
        Case(
            "servers = [{ host = \"a b\" }]",
            "c.toml:2: profiles.p.servers[0].host: the host must be only a host name or an IP address, "
                + "without scheme, login and path"
        ),
        Case(
            "servers = [\n\"a\",\n{ host = \"b\" },\n{ name = \"c\", host = \"A\", port = 4222 }]",
            "c.toml:5: profiles.p.servers[2]: server 2 (\"c\") has the address of server 0, A:4222; each cluster needs its own"
        ),
        Case(
            "servers = [{ name = \"c\", host = \"a\" }, { name = \"c\", host = \"b\" }]",
            "c.toml:2: profiles.p.servers[1]: the name \"c\" is used by server 0 (a:4222) and server 1 (b:4222); "
                + "rename one of them"
        ),
        Case(
            "servers = [{ host = \"a\", alternatives = [\"b\", \"A:4222\"] }, { host = \"c\", alternatives = [\"b\"] }]",
            "c.toml:2: profiles.p.servers[0]: server 0 has the address A:4222 twice, remove one",
            "c.toml:2: profiles.p.servers[1]: server 1 has the address of server 0, b:4222; each cluster needs its own"
        ),
        Case(
            "servers = [{ hosts = [\"a\", \"b:4223\", \"A:4222\"] }, \"c,b:4223\"]",
            "c.toml:2: profiles.p.servers[0]: server 0 has the address A:4222 twice, remove one",
            "c.toml:2: profiles.p.servers[1]: server 1 has the address of server 0, b:4223; each cluster needs its own"
        ),
        Case(
            "servers = [{ host = \"a\", port = 4223, hosts = [\"b\"] }]",
            "c.toml:2: profiles.p.servers[0].host: hosts is set too, remove one of them",
            "c.toml:2: profiles.p.servers[0].port: hosts is set too, remove one of them; write HOST:PORT in hosts"
        ),
        Case(
            "servers = [{ hosts = [] }, { hosts = \"a\" }]",
            "c.toml:2: profiles.p.servers[0].hosts: is empty, add an address such as \"10.0.0.1:4222\"",
            "c.toml:2: profiles.p.servers[1].hosts: expected an array of strings, found a string"
        ),
        Case(
            "servers = [{ hosts = [\"a:0\", \"u:hunter2@b\"] }]",
            "c.toml:2: profiles.p.servers[0].hosts[0]: the text after the host's colon is not a port, use 1 to 65535; if it is a "
                + "password, the host is missing: USER:PASSWORD@HOST",
            "c.toml:2: profiles.p.servers[0].hosts[1]: expected \"HOST\" or \"HOST:PORT\"; a name and a login have keys of their "
                + "own"
        ),
        Case(
            "naming = \"name\"\nservers = [{ name = \"c\", host = \"a\" }, \"b\"]",
            "c.toml:3: profiles.p.servers[1]: has no name, but naming = \"name\" requires one; add name = \"…\""
        ),
        Case(
            "servers = [{ host = \"a\", monitor = \"a:8222\" }]",
            "c.toml:2: profiles.p.servers[0].monitor: a monitoring URL begins with http:// or https://, write http://HOST:8222"
        ),
        Case(
            "servers = [{ host = \"a\", monitor = \"http://a:8222/x?y\" }]",
            "c.toml:2: profiles.p.servers[0].monitor: a monitoring URL ends after the port or the server's http_base_path, "
                + "write http://HOST:8222 or http://HOST:8222/BASE"
        ),
        Case(
            "servers = [{ host = \"a\", monitor = \"http://u:hunter2@a:8222\" }]",
            "c.toml:2: profiles.p.servers[0].monitor: a monitoring URL must not contain a login, write http://HOST:8222"
        ),
        Case(
            "servers = [{ host = \"a\", monitor = [\"http://a:8222\", \"b\", \"http://a\"] }]",
            "c.toml:2: profiles.p.servers[0].monitor[1]: a monitoring URL begins with http:// or https://, write http://HOST:8222",
            "c.toml:2: profiles.p.servers[0].monitor[2]: http://a:8222 is listed twice, remove one"
        ),
        Case(
            "servers = [{ host = \"a\", system_password = \"p\" }]",
            "c.toml:2: profiles.p.servers[0].system_password: a password needs a user, add system_user = \"…\""
        ),
    ]

    static let bindings = [
        Case("[keys]\npublsh = \"P\"", "c.toml:2: keys.publsh: unknown key, did you mean \"publish\"?"),
        Case(
            "[keys]\npublish = \"PP\"",
            "c.toml:2: keys.publish: \"PP\" is not a key, use one character or a name such as \"^s\", \"M-x\", \"S-tab\", "
                + "\"F1\", \"space\", \"enter\", \"esc\", \"pgup\""
        ),
        Case("[keys]\npublish = 1", "c.toml:2: keys.publish: expected a key such as \"P\" or an array of keys, found an integer"),
        Case(
            "[keys]\npublish = \"s\"",
            "c.toml:2: keys.publish: the key \"s\" of publish is also a key of subscribe, change one of them"
        ),
        Case(
            "[keys]\nhex = \"^I\"",
            "c.toml:2: keys.hex: the key \"tab\" of hex is also a key of next_pane, change one of them"
        ),
        Case("[keys]\nquit = []", "c.toml:2: keys.quit: needs at least one key, or the console cannot be quit"),
    ]

    @Test(arguments: syntax + keys)
    func `text that is not TOML, and unknown keys`(_ example: Case) {
        #expect(problems { () throws(SettingsError) in try parse(example.toml) } == example.messages)
    }

    @Test(arguments: values)
    func `values of a wrong type or range`(_ example: Case) {
        let toml = "[profiles.p]\nservers = [\"h\"]\n" + example.toml
        #expect(problems { () throws(SettingsError) in try parse(toml) } == example.messages)
    }

    @Test(arguments: servers)
    func `lists of servers`(_ example: Case) {
        #expect(problems { () throws(SettingsError) in try parse("[profiles.p]\n" + example.toml) } == example.messages)
    }

    @Test(arguments: bindings)
    func `bindings of keys`(_ example: Case) {
        #expect(problems { () throws(SettingsError) in try parse(example.toml) } == example.messages)
    }

    @Test
    func `a syntax error has its line and its column`() throws {
        let error = try #require(throws: SettingsError.self) { try parse("theme = \"a\"\ntheme = \"b\"\n") }
        #expect(error.code == .syntax)
        let problem = try #require(error.problems.first)
        #expect(problem.line == 2)
        #expect(problem.description.hasPrefix("c.toml:2: not valid TOML at column "))
    }

    @Test
    func `an error lists all problems by line, up to a limit`() throws {
        let toml = (1...25).map { "unknown_\($0) = 1" }.joined(separator: "\n")
        let error = try #require(throws: SettingsError.self) { try parse(toml) }
        #expect(error.code == .invalid)
        #expect(error.problems.map(\.line) == Array(1...20))
        #expect(error.omitted == 5)
        #expect(error.description.hasSuffix("\nand 5 more"))
    }

    @Test
    func `control characters of a value do not reach the message`() {
        let toml = "[profiles.p]\nservers = [\"h\"]\nrole = \"\\u001B[2J\\u202E\""
        #expect(
            problems { () throws(SettingsError) in try parse(toml) } == [
                "c.toml:3: profiles.p.role: \"<U+001B>[2J<U+202E>\": unknown value, use one of: both, subscriber, publisher"
            ]
        )
    }

    private func parse(_ toml: String) throws(SettingsError) -> ConfigurationFile {
        try ConfigurationFile.parse(toml, file: "c.toml", actions: BindableAction.examples)
    }
}
