import Settings
import TerminalUI

/// Whether the terminal is dark or light, according to its environment.
///
/// `COLORFGBG` is `FOREGROUND;BACKGROUND` in ANSI colors, sometimes with a third field in the middle; rxvt, Konsole and others
/// set it. Terminals can also be queried (OSC 11), but a late answer would be read as key presses.
enum TerminalBackground {
    /// The theme for a terminal when none is configured. A terminal without `COLORFGBG` counts as dark.
    static func defaultTheme(_ environment: [String: String]) -> String {
        let last = environment["COLORFGBG"]?.split(separator: ";").last
        // 7 and 9 to 15 are white and the bright colors; 8 is dark gray.
        guard let background = last.flatMap({ UInt8($0) }), background == 7 || (9...15).contains(background) else {
            return ThemeLibrary.defaultName
        }
        return "default-light"
    }
}
