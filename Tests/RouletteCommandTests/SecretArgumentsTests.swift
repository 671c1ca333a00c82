import ArgumentParser
import Settings
import Testing

@testable import RouletteCommand

/// What a command says when a login is among its arguments, wherever it got to.
@Suite("No error of the command line repeats a login among the arguments")
struct SecretArgumentsTests {
    private static let marker = "hunter2"

    // Few: to parse arguments takes a while, and `SecretsInErrorsTests` has all ways to write an address.
    static let logins = [
        "nats://u:hunter2@h", "nats://u:hunter2", "NATS://admin:hunter2,x@", "u:hunter2@h", "nats://u:hun hunter2 x@h=a",
    ]
    static let options = [
        "--server", "--user", "--naming", "--password", "--token", "--profile", "--context", "--config", "--creds", "--nkey",
        "--token-file", "--tls-ca", "--tls-server-name", "--inbox-prefix", "--timeout", "--count", "--no-such-option",
    ]

    /// Parses and resolves as the program does, and returns what it says.
    private func complaint(_ arguments: [String]) -> String? {
        do {
            let command = try RouletteProgram.parseAsRoot(arguments)
            for child in Mirror(reflecting: command).children {
                guard let group = child.value as? OptionGroup<ConnectionOptions> else { continue }
                try group.wrappedValue.resolve(environment: ["HOME": "/nowhere"]).profile.checkFiles()
            }
            return nil
        } catch {
            return ExitReport(error, arguments: arguments).complaint ?? ""
        }
    }

    @Test(arguments: options)
    func `with any option of any command`(option: String) {
        var complaints = 0
        for login in Self.logins {
            for arguments in [
                ["status", "--server", "h", option, login], ["pub", "t", "\(option)=\(login)"], [option, login],
            ] {
                guard let complaint = complaint(arguments) else { continue }
                complaints += 1
                // A name without a scheme and an @ is like any other, if it is not a place for a login.
                let isPlace = login.contains("@") || ["--server", "--user", "--password", "--token"].contains(option)
                #expect(!complaint.contains(Self.marker) || !isPlace, "\(arguments): \(complaint)")
            }
        }
        #expect(complaints > 5)
    }

    @Test
    func `a login in --server is refused with what to do instead, however it is written`() {
        for login in [
            "nats://u:hunter2@h", "tls://hunter2@h:4222", "alpha=nats://u:hunter2@h", "u:hunter2@h", "nats://u:hunter2%@h",
            "nats://:hunter2@h", "nats://@h",
        ] {
            let complaint = complaint(["status", "--server", "a", "--server", login]) ?? "accepted"
            #expect(complaint.hasPrefix("--server number 2: a login in an argument is visible to all users"), "\(complaint)")
            for advice in ["--user NAME", "ROULETTE_PASSWORD", "--token-file", "--creds", "profile", "context"] {
                #expect(complaint.contains(advice))
            }
        }
    }

    @Test
    func `a password behind the user, --password and --token are refused with what to do instead`() {
        for (arguments, advice) in [
            (["--user", "u:hunter2"], "ROULETTE_PASSWORD"), (["--user=u:hunter2"], "ROULETTE_PASSWORD"),
            (["--password", "hunter2"], "ROULETTE_PASSWORD"), (["--password=hunter2"], "ROULETTE_PASSWORD"),
            (["--token", "hunter2"], "--token-file"), (["--token=hunter2"], "--token-file"),
        ] {
            for place in [["--server", "h"], ["--context", "c"], []] {
                let complaint = complaint(["status"] + place + arguments) ?? "accepted"
                #expect(complaint.contains("in the list of processes") && complaint.contains(advice), "\(complaint)")
                #expect(!complaint.contains(Self.marker))
            }
        }
    }
}
