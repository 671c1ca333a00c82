import ConsistentHashing
import NATS
public import Roulette

extension RouletteConfiguration {
    /// What a profile says, as the library takes it.
    ///
    /// Files of credentials and certificates are read by each connection for each attempt; see ``Profile/checkFiles()``.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` when a login cannot be used as it is: a user without a password, which has
    ///   to be asked for first.
    public init(profile: Profile) throws(SettingsError) {
        let place = "profile \(quoted(profile.name))"
        var servers: [Server] = []
        for server in profile.servers {
            var result = Server(name: server.name, host: server.host, port: server.port, monitor: server.monitor)
            if let login = server.login { result.credentials = try Self.credentials(login, place: place) }
            result.alternatives = server.alternatives
            result.inboxPrefix = server.inboxPrefix
            let tls = server.tls ?? profile.tls
            result.tls = server.requiresTLS ? tls.requiring() : server.tls
            servers.append(result)
        }
        self.init(servers: servers)
        naming =
            switch profile.naming {
            case .index: .index
            case .name: .name
            }
        role =
            switch profile.role {
            case .both: .both
            case .subscriber: .subscriber
            case .publisher: .publisher
            }
        subscriptionRestart =
            switch profile.subscriptionRestart {
            case .temporary: .temporary
            case .permanent: .permanent
            }
        poolSize = profile.poolSize
        pingInterval = profile.pingInterval
        maxPingFailure = profile.maxPingFailure
        maxRetry = profile.maxRetry
        baseBackoff = profile.baseBackoff
        maxBackoff = profile.maxBackoff
        connectionTimeout = profile.connectionTimeout
        elixirCompatibleTopics = profile.elixirCompatibleTopics
        reconnectJitter = profile.reconnectJitter
        writeTimeout = profile.writeTimeout
        drainTimeout = profile.drainTimeout
        outboundBufferSize = profile.outboundBufferSize
        usesDiscoveredServers = profile.usesDiscoveredServers
        movesOnLameDuck = profile.movesOnLameDuck
        moveOverlap = profile.moveOverlap
        inboxPrefix = profile.inboxPrefix
        if let name = profile.connectionName { connectionName = name }
        tls = profile.tls
        allowsPlaintextCredentials = profile.allowsPlaintextCredentials
        if let login = profile.login { credentials = try Self.credentials(login, place: place) }
    }

    private static func credentials(
        _ login: Profile.Login,
        place: String
    ) throws(SettingsError) -> @Sendable () throws -> NATSClientConfiguration.Credentials {
        switch login {
        case .user(let user, let password?):
            return { .userPassword(user: user, password: password) }
        case .user(let user, password: nil):
            throw SettingsError(
                .invalid,
                file: place,
                "the user \(quoted(LoginName.shown(user))) has no password, set ROULETTE_PASSWORD"
            )
        case .token(let token):
            return { .token(token) }
        case .credentials(let path):
            return { try .credentialsFile(path) }
        case .nkey(let path):
            return { try .nkeyFile(path) }
        case .jwt(let jwt, let seed):
            return { .jwt(jwt, seed: seed) }
        }
    }
}

extension NATSClientConfiguration.TLS {
    /// The same, but never without encryption.
    func requiring() -> Self {
        var tls = self
        if tls.mode == .automatic || tls.mode == .disabled { tls.mode = .required }
        return tls
    }
}
