import Foundation
import NATS
import Settings

// `ROULETTE_PASSWORD` and what is typed belong to one user of the deployment that the program was started with. They are given
// to no other user, and to no other profile.

extension Profile {
    /// Makes everything ready that connecting needs: asks for passwords that are not in the configuration, unless
    /// `ROULETTE_PASSWORD` has it, looks at the files, and warns of what is not safe.
    ///
    /// - Throws: ``CommandFailure`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let password = environment[Self.passwordVariable].map { Secret($0) }
        let users = usersWithoutPassword
        if password != nil, users.count > 1 {
            let names = users.map(LoginName.shown).joined(separator: ", ")
            throw CommandFailure.usage(
                "\(users.count) users need a password here (\(names)), and \(Self.passwordVariable) is one password, for one user; "
                    + "unset it to be asked for each, or put the passwords into the configuration or the contexts"
            )
        }
        // Two clusters of one user are asked for once.
        var known = Dictionary(users.compactMap { user in password.map { (user, $0) } }) { $1 }
        try completeLogins { user, place throws(CommandFailure) in
            if let password = known[user] { return password }
            let password = try PasswordPrompt.ask(user: user, deployment: place)
            known[user] = password
            return password
        }
        try checkFiles()
        warnIfUnverified()
    }

    /// The same for a profile that is shown in place of another one, when nobody can be asked.
    ///
    /// - Parameter start: What the program was started with. Only for the same user of the same profile is its password used.
    /// - Throws: ``CommandFailure`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(asIn start: Profile) throws {
        let profile = name
        let known = start.name == name ? start.passwords : [:]
        try completeLogins { user, place throws(CommandFailure) in
            if let password = known[PasswordOwner(user: user, place: place)] { return password }
            throw .usage(
                "profile \(profile): the password of \(LoginName.shown(user)) is not known here. \(Self.passwordVariable), and what "
                    + "was typed, is for the profile that roulette was started with; put it into the configuration, or start "
                    + "roulette --profile \(profile)"
            )
        }
        try checkFiles()
    }

    private static let passwordVariable = "ROULETTE_PASSWORD"

    /// Whom a password belongs to.
    private struct PasswordOwner: Hashable {
        let user: String
        /// The cluster that has a login of its own, else the profile.
        let place: String
    }

    /// Every login, with the place it is of.
    private var logins: [(place: String, login: Login?)] {
        [(name, login)] + servers.map { ($0.label, $0.login) }
    }

    /// The users whose passwords are missing, each once, in the order of the configuration.
    private var usersWithoutPassword: [String] {
        var seen: Set<String> = []
        return logins.compactMap { entry in
            guard case .user(let user, password: nil) = entry.login, seen.insert(user).inserted else { return nil }
            return user
        }
    }

    private var passwords: [PasswordOwner: Secret] {
        var passwords: [PasswordOwner: Secret] = [:]
        for (place, login) in logins {
            guard case .user(let user, let password?) = login else { continue }
            passwords[PasswordOwner(user: user, place: place)] = password
        }
        return passwords
    }

    /// Adds the passwords that are missing.
    private mutating func completeLogins<Failure: Error>(
        _ password: (_ user: String, _ place: String) throws(Failure) -> Secret
    ) throws(Failure) {
        func completed(_ login: Login?, of place: String) throws(Failure) -> Login? {
            guard case .user(let user, password: nil) = login else { return login }
            return .user(user, password: try password(user, place))
        }
        login = try completed(login, of: name)
        for index in servers.indices {
            servers[index].login = try completed(servers[index].login, of: servers[index].label)
        }
    }

    private func warnIfUnverified() {
        if skipsVerification {
            StandardError.note(
                "WARNING: certificates are not verified. Anybody between here and the servers can pose as them, "
                    + "and read and change every message and every login."
            )
        }
    }
}
