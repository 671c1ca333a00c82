public import NATS
import Roulette

/// One deployment: its clusters in ring order, and how to talk to them.
///
/// Every number and time has the default of Roulette 1.0.5 where it has one, so a profile needs nothing but servers.
public struct Profile: Sendable, Hashable {
    /// What a deployment is used for: the banner of the console, and whether it may publish.
    public enum Environment: String, Sendable, CaseIterable {
        /// In use by customers. Read-only unless `allow_publish = true`.
        case production = "prod"
        /// The rehearsal of production.
        case staging
        /// Everything else.
        case development = "dev"
    }

    /// How clusters are named on the ring, which decides who owns a topic.
    public enum Naming: String, Sendable, CaseIterable {
        /// By position in the list, as Roulette 1.0.5 does.
        case index
        /// By their own names, so that the order of the list does not matter.
        case name
    }

    /// What a client does.
    public enum Role: String, Sendable, CaseIterable {
        /// Publishes and subscribes.
        case both
        /// Only subscribes.
        case subscriber
        /// Only publishes.
        case publisher
    }

    /// What becomes of a subscription when its connection is lost.
    public enum SubscriptionRestart: String, Sendable, CaseIterable {
        /// It ends with an error.
        case temporary
        /// It subscribes again, for ever.
        case permanent
    }

    /// How the client proves who it is.
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
    /// Whether anything may be published. Defaults to true except in production.
    public var allowPublish = true
    /// How clusters are named on the ring.
    public var naming = Naming.index
    /// What the client does.
    public var role = Role.both
    /// Connections per cluster and role, 1 to 1000.
    public var poolSize = 5
    /// The time between two PINGs, 100 ms to 1 h.
    public var pingInterval: Duration = .seconds(5)
    /// Ping intervals without any byte received after which a connection counts as lost, 1 to 100.
    public var maxPingFailure = 2
    /// Retries of one publish or subscribe while its cluster is down, 0 to 1000; then it fails.
    public var maxRetry = 10
    /// The first backoff between tries, 1 ms to 1 h.
    public var baseBackoff: Duration = .milliseconds(10)
    /// The longest backoff, up to 1 h; it also bounds a longer ``baseBackoff``.
    public var maxBackoff: Duration = .seconds(5)
    /// The time from which the moment of the first new attempt is drawn when a connection is lost.
    public var reconnectJitter = Self.library.reconnectJitter
    /// What becomes of a subscription when its connection is lost.
    public var subscriptionRestart = SubscriptionRestart.temporary
    /// The deadline from the first TCP packet to the first PONG, 10 ms to 10 min.
    public var connectionTimeout: Duration = .seconds(5)
    /// Whether programs on Roulette 1.0.5 (Elixir) share the deployment: then a topic that they cannot receive is warned of.
    public var elixirCompatibleTopics = false
    /// How long the socket may not take a buffer of frames before the connection ends, 10 ms to 10 min.
    public var writeTimeout = Self.library.writeTimeout
    /// How long an orderly end may take, 10 ms to 1 h.
    public var drainTimeout = Self.library.drainTimeout
    /// The most bytes that wait for the socket of one connection.
    public var outboundBufferSize = Self.library.outboundBufferSize
    /// Whether addresses that servers announce are tried when the configured ones do not answer.
    public var usesDiscoveredServers = Self.library.usesDiscoveredServers
    /// Whether a server that is going to stop is left at once.
    public var movesOnLameDuck = Self.library.movesOnLameDuck
    /// How long both servers deliver during such a move.
    public var moveOverlap = Self.library.moveOverlap
    /// What the topics of replies begin with.
    public var inboxPrefix = Self.library.inboxPrefix
    /// The name shown in the servers' monitoring, or nil for the program's.
    public var connectionName: String?
    /// The console's theme for this deployment, in place of the configuration's; nil for that one.
    public var theme: String?
    /// Topic patterns that the console subscribes to on every cluster from its start.
    public var watch: [String] = []
    /// Whether the console keeps commands, filters, topics and whole messages that were sent for the next runs.
    public var keepsHistory = true
    /// How the client proves who it is, or nil for not at all.
    public var login: Login?
    /// Whether the login is meant to be sent without encryption, so that nothing warns of it.
    public var allowsPlaintextCredentials = false
    /// Whether and how connections are encrypted.
    public var tls = NATSClientConfiguration.TLS()
    /// The clusters in ring order, at least one.
    public var servers: [ProfileServer]

    /// Where the library's own defaults are.
    private static let library = RouletteConfiguration(servers: [])

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
    /// - Throws: ``SettingsError`` when there is no server, two have one address or name, or one holds a login: arguments can
    ///   be read by everybody on the machine.
    public init(name: String, addresses: [ServerAddress], naming: Naming = .index) throws(SettingsError) {
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
        self.naming = naming
    }
}

extension Profile.Login {
    /// The login of a URL.
    init(_ login: ServerAddress.Login) {
        self =
            switch login {
            case .user(let user, let password): .user(user, password: password)
            case .token(let token): .token(token)
            }
    }
}
