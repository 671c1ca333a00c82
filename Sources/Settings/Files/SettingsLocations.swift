/// The locations of configuration, themes and state, according to the XDG Base Directory Specification 0.8.
///
/// A variable with a relative path is ignored, as the specification requires.
public struct SettingsLocations: Sendable, Hashable {
    /// The configuration file that is read by default.
    public let configurationFile: String
    /// The directory for history and saved messages.
    public let stateDirectory: String
    /// The directories searched for themes, the user's own first.
    public let themeDirectories: [String]

    /// Finds the locations.
    ///
    /// - Parameters:
    ///   - environment: The process's environment.
    ///   - executable: The absolute path of the running program, for the themes installed with it, or nil.
    /// - Throws: ``SettingsError/Code/notFound`` when neither `HOME` nor the XDG variables are absolute paths.
    public init(environment: [String: String], executable: String? = nil) throws(SettingsError) {
        let configuration = try Self.base("XDG_CONFIG_HOME", orInHome: ".config", environment)
        let state = try Self.base("XDG_STATE_HOME", orInHome: ".local/state", environment)
        configurationFile = configuration + "/roulette/config.toml"
        stateDirectory = state + "/roulette"
        var directories = [configuration + "/roulette/themes"]
        if let executable {
            let directory = SettingsFile.directory(of: executable)
            directories += [directory + "/themes", directory + "/../share/roulette/themes"]
        }
        themeDirectories = directories
    }

    /// The directory of the contexts of the `nats` command line (ADR-21).
    static func contextDirectory(environment: [String: String]) throws(SettingsError) -> String {
        try base("XDG_CONFIG_HOME", orInHome: ".config", environment) + "/nats/context"
    }

    /// Makes a path absolute: `~` is the home directory, and a relative path starts from `directory`.
    ///
    /// - Parameters:
    ///   - path: The path as written.
    ///   - directory: The directory from which a relative path starts.
    ///   - environment: The process's environment, for `HOME`. Without it, `~` is kept.
    public static func expand(_ path: String, from directory: String, environment: [String: String]) -> String {
        if path == "~" || path.hasPrefix("~/"), let home = absolute(environment["HOME"]) {
            return home + path.dropFirst()
        }
        return path.hasPrefix("/") || path.hasPrefix("~") ? path : directory + "/" + path
    }

    /// Replaces `$NAME` and `${NAME}`, as nats does in the paths of its contexts. A variable that is not set becomes empty.
    static func replacingVariables(in path: String, environment: [String: String]) -> String {
        var result = ""
        var rest = path[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == "{"
            let candidate = isBraced ? rest.dropFirst() : rest
            let name = candidate.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            let behind = candidate[name.endIndex...]
            guard !name.isEmpty, !isBraced || behind.first == "}" else {
                result += "$"
                continue
            }
            result += environment[String(name)] ?? ""
            rest = isBraced ? behind.dropFirst() : behind
        }
        return result + rest
    }

    private static func base(
        _ variable: String,
        orInHome directory: String,
        _ environment: [String: String]
    ) throws(SettingsError) -> String {
        if let path = absolute(environment[variable]) { return path }
        if let home = absolute(environment["HOME"]) { return home + "/" + directory }
        throw SettingsError(.notFound, file: variable, "neither \(variable) nor HOME is an absolute path, set HOME")
    }

    /// The path without slashes at its end, or nil if it is not absolute.
    private static func absolute(_ path: String?) -> String? {
        guard var path, path.hasPrefix("/") else { return nil }
        while path.hasSuffix("/") { path.removeLast() }
        return path
    }
}
