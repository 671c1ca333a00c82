import CommandSupport
import Foundation
import RouletteNATS
import Settings

// `ROULETTE_PASSWORD`, `ROULETTE_SYSTEM_PASSWORD` and typed passwords belong to one user of the deployment that the program was
// started with. They are not used for other users or other profiles.

extension Profile {
    /// Prepares the login: reads missing passwords from the environment or asks for them, checks the files, and warns of
    /// insecure settings.
    ///
    /// - Parameter usesSystemAccount: Whether the program connects with the login of the system account. Otherwise that login is
    ///   removed.
    /// - Throws: ``CommandError`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(
        usesSystemAccount: Bool = false,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws {
        if !usesSystemAccount {
            systemLogin = nil
            for index in servers.indices { servers[index].systemLogin = nil }
        }
        for kind in [LoginKind.client, .system] {
            let password = environment[kind.variable].map { Secret($0) }
            let users = usersWithoutPassword(kind)
            if password != nil, users.count > 1 {
                let names = users.map(LoginName.shown).joined(separator: ", ")
                throw CommandError.usage(
                    "\(users.count) users need a password here (\(names)), but \(kind.variable) is the password of one user; "
                        + "unset it to be asked for each, or put the passwords in the configuration or the contexts"
                )
            }
            // A user of several clusters has one password.
            var known = Dictionary(users.compactMap { user in password.map { (user, $0) } }) { $1 }
            try completeLogins(kind) { user, place throws(CommandError) in
                if let password = known[user] { return password }
                let password = try PasswordPrompt.ask(user: user, deployment: place, variable: kind.variable)
                known[user] = password
                return password
            }
        }
        try checkFiles()
        warnIfUnverified()
    }

    /// Whether no password for the system account has to be typed.
    func knowsSystemPasswords(environment: [String: String] = ProcessInfo.processInfo.environment) -> Bool {
        usersWithoutPassword(.system).count <= (environment[LoginKind.system.variable] == nil ? 0 : 1)
    }

    /// Prepares the login of a profile that the console switches to. It cannot ask for a password.
    ///
    /// - Parameter start: The profile that the program was started with. Its password is used only for the same user of the same
    ///   profile.
    /// - Throws: ``CommandError`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(asIn start: Profile) throws {
        let profile = name
        for kind in [LoginKind.client, .system] {
            let known = start.name == name ? start.passwords(kind) : [:]
            try completeLogins(kind) { user, place throws(CommandError) in
                if let password = known[PasswordOwner(user: user, place: place)] { return password }
                throw .usage(
                    "profile \(profile): the password of \(LoginName.shown(user)) is not known here. \(kind.variable) and typed "
                        + "passwords are for the profile that roulette was started with; put it in the configuration, or start "
                        + "roulette --profile \(profile)"
                )
            }
        }
        try checkFiles()
    }

    /// The logins for messages, or those of the system account.
    private struct LoginKind {
        /// The environment variable with the password.
        let variable: String
        let profile: WritableKeyPath<Profile, Login?>
        let server: WritableKeyPath<ProfileServer, Login?>

        static var client: LoginKind { LoginKind(variable: "ROULETTE_PASSWORD", profile: \.login, server: \.login) }
        static var system: LoginKind {
            LoginKind(variable: "ROULETTE_SYSTEM_PASSWORD", profile: \.systemLogin, server: \.systemLogin)
        }
    }

    /// The owner of a password.
    private struct PasswordOwner: Hashable {
        let user: String
        /// The cluster if it has its own login, else the profile.
        let place: String
    }

    /// Returns every login of a kind, with its cluster or profile.
    private func logins(_ kind: LoginKind) -> [(place: String, login: Login?)] {
        [(name, self[keyPath: kind.profile])] + servers.map { ($0.label, $0[keyPath: kind.server]) }
    }

    /// Returns the users without a password, each once, in the order of the configuration.
    private func usersWithoutPassword(_ kind: LoginKind) -> [String] {
        var seen: Set<String> = []
        return logins(kind).compactMap { entry in
            guard case .user(let user, password: nil) = entry.login, seen.insert(user).inserted else { return nil }
            return user
        }
    }

    private func passwords(_ kind: LoginKind) -> [PasswordOwner: Secret] {
        var passwords: [PasswordOwner: Secret] = [:]
        for (place, login) in logins(kind) {
            guard case .user(let user, let password?) = login else { continue }
            passwords[PasswordOwner(user: user, place: place)] = password
        }
        return passwords
    }

    /// Adds the missing passwords.
    private mutating func completeLogins<Failure: Error>(
        _ kind: LoginKind,
        _ password: (_ user: String, _ place: String) throws(Failure) -> Secret
    ) throws(Failure) {
        func completed(_ login: Login?, of place: String) throws(Failure) -> Login? {
            guard case .user(let user, password: nil) = login else { return login }
            return .user(user, password: try password(user, place))
        }
        self[keyPath: kind.profile] = try completed(self[keyPath: kind.profile], of: name)
        for index in servers.indices {
            let place = servers[index].label
            servers[index][keyPath: kind.server] = try completed(servers[index][keyPath: kind.server], of: place)
        }
    }

    private func warnIfUnverified() {
        if skipsVerification {
            StandardError.note(
                "WARNING: certificates are not verified. Anyone on the network path can impersonate the servers "
                    + "and read and change every message and every login."
            )
        }
    }
}
