public import ConsistentHashing
public import NATS
public import Roulette

/// One deployment: its clusters in ring order, and how to talk to them.
///
/// A profile holds the configuration of the library, whose properties are properties of the profile, and beside it what
/// belongs to the console and the command alone. Every setting has a default, so a profile needs nothing but servers.
@dynamicMemberLookup
public struct Profile: Sendable {
    /// What a deployment is used for: the banner of the console, and whether it may publish.
    public enum Environment: String, Sendable, CaseIterable {
        /// In use by customers. Read-only unless `allow_publish = true`.
        case production = "prod"
        /// For rehearsing production.
        case staging
        /// Everything else.
        case development = "dev"
    }

    /// How the client authenticates itself.
    public enum Login: Sendable, Hashable {
        /// User and password. Without a password the command line asks for it, or takes `ROULETTE_PASSWORD`.
        case user(String, password: Secret?)
        /// A token.
        case token(Secret)
        /// The path of a `.creds` file with a JWT and its key.
        case credentials(path: String)
        /// The path of a file with the seed of an NKEY.
        case nkey(path: String)
        /// A JWT and the seed of its key, as a context of the NATS command line can hold them. A bearer JWT needs no seed.
        case jwt(Secret, seed: Secret?)
    }

    /// The profile's name in its file.
    public var name: String
    /// What the deployment is used for.
    public var environment = Environment.development
    /// What `allow_publish` says, or nil if it is left out.
    private var publishPermission: Bool?
    /// The name shown in the servers' monitoring, or nil for the program's.
    public var connectionName: String?
    /// The console's theme for this deployment, in place of the configuration's; nil for that one.
    public var theme: String?
    /// Topic patterns that the console subscribes to on every cluster when it starts.
    public var watch: [String] = []
    /// Whether the console keeps commands, filters, topics and whole messages that were sent for the next runs.
    public var keepsHistory = true
    /// How the client authenticates itself, or nil for not at all.
    public var login: Login?
    /// The clusters in ring order, at least one.
    public var servers: [ProfileServer]
    /// What the library is configured with. Its servers, credentials and connection name are not used: they are made from
    /// ``servers``, ``login`` and ``connectionName`` for each client.
    var library = RouletteConfiguration(servers: [])

    /// Whether anything may be published. Unless it is set, everything but production may.
    public var allowPublish: Bool {
        get { publishPermission ?? (environment != .production) }
        set { publishPermission = newValue }
    }

    /// A property of the library's configuration.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RouletteConfiguration, Value>) -> Value {
        get { library[keyPath: path] }
        set { library[keyPath: path] = newValue }
    }

    /// A profile with every setting at its default.
    ///
    /// - Parameters:
    ///   - name: The name shown for it.
    ///   - servers: The clusters in ring order.
    public init(name: String, servers: [ProfileServer]) {
        self.name = name
        self.servers = servers
    }

    /// Why an address on the command line must not hold a login, whole or damaged, and what to do instead.
    public static let loginInArgument =
        "a login in an argument can be read by everybody on this machine, in the list of processes. Remove what stands "
        + "before the @, and use --user NAME, whose password is asked for or taken from ROULETTE_PASSWORD, or "
        + "--token-file, --creds or --nkey; or write the login into a profile or a context"

    /// Makes a profile of servers given on the command line.
    ///
    /// - Parameters:
    ///   - name: The name shown for it.
    ///   - addresses: The servers in ring order, without logins.
    ///   - naming: How clusters are named on the ring.
    /// - Throws: ``SettingsError`` when there is no server, two have one address or name, or one holds a login: every user
    ///   of the machine can read arguments.
    public init(name: String, addresses: [ServerAddress], naming: HashRing.Naming = .index) throws(SettingsError) {
        let option = "--server"
        guard !addresses.isEmpty else {
            throw SettingsError(.invalid, file: option, "no server is given, use --server [NAME=]HOST[:PORT]")
        }
        let servers = addresses.map {
            ProfileServer(name: $0.name, host: $0.host, port: $0.port, requiresTLS: $0.requiresTLS)
        }
        try ServerList.check(servers, naming: naming, option: option)
        if let index = addresses.firstIndex(where: { $0.login != nil }) {
            throw SettingsError(.invalid, file: "\(option) number \(index + 1)", Self.loginInArgument)
        }
        self.init(name: name, servers: servers)
        library.naming = naming
    }
}

extension Profile: Equatable {
    /// Whether the names, the servers and all settings are equal.
    public static func == (left: Profile, right: Profile) -> Bool {
        left.name == right.name && left.servers == right.servers && settings.allSatisfy { $0.isEqual(left, right) }
    }
}
