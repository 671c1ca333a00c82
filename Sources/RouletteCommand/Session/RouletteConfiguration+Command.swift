import Roulette
import Settings

extension RouletteConfiguration {
    /// The configuration of a command: one connection for each cluster, in the role that the command needs.
    static func command(_ profile: Profile, role: Role) throws(SettingsError) -> RouletteConfiguration {
        var configuration = try observer(profile, poolSize: 1)
        configuration.role = role
        return configuration
    }

    /// The configuration for looking at a deployment, in the role of the profile.
    ///
    /// - Parameter poolSize: The number of connections of each role to each cluster. By default it is as small as possible, so
    ///   that looking at a deployment does not exceed a limit of connections.
    static func observer(_ profile: Profile, poolSize: Int?) throws(SettingsError) -> RouletteConfiguration {
        var configuration = try RouletteConfiguration(profile: profile, connectionName: "roulette command")
        configuration.poolSize = poolSize ?? 1
        // Commands publish canary messages only when asked to.
        configuration.canaryInterval = nil
        return configuration
    }
}
