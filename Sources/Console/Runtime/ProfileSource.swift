public import Roulette
public import Settings

/// The profiles that the console can switch to.
public protocol ProfileSource: Sendable {
    /// Returns the names of the profiles, for completion and errors.
    func names() -> [String]

    /// Reads the current version of a profile and creates its client, without using the network.
    ///
    /// - Throws: ``ProfileError`` if the profile cannot be used. The console then keeps its profile.
    func load(_ name: String) throws(ProfileError) -> LoadedProfile
}

/// A profile with its client.
public struct LoadedProfile: Sendable {
    /// The profile.
    public var profile: Profile
    /// The keys that differ from the standard ones.
    public var keyBindings: [KeyBinding]
    /// The theme of the configuration; nil to keep the theme in use.
    public var themeName: String?
    /// A client that is not running yet.
    public var client: RouletteClient

    /// Creates a loaded profile.
    public init(profile: Profile, keyBindings: [KeyBinding], themeName: String?, client: RouletteClient) {
        self.profile = profile
        self.keyBindings = keyBindings
        self.themeName = themeName
        self.client = client
    }
}

/// The error of a profile that cannot be used.
public struct ProfileError: Error, Sendable, CustomStringConvertible {
    /// The problem and its solution. It can contain text of a file.
    public let description: String

    /// Creates an error.
    ///
    /// - Parameter description: The problem and its solution.
    public init(_ description: String) {
        self.description = description
    }
}
