import ArgumentParser
import Settings

/// Who the client is, in place of what the profile says. No secret is an argument: everybody can see those.
struct LoginOptions: ParsableArguments {
    @Option(
        name: .long,
        help: .init("Log in as this user. The password is taken from ROULETTE_PASSWORD, else asked for.", valueName: "name")
    )
    var user: String?

    @Option(
        name: .long,
        help: .init("Log in with the JWT and the key of a .creds file.", valueName: "file"),
        completion: .file(extensions: ["creds"])
    )
    var creds: String?

    @Option(name: .long, help: .init("Log in with the seed of an NKEY in a file.", valueName: "file"), completion: .file())
    var nkey: String?

    /// The options given.
    var given: [String] {
        [("--user", user), ("--creds", creds), ("--nkey", nkey)].filter { $0.1 != nil }.map(\.0)
    }

    var isEmpty: Bool { given.isEmpty }
    var names: String { given.joined(separator: " and ") }

    func apply(to profile: inout Profile) throws(CommandFailure) {
        guard given.count <= 1 else { throw .usage("\(names) exclude each other; leave all but one out") }
        if let user { profile.login = .user(user, password: nil) }
        if let creds { profile.login = .credentials(path: creds) }
        if let nkey { profile.login = .nkey(path: nkey) }
    }
}
