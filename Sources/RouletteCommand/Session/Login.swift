import CommandSupport
import Foundation
import NATS
import Settings

// `ROULETTE_PASSWORD` and typed passwords belong to one user of the deployment that the program was started with. They are not used
// for other users or other profiles.

extension Profile {
    /// Prepares the login: reads missing passwords from `ROULETTE_PASSWORD` or asks for them, checks the files, and warns of
    /// insecure settings.
    ///
    /// - Throws: ``CommandError`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        let password = environment[Self.passwordVariable].map { Secret($0) }
        let users = usersWithoutPassword
        if password != nil, users.count > 1 {
            let names = users.map(LoginName.shown).joined(separator: ", ")
            throw CommandError.usage(
                "\(users.count) users need a password here (\(names)), but \(Self.passwordVariable) is the password of one user; "
                    + "unset it to be asked for each, or put the passwords in the configuration or the contexts"
            )
        }
        // A user of several clusters has one password.
        var known = Dictionary(users.compactMap { user in password.map { (user, $0) } }) { $1 }
        try completeLogins { user, place throws(CommandError) in
            if let password = known[user] { return password }
            let password = try PasswordPrompt.ask(user: user, deployment: place)
            known[user] = password
            return password
        }
        try checkFiles()
        warnIfUnverified()
    }

    /// Prepares the login of a profile that the console switches to. It cannot ask for a password.
    ///
    /// - Parameter start: The profile that the program was started with. Its password is used only for the same user of the same
    ///   profile.
    /// - Throws: ``CommandError`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(asIn start: Profile) throws {
        let profile = name
        let known = start.name == name ? start.passwords : [:]
        try completeLogins { user, place throws(CommandError) in
            if let password = known[PasswordOwner(user: user, place: place)] { return password }
            throw .usage(
                "profile \(profile): the password of \(LoginName.shown(user)) is not known here. \(Self.passwordVariable) and typed "
                    + "passwords are for the profile that roulette was started with; put it in the configuration, or start "
                    + "roulette --profile \(profile)"
            )
        }
        try checkFiles()
    }

    private static let passwordVariable = "ROULETTE_PASSWORD"

    /// The owner of a password.
    private struct PasswordOwner: Hashable {
        let user: String
        /// The cluster if it has its own login, else the profile.
        let place: String
    }

    /// Every login, with its cluster or profile.
    private var logins: [(place: String, login: Login?)] {
        [(name, login)] + servers.map { ($0.label, $0.login) }
    }

    /// The users without a password, each once, in the order of the configuration.
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

    /// Adds the missing passwords.
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
                "WARNING: certificates are not verified. Anyone on the network path can impersonate the servers "
                    + "and read and change every message and every login."
            )
        }
    }
}
