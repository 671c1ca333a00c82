import ArgumentParser
import Settings
import TestSupport
import Testing

@testable import RouletteCommand

/// Puts logins in all kinds of arguments, and checks the errors.
@Suite("No error of the command line repeats a login among the arguments")
struct SecretArgumentsTests {
    private static let marker = "hunter2"

    // Only a few, because parsing arguments is slow. `SecretsInErrorsTests` has all ways to write an address.
    static let logins = [
        "nats://u:hunter2@h", "nats://u:hunter2", "NATS://admin:hunter2,x@", "u:hunter2@h", "nats://u:hun hunter2 x@h=a",
    ]
    static let options = [
        "--server", "--user", "--naming", "--password", "--token", "--profile", "--context", "--config", "--creds", "--nkey",
        "--token-file", "--tls-ca", "--tls-server-name", "--inbox-prefix", "--timeout", "--count", "--no-such-option",
    ]

    /// Parses and resolves the arguments as the program does, and returns the error.
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
    func `no option of any command repeats a login`(option: String) {
        var complaints = 0
        // Parsing takes a third of a second in a debug build. In the short run, each login is tried with every fifth option.
        let number = Self.options.firstIndex(of: option) ?? 0
        let logins = TestScale.isFull ? Self.logins : [Self.logins[number % Self.logins.count]]
        for login in logins {
            for arguments in [
                ["status", "--server", "h", option, login], ["pub", "t", "\(option)=\(login)"], [option, login],
            ] {
                guard let complaint = complaint(arguments) else { continue }
                complaints += 1
                // In an option that takes no login, a name without a scheme and an @ is an ordinary name.
                let isPlace = login.contains("@") || ["--server", "--user", "--password", "--token"].contains(option)
                #expect(!complaint.contains(Self.marker) || !isPlace, "\(arguments): \(complaint)")
            }
        }
        #expect(complaints >= logins.count)
    }

    @Test
    func `a login in --server is refused with advice, in any notation`() {
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
    func `a password after the user, --password and --token are refused with advice`() {
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
