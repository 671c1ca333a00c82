import HashRing
import NATS
public import Roulette

extension RouletteConfiguration {
    /// What a profile says, as the library takes it.
    ///
    /// - Throws: ``SettingsError/Code/invalid`` when the profile's login cannot be used as it is: a user without a
    ///   password (ask for it first), or a credentials file.
    public init(profile: Profile) throws(SettingsError) {
        self.init(servers: profile.servers.map(Server.init))
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
        let login = try Self.credentials(of: profile)
        credentials = { login }
    }

    private static func credentials(of profile: Profile) throws(SettingsError) -> NATSClientConfiguration.Credentials {
        let place = "profile \(quoted(profile.name))"
        switch profile.login {
        case nil:
            return .none
        case .user(let user, let password?):
            return .userPassword(user: user, password: password)
        case .user(let user, password: nil):
            throw SettingsError(.invalid, file: place, "the user \(quoted(user)) has no password, set ROULETTE_PASSWORD")
        case .token(let token):
            return .token(token)
        case .credentials(let path):
            throw SettingsError(
                .invalid,
                file: place,
                "credentials files such as \(quoted(path)) cannot be used yet, use user and password or a token"
            )
        }
    }
}

extension RouletteConfiguration.Server {
    /// A cluster of a profile.
    init(_ server: ProfileServer) {
        self.init(name: server.name, host: server.host, port: server.port, monitor: server.monitor)
    }
}
