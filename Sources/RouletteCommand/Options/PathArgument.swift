import Settings

/// Paths given as options.
enum PathArgument {
    /// The path with `~` for the home directory: in `--creds=~/ops.creds` no shell replaces it.
    static func expanded(_ path: String, environment: [String: String]) -> String {
        guard path.hasPrefix("~") else { return path }
        return SettingsLocations.expand(path, from: ".", environment: environment)
    }
}
