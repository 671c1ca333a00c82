public import Roulette
public import Settings

/// Where the console finds profiles to switch to.
public protocol ProfileSource: Sendable {
    /// The names that can be switched to, for completion and errors.
    func names() -> [String]

    /// Reads a profile as it is now, and makes its client, without touching the network.
    ///
    /// - Throws: ``ProfileError`` when it cannot be used; then the console stays where it is.
    func load(_ name: String) throws(ProfileError) -> LoadedProfile
}

/// A profile that is ready to be shown.
public struct LoadedProfile: Sendable {
    /// The profile.
    public var profile: Profile
    /// Which keys do what there.
    public var keyBindings: KeyBindings
    /// The theme of its configuration; nil for the one in use.
    public var themeName: String?
    /// Not running yet.
    public var client: RouletteClient

    /// Puts together what was read.
    public init(profile: Profile, keyBindings: KeyBindings, themeName: String?, client: RouletteClient) {
        self.profile = profile
        self.keyBindings = keyBindings
        self.themeName = themeName
        self.client = client
    }
}

/// Why a profile cannot be switched to.
public struct ProfileError: Error, Sendable, CustomStringConvertible {
    /// What is wrong and what to do about it. It may hold text of a file.
    public let description: String

    /// - Parameter description: What is wrong and what to do about it.
    public init(_ description: String) {
        self.description = description
    }
}
