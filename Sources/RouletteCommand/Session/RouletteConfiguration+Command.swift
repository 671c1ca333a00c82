import Roulette
import Settings

extension RouletteConfiguration {
    /// The configuration of a command: one connection for each cluster, in the role that the command needs.
    static func command(_ profile: Profile, role: Role) throws(SettingsError) -> RouletteConfiguration {
        var configuration = try status(profile)
        configuration.role = role
        configuration.poolSize = 1
        return configuration
    }

    /// The configuration for checking a deployment: all connections of the profile.
    static func status(_ profile: Profile) throws(SettingsError) -> RouletteConfiguration {
        try RouletteConfiguration(profile: profile, connectionName: "roulette command")
    }
}
