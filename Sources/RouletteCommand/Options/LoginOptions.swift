import ArgumentParser
import NATS
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

    @Flag(
        name: .long,
        help: "The login may be sent without encryption over a network, where anybody on the way can read it: do not warn."
    )
    var allowPlaintextCredentials = false

    /// The options given that say who the client is.
    var given: [String] {
        [("--user", user), ("--creds", creds), ("--nkey", nkey)].filter { $0.1 != nil }.map(\.0)
    }

    var isEmpty: Bool { given.isEmpty }
    var names: String { given.joined(separator: " and ") }

    func apply(to profile: inout Profile) throws(CommandFailure) {
        if allowPlaintextCredentials { profile.allowsPlaintextCredentials = true }
        guard given.count <= 1 else { throw .usage("\(names) exclude each other; leave all but one out") }
        if let user {
            guard !user.contains(":") else {
                throw .usage(
                    "--user takes the name alone: every user of this machine can see a password on the command line, so change "
                        + "it if it was one. Set ROULETTE_PASSWORD, or leave it out to be asked"
                )
            }
            profile.login = .user(user, password: nil)
        }
        for (option, path) in [("--creds", creds), ("--nkey", nkey)] where path.map(SecretShape.isSecret) == true {
            throw .usage(
                "\(option) takes the path of a file, and this is a secret itself: every user of this machine can see it on the "
                    + "command line, so replace it. Put the new one into a file (chmod 600)"
            )
        }
        if let creds { profile.login = .credentials(path: creds) }
        if let nkey { profile.login = .nkey(path: nkey) }
    }
}
