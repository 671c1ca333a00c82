/// An example that shows and explains every key of a configuration: the text of `config/example.toml`.
public enum ConfigurationExample {
    /// The width at which comments wrap.
    private static let width = 120

    /// The configuration as TOML.
    ///
    /// - Parameter actions: The actions that `[keys]` can bind.
    public static func text(actions: [BindableAction]) -> String {
        [introduction, top, profile, servers, shortForm, keys(of: actions)].joined(separator: "\n\n") + "\n"
    }

    private static let introduction = comment(
        """
        This example shows every key of a configuration. Copy it to ~/.config/roulette/config.toml, keep the keys that you \
        need, and check the result with "roulette config check". A missing key has the value shown here, unless its comment \
        names another default.

        Durations are whole milliseconds (250) or strings with a unit: "250ms", "5s", "2m", "1h".
        """
    )

    private static let top = entries(ConfigurationFile.settings)

    private static let profile = "[profiles.production]\n" + entries(Profile.settings)

    private static let servers = """
        # The clusters, in ring order.
        [[profiles.production.servers]]
        \(entries(ProfileServer.settings()))

        [[profiles.production.servers]]
        name = "beta"
        host = "nats-beta.example.org"

        [[profiles.production.servers]]
        name = "gamma"
        host = "2001:db8::7"
        """

    private static let shortForm = """
        \(comment("Only the servers of a profile are required. Their short form is an array of addresses. Several addresses of "
            + "one cluster are separated by commas. Connections to a \"tls://\" address, such as "
            + "\"tls://nats-1.staging.example.org\", are always encrypted."))
        [profiles.staging]
        environment = "staging"
        servers = ["nats-1.staging.example.org", "10.0.1.1,10.0.1.2:4223"]
        """

    private static func keys(of actions: [BindableAction]) -> String {
        let explanation = comment(
            "The keys of the console. An action has a key or an array of keys, which replaces the default keys shown here; "
                + "[] removes them. A key is a character (\"P\") or a name (\"space\", \"enter\", \"esc\", \"tab\", \"pgup\", \"F1\")"
                + ", optionally with a prefix: \"^\" (control), \"M-\" (alt) or \"S-\" (shift), as in \"^x\", \"M-x\", \"S-tab\"."
        )
        return ([explanation, "[keys]"] + actions.map(entry)).joined(separator: "\n")
    }

    private static func entry(_ action: BindableAction) -> String {
        let keys = action.standardKeys.map { TOMLLiteral.string($0.description) }
        return "\(action.name) = " + (keys.count == 1 ? keys[0] : "[\(keys.joined(separator: ", "))]")
    }

    /// The keys of settings, each below its explanation.
    private static func entries<Owner>(_ settings: [Setting<Owner>]) -> String {
        settings.flatMap(\.keys).map { key in
            let line =
                switch key.shown {
                case .set(let literal): "\(key.name) = \(literal)"
                case .inComment(let literal): "# \(key.name) = \(literal)"
                }
            return comment(key.explanation) + "\n" + line
        }.joined(separator: "\n\n")
    }

    /// Text as a comment, wrapped at spaces.
    private static func comment(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { paragraph in
            paragraph.split(separator: " ").reduce(into: ["#"]) { lines, word in
                let line = lines[lines.count - 1]
                if line.count + 1 + word.count > width {
                    lines.append("# \(word)")
                } else {
                    lines[lines.count - 1] = "\(line) \(word)"
                }
            }
        }.joined(separator: "\n")
    }
}
