import Foundation
import NATS
import Settings

extension Profile {
    /// Completes a login whose password is not in the configuration, from `ROULETTE_PASSWORD` or by asking for it.
    mutating func completeLogin(environment: [String: String] = ProcessInfo.processInfo.environment) throws(CommandFailure) {
        guard case .user(let user, password: nil) = login else { return }
        if let password = environment["ROULETTE_PASSWORD"] {
            login = .user(user, password: Secret(password))
        } else {
            login = .user(user, password: try PasswordPrompt.ask(user: user, deployment: name))
        }
    }
}
