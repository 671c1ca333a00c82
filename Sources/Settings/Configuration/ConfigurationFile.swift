import TextCoding

/// A configuration: profiles, the theme and the keys.
///
/// Read one with ``load(path:environment:actions:)``, or from a text with ``parse(_:file:actions:resolvePath:)``.
public struct ConfigurationFile: Sendable, Equatable {
    /// The profile to use when the caller names none, or nil.
    public var defaultProfile: String?
    /// The theme's name, or nil to let the console choose.
    public var theme: String?
    /// The profiles, in file order.
    public var profiles: [Profile]
    /// The keys that differ from the standard ones, in the order of the actions.
    public var keyBindings: [KeyBinding]

    /// Creates a configuration.
    ///
    /// - Parameters:
    ///   - defaultProfile: The profile to use when the caller names none.
    ///   - theme: The theme's name.
    ///   - profiles: The profiles, in order.
    ///   - keyBindings: The keys that differ from the standard ones.
    public init(
        defaultProfile: String? = nil,
        theme: String? = nil,
        profiles: [Profile],
        keyBindings: [KeyBinding] = []
    ) {
        self.defaultProfile = defaultProfile
        self.theme = theme
        self.profiles = profiles
        self.keyBindings = keyBindings
    }

    /// Returns the profile with a name. Without a name, returns the default profile, or the only one.
    ///
    /// - Throws: ``SettingsError/Code/unknownName``, with the known profiles in its message.
    public func profile(named name: String? = nil, file: String = "configuration") throws(SettingsError) -> Profile {
        let names = profiles.map(\.name)
        if let wanted = name ?? defaultProfile {
            if let profile = profiles.first(where: { $0.name == wanted }) { return profile }
            throw SettingsError(
                .unknownName,
                file: file,
                "profile \(quoted(wanted)): " + NearestName.unknown("profile", wanted, known: names)
            )
        }
        guard let only = profiles.first else {
            throw SettingsError(.unknownName, file: file, "no profile is defined, add [profiles.NAME] with servers")
        }
        guard profiles.count == 1 else {
            throw SettingsError(
                .unknownName,
                file: file,
                "choose a profile with --profile or default_profile: \(NearestName.list(names))"
            )
        }
        return only
    }

    /// Whether the file itself contains a password or a token. Such a file must be private.
    public var holdsSecrets: Bool {
        profiles.contains { profile in
            profile.allLogins.contains { $0.holdsSecret }
        }
    }
}

// MARK: - Settings

extension ConfigurationFile: SettingOwner {
    static let standard = ConfigurationFile(profiles: [])

    /// The settings outside of profiles.
    static let settings: [Setting<ConfigurationFile>] = [
        Setting(
            "default_profile",
            \.defaultProfile,
            .optional(.text),
            "The profile to use without --profile. It is not needed if there is only one profile.",
            shown: "production",
            absent: "none"
        ),
        Setting(
            "theme",
            \.theme,
            .optional(.text),
            "The console's theme. \"roulette theme list\" lists the themes.",
            shown: "default-dark",
            absent: "default-dark or default-light, depending on the terminal's background"
        ),
    ]
}

// MARK: - Reading

extension ConfigurationFile {
    /// Reads a configuration from its text.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - file: The file name to report in errors.
    ///   - actions: The actions that `[keys]` can bind. An action that is not among them is an error.
    ///   - resolvePath: Makes a path in the file absolute, such as `~/ops.creds`.
    /// - Throws: ``SettingsError`` with every problem found.
    public static func parse(
        _ text: String,
        file: String,
        actions: [BindableAction] = [],
        resolvePath: @escaping (String) -> String = { $0 }
    ) throws(SettingsError) -> ConfigurationFile {
        var reader = TableReader(try TOMLDocument.parse(text, file: file), file: file, resolvePath: resolvePath)
        var configuration = ConfigurationFile.standard
        for setting in settings { setting.read(&reader, &configuration) }

        var names: [String] = []
        if let node = reader.value("profiles") {
            var table = reader.reader(of: node)
            names = table.keys
            for name in names {
                guard let node = table.value(name) else { continue }
                if let profile = Profile.decode(name, node, in: &table) { configuration.profiles.append(profile) }
            }
            reader.note(contentsOf: table.finish())
        }
        if let wanted = configuration.defaultProfile, !names.contains(wanted), let node = reader.value("default_profile") {
            reader.note(node, "\(quoted(wanted)): " + NearestName.unknown("profile", wanted, known: names))
        }
        if let node = reader.value("keys") {
            let (bindings, problems) = KeyBinding.decode(node, actions, file: file)
            configuration.keyBindings = bindings
            reader.note(contentsOf: problems)
        }

        let problems = reader.finish()
        guard problems.isEmpty else { throw SettingsError(.invalid, problems: problems) }
        return configuration
    }

    /// Reads a configuration from a file.
    ///
    /// - Parameters:
    ///   - path: The file. Relative paths in it start from its directory.
    ///   - environment: The process's environment, for `~`.
    ///   - actions: The actions that `[keys]` can bind.
    /// - Throws: ``SettingsError``, for example when the file contains a secret and other users can read it.
    public static func load(
        path: String,
        environment: [String: String],
        actions: [BindableAction]
    ) throws(SettingsError) -> ConfigurationFile {
        let file = try SettingsFile.read(path, limit: TOMLDocument.sizeLimit)
        let directory = SettingsFile.directory(of: path)
        let configuration = try parse(try file.text(), file: path, actions: actions) { inner in
            SettingsLocations.expand(inner, from: directory, environment: environment)
        }
        if configuration.holdsSecrets { try file.requirePrivate(because: "it holds a password or a token") }
        return configuration
    }
}
