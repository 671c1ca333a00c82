import Settings

/// Expands paths from options.
enum PathArgument {
    /// The path with a leading `~` replaced by the home directory. Shells do not replace it in `--creds=~/ops.creds`.
    static func expanded(_ path: String, environment: [String: String]) -> String {
        guard path.hasPrefix("~") else { return path }
        return SettingsLocations.expand(path, from: ".", environment: environment)
    }
}
