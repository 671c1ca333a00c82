extension ConfigurationFile {
    /// The configuration as TOML with every setting written out, defaults too, and secrets as `<redacted>`.
    ///
    /// Parsing the result gives the same configuration, except that secrets are redacted and paths are absolute.
    public func redactedDescription() -> String {
        var lines = Self.lines(Self.settings, of: self)
        for profile in profiles { lines += [""] + Self.lines(of: profile) }
        if !keyBindings.isEmpty {
            lines += ["", "[keys]"]
            lines += keyBindings.map { binding in
                "\(binding.action) = [\(binding.keys.map { TOMLLiteral.string($0.description) }.joined(separator: ", "))]"
            }
        }
        return lines.drop { $0.isEmpty }.joined(separator: "\n") + "\n"
    }

    private static func lines(of profile: Profile) -> [String] {
        let path = "profiles.\(TOMLLiteral.string(profile.name, bare: true))"
        return profile.servers.reduce(into: ["[\(path)]"] + lines(Profile.settings, of: profile)) { lines, server in
            lines += ["", "[[\(path).servers]]"] + self.lines(ProfileServer.settings(), of: server)
        }
    }

    private static func lines<Owner>(_ settings: [Setting<Owner>], of owner: Owner) -> [String] {
        settings.flatMap { $0.entries(owner) }.map { "\($0.key) = \($0.literal)" }
    }
}
