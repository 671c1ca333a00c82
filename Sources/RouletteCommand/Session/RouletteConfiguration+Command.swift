import Roulette
import Settings

extension RouletteConfiguration {
    /// A configuration for one command: it needs one connection per cluster, and only for what it does.
    static func command(_ profile: Profile, role: Role) throws(SettingsError) -> RouletteConfiguration {
        var configuration = try RouletteConfiguration(profile: profile)
        configuration.role = role
        configuration.poolSize = 1
        if profile.connectionName == nil { configuration.connectionName = "roulette command" }
        return configuration
    }

    /// A configuration for seeing how well a deployment can be reached: with all the connections of the profile.
    static func status(_ profile: Profile) throws(SettingsError) -> RouletteConfiguration {
        var configuration = try RouletteConfiguration(profile: profile)
        if profile.connectionName == nil { configuration.connectionName = "roulette command" }
        return configuration
    }
}
