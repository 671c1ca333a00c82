import Console
import Roulette
import Settings

/// The profiles of the configuration, the contexts of the nats command line, and the deployment that the console was opened on.
struct ConfiguredProfiles: ProfileSource {
    /// The deployment that the console was opened on.
    let start: ResolvedDeployment
    let environment: [String: String]
    /// The theme of the command line.
    let theme: String?
    /// The theme if no configuration names one.
    let defaultTheme: String

    func names() -> [String] {
        // Errors of a file are reported when one of its profiles is loaded.
        let profiles = (try? file())?.profiles.map(\.name) ?? []
        let contexts = (try? NATSContext.names(environment: environment)) ?? []
        var seen: Set<String> = []
        return ([start.profile.name] + profiles + contexts).filter { seen.insert($0).inserted }
    }

    func load(_ name: String) throws(ProfileError) -> LoadedProfile {
        do {
            var (profile, file) = try find(name)
            try profile.completeLogin(asIn: start.profile)
            return LoadedProfile(
                profile: profile,
                keyBindings: file?.keyBindings ?? [],
                themeName: theme ?? file?.theme ?? defaultTheme,
                client: try ConsoleSession.client(for: profile)
            )
        } catch let failure as ProfileError {
            throw failure
        } catch {
            throw ProfileError("\(error)")
        }
    }

    private func find(_ name: String) throws -> (Profile, ConfigurationFile?) {
        // A profile that was changed by options does not come from a file.
        if name == start.profile.name, !start.isAsInFile { return (start.profile, start.file) }
        let file = try file()
        if let profile = file?.profiles.first(where: { $0.name == name }) { return (profile, file) }
        let contexts = try NATSContext.names(environment: environment)
        guard contexts.contains(name) else {
            throw ProfileError("there is no profile or context \"\(name)\"; use one of: \(names().joined(separator: ", "))")
        }
        let context = try NATSContext(name: name, environment: environment)
        return (try Profile(name: name, contexts: [context]), file)
    }

    /// The current configuration; nil if there is none.
    private func file() throws(SettingsError) -> ConfigurationFile? {
        guard let path = start.path else { return nil }
        do throws(SettingsError) {
            return try ConfigurationFile.load(path: path, environment: environment, actions: BindableAction.console)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }
}
