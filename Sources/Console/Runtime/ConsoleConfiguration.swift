public import Settings
public import TerminalUI

/// How the console is to be.
public struct ConsoleConfiguration: Sendable {
    /// The deployment's profile: its name, whether anything may be published, what to watch from the start.
    public var profile: Profile
    /// Which keys do what.
    public var keyBindings: KeyBindings
    /// Where themes are found.
    public var themes: ThemeLibrary
    /// The theme to begin with; the compiled-in default if nil.
    public var themeName: String?
    /// Colors the terminal shows; `.none` where `NO_COLOR` is set.
    public var colorDepth: ColorDepth
    /// `.ascii` where the terminal or the locale has no UTF-8.
    public var glyphs: GlyphSet
    /// Profiles to switch to; nil if there are none.
    public var profiles: (any ProfileSource)?
    /// The servers of the demo, to stop and start; nil outside of it.
    public var demo: (any DemoControl)?

    /// Where history and saved messages are kept; nil for nowhere.
    public var stateDirectory: String?

    /// How a message is written to a file: one line of JSON, with its line feed.
    public var messageLine: @Sendable (SavedMessage) -> [UInt8]

    /// A configuration with the standard keys and the default theme.
    public init(
        profile: Profile,
        keyBindings: KeyBindings = .standard,
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
