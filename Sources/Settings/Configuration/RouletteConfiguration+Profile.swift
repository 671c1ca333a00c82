public import Roulette
package import RouletteNATS
import TextCoding

extension RouletteConfiguration {
    /// Creates the configuration of the library for a profile.
    ///
    /// Each connection attempt reads the files of credentials and certificates again. See also ``Profile/checkFiles()``.
    ///
    /// - Parameters:
    ///   - profile: The profile.
    ///   - connectionName: The name of the connections if the profile sets none.
    /// - Throws: ``SettingsError/Code/invalid`` when a user has no password. The caller must ask for the password first.
    public init(profile: Profile, connectionName: String = "roulette") throws(SettingsError) {
        let place = "profile \(quoted(profile.name))"
        self = profile.library
        self.connectionName = profile.connectionName ?? connectionName
        if let login = profile.login { credentials = try Self.credentials(login, place: place) }
        clusters = []
        for server in profile.servers {
            var result = server.library
            if server.requiresTLS { result.tls = (server.library.tls ?? profile.library.tls).requiring() }
            if let login = server.login { result.credentials = try Self.credentials(login, place: place) }
            clusters.append(result)
        }
    }

    /// Creates the configuration of one connection to each cluster with the login of the system account.
    ///
    /// - Parameters:
    ///   - profile: The profile.
    ///   - connectionName: The name of the connections, without the position on the ring.
    /// - Returns: The connections in ring order; nil for a cluster without such a login.
    /// - Throws: ``SettingsError/Code/invalid`` when a user has no password.
    package static func systemConnections(
        of profile: Profile,
        connectionName: String
    ) throws(SettingsError) -> [NATSClientConfiguration?] {
        let place = "profile \(quoted(profile.name))"
        // The logins of the other connections are not needed here, so their passwords may be missing.
        var copy = profile
        copy.login = nil
        for index in copy.servers.indices { copy.servers[index].login = nil }
        let configuration = try RouletteConfiguration(profile: copy)
        let ring: HashRing
        do {
            ring = try configuration.makeRing()
        } catch {
            throw SettingsError(.invalid, file: place, error.message)
        }
        var connections: [NATSClientConfiguration?] = []
        for (index, (server, own)) in zip(configuration.clusters, profile.servers).enumerated() {
            guard let login = own.systemLogin ?? profile.systemLogin else {
                connections.append(nil)
                continue
            }
            // As on the other connections of this program, so that it is not taken for one with an unknown ring.
            let name = "\(connectionName) \(RingClaim(ring: ring, index: index))"
            var connection = configuration.connection(to: server, name: name)
            connection.credentials = try credentials(login, place: place)
            // The prefix of an account's own inbox does not apply to the system account.
            connection.inboxPrefix = "_INBOX"
            connections.append(connection)
        }
        return connections
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
    /// A copy of the settings that always encrypts.
    func requiring() -> Self {
        var tls = self
        if tls.mode == .automatic || tls.mode == .disabled { tls.mode = .required }
        return tls
    }
}
