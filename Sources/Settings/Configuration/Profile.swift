public import ConsistentHashing
public import Roulette
public import RouletteNATS

/// One deployment: its clusters in ring order, and how to connect to them.
///
/// A profile contains the configuration of the library, whose properties are also properties of the profile, and the settings
/// that only the console and the command use. Every setting has a default, so only the servers are required.
@dynamicMemberLookup
public struct Profile: Sendable {
    /// What a deployment is used for. It determines the banner of the console and whether publishing is allowed.
    public enum Environment: String, Sendable, CaseIterable {
        /// Used by customers. Read-only unless `allow_publish = true`.
        case production = "prod"
        /// Used to test changes before they reach production.
        case staging
        /// Everything else.
        case development = "dev"
    }

    /// How the client authenticates.
    public enum Login: Sendable, Hashable {
        /// User and password. If the password is nil, the command line reads `ROULETTE_PASSWORD` or asks for it.
        case user(String, password: Secret?)
        /// A token.
        case token(Secret)
        /// The path of a `.creds` file with a JWT and its key.
        case credentials(path: String)
        /// The path of a file with the seed of an NKEY.
        case nkey(path: String)
        /// A JWT and the seed of its key, from a context of the NATS command line. A bearer JWT needs no seed.
        case jwt(Secret, seed: Secret?)
    }

    /// The profile's name in its file.
    public var name: String
    /// What the deployment is used for.
    public var environment = Environment.development
    /// The value of `allow_publish`, or nil if the key is missing.
    private var publishPermission: Bool?
    /// The name shown in the servers' monitoring, or nil for the name of the program.
    public var connectionName: String?
    /// The console's theme for this deployment, or nil for the theme of the configuration.
    public var theme: String?
    /// Topic patterns that the console subscribes to on every cluster when it starts.
    public var watch: [String] = []
    /// Whether the console saves commands, filters, topics and sent messages for later runs.
    public var keepsHistory = true
    /// The login, or nil to connect without one.
    public var login: Login?
    /// The login of the system account, for one more connection to each cluster, or nil to make none.
    public var systemLogin: Login?
    /// The clusters in ring order, at least one.
    public var servers: [ProfileServer]
    /// The configuration of the library. Its servers, credentials and connection name are not used, because each client
    /// derives them from ``servers``, ``login`` and ``connectionName``.
    var library = RouletteConfiguration(clusters: [])

    /// Whether publishing is allowed. The default is false in production and true elsewhere.
    public var allowPublish: Bool {
        get { publishPermission ?? (environment != .production) }
        set { publishPermission = newValue }
    }

    /// A property of the library's configuration.
    public subscript<Value>(dynamicMember path: WritableKeyPath<RouletteConfiguration, Value>) -> Value {
        get { library[keyPath: path] }
        set { library[keyPath: path] = newValue }
    }

    /// Creates a profile with default settings.
    ///
    /// - Parameters:
    ///   - name: The name shown for it.
    ///   - servers: The clusters in ring order.
    public init(name: String, servers: [ProfileServer]) {
        self.name = name
        self.servers = servers
    }

    /// The error for an address on the command line that contains a login, valid or malformed.
    public static let loginInArgument =
        "a login in an argument is visible to all users of this machine in the list of processes. Remove the part before "
        + "the @ and use --user NAME, whose password is read from ROULETTE_PASSWORD or asked for, or --token-file, --creds "
        + "or --nkey; or put the login in a profile or a context"

    /// Creates a profile from servers given on the command line.
    ///
    /// - Parameters:
    ///   - name: The name shown for it.
    ///   - addresses: The clusters in ring order, without logins.
    ///   - naming: How clusters are named on the ring.
    /// - Throws: ``SettingsError`` when there is no server, when two servers have the same address or name, or when an address
    ///   contains a login, because every user of the machine can read arguments.
    public init(name: String, addresses: [ClusterAddress], naming: HashRing.Naming = .index) throws(SettingsError) {
        let option = "--server"
        guard !addresses.isEmpty else {
            throw SettingsError(.invalid, file: option, "no server is given, use --server [NAME=]HOST[:PORT]")
        }
        let servers = addresses.map { ProfileServer($0) }
        try ServerList.check(servers, naming: naming, option: option)
        if let index = addresses.firstIndex(where: \.hasLogin) {
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
