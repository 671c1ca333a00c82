import Foundation
import NATS
import Settings

extension Profile {
    /// Makes everything ready that connecting needs: asks for passwords that are not in the configuration, unless
    /// `ROULETTE_PASSWORD` has it, looks at the files, and warns of what is not safe.
    ///
    /// - Throws: ``CommandFailure`` or `SettingsError`, all of kind usage.
    mutating func completeLogin(environment: [String: String] = ProcessInfo.processInfo.environment) throws {
        login = try Self.complete(login, of: name, environment)
        for index in servers.indices {
            servers[index].login = try Self.complete(servers[index].login, of: servers[index].label, environment)
        }
        try checkFiles()
        warnIfUnverified()
    }

    /// The same for when nobody can be asked: a password that is not there is missing.
    mutating func completeLoginSilently(environment: [String: String]) throws(SettingsError) {
        if let password = environment["ROULETTE_PASSWORD"].map({ Secret($0) }) {
            func completed(_ login: Login?) -> Login? {
                if case .user(let user, password: nil) = login { .user(user, password: password) } else { login }
            }
            login = completed(login)
            for index in servers.indices { servers[index].login = completed(servers[index].login) }
        }
        try checkFiles()
    }

    private func warnIfUnverified() {
        if skipsVerification {
            StandardError.note(
                "WARNING: certificates are not verified. Anybody between here and the servers can pose as them, "
                    + "and read and change every message and every login."
            )
        }
    }

    private static func complete(
        _ login: Login?,
        of deployment: String,
        _ environment: [String: String]
    ) throws(CommandFailure) -> Login? {
        guard case .user(let user, password: nil) = login else { return login }
        if let password = environment["ROULETTE_PASSWORD"] { return .user(user, password: Secret(password)) }
        return .user(user, password: try PasswordPrompt.ask(user: user, deployment: deployment))
    }
}
