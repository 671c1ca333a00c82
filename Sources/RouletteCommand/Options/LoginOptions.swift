import ArgumentParser
import CommandSupport
import RouletteNATS
import Settings

/// The login of the client, which replaces the profile's. Secrets are not accepted as arguments, since every user of the machine
/// can read arguments.
struct LoginOptions: ParsableArguments {
    @Option(
        name: .long,
        help: .init("Log in as this user. The password is read from ROULETTE_PASSWORD or asked for.", valueName: "name")
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

    @Option(name: .long, help: .init("Log in with the token in a file.", valueName: "file"), completion: .file())
    var tokenFile: String?

    @Flag(
        name: .long,
        help: "Do not warn when the login is sent without encryption, where anyone on the network path can read it."
    )
    var allowPlaintextCredentials = false

    // Declared so that they can be refused without repeating their values.
    @Option(name: .long, help: .hidden) var password: String?
    @Option(name: .long, help: .hidden) var token: String?

    /// The login options that were given.
    var given: [String] {
        [("--user", user), ("--creds", creds), ("--nkey", nkey), ("--token-file", tokenFile)].filter { $0.1 != nil }.map(\.0)
    }

    var isEmpty: Bool { given.isEmpty && password == nil && token == nil }
    var names: String { given.joined(separator: " and ") }

    private static let isVisible = "an argument is visible to all users of this machine in the list of processes"

    /// Refuses secrets in arguments, without repeating them.
    func requireNoSecrets() throws(CommandError) {
        guard password == nil else {
            throw .usage("--password is not supported: \(Self.isVisible); leave it out to be asked, or set ROULETTE_PASSWORD")
        }
        guard token == nil else {
            throw .usage("--token is not supported: \(Self.isVisible); write it to a file and use --token-file FILE")
        }
        for (option, path) in [("--creds", creds), ("--nkey", nkey), ("--token-file", tokenFile)]
        where path.map(SecretShape.isSecret) == true {
            throw .usage(
                "\(option) takes the path of a file, but this is a secret: \(Self.isVisible), so replace the secret. Put the "
                    + "new one in a file (chmod 600)"
            )
        }
        guard let user, Profile.Login.isUserAndPassword(user) else { return }
        throw .usage(
            "--user takes a name without a colon, since a password must not follow it: \(Self.isVisible); leave the password out "
                + "to be asked, or set ROULETTE_PASSWORD. Put a name with a colon in a profile"
        )
    }

    /// Replaces the logins of a profile and of its servers.
    ///
    /// - Throws: ``CommandError`` for options that exclude each other, or `SettingsError` for the file of a token.
    func apply(to profile: inout Profile, environment: [String: String]) throws {
        if allowPlaintextCredentials { profile.allowsPlaintextCredentials = true }
        guard given.count <= 1 else { throw CommandError.usage("\(names) exclude each other; leave all but one out") }
        guard !isEmpty else { return }
        func path(_ text: String) -> String { PathArgument.expanded(text, environment: environment) }
        var login: Profile.Login?
        if let user { login = .user(user, password: nil) }
        if let creds { login = .credentials(path: path(creds)) }
        if let nkey { login = .nkey(path: path(nkey)) }
        if let tokenFile { login = .token(try Profile.Login.token(inFile: path(tokenFile))) }
        profile.login = login
        // The options replace the logins of single servers too.
        for index in profile.servers.indices { profile.servers[index].login = nil }
    }
}
