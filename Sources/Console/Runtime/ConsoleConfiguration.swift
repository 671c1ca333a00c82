public import Settings
public import TerminalUI

/// The configuration of the console.
public struct ConsoleConfiguration: Sendable {
    /// The profile of the deployment.
    public var profile: Profile
    /// The keys that differ from the standard ones.
    public var keyBindings: [KeyBinding]
    /// The available themes.
    public var themes: ThemeLibrary
    /// The first theme; nil for the compiled-in default.
    public var themeName: String?
    /// The colors that the terminal supports; `.none` if `NO_COLOR` is set.
    public var colorDepth: ColorDepth
    /// The glyphs; `.ascii` if the terminal or the locale does not support UTF-8.
    public var glyphs: GlyphSet
    /// The profiles to switch to; nil if there are none.
    public var profiles: (any ProfileSource)?
    /// The demo, to cause faults; nil outside the demo.
    public var demo: (any DemoControl)?

    /// The directory for the history and saved messages; nil to save nothing.
    public var stateDirectory: String?

    /// Formats a message for a file, as one line of JSON with its line feed.
    public var messageLine: @Sendable (SavedMessage) -> [UInt8]

    /// Creates a configuration with the standard keys and the default theme.
    public init(
        profile: Profile,
        keyBindings: [KeyBinding] = [],
        themes: ThemeLibrary = ThemeLibrary(directories: []),
        themeName: String? = nil,
        colorDepth: ColorDepth = .trueColor,
        glyphs: GlyphSet = .unicode,
        profiles: (any ProfileSource)? = nil,
        demo: (any DemoControl)? = nil,
        stateDirectory: String? = nil,
        messageLine: @escaping @Sendable (SavedMessage) -> [UInt8] = { $0.payload + [UInt8(ascii: "\n")] }
    ) {
        self.profile = profile
        self.keyBindings = keyBindings
        self.themes = themes
        self.themeName = themeName
        self.colorDepth = colorDepth
        self.glyphs = glyphs
        self.stateDirectory = stateDirectory
        self.messageLine = messageLine
        self.profiles = profiles
        self.demo = demo
    }
}
