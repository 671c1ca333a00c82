import Settings
import TerminalUI

/// Whether the terminal is dark or light, as far as it says so without being asked.
///
/// `COLORFGBG` is `FOREGROUND;BACKGROUND` in ANSI colors, sometimes with a third field in the middle; rxvt, Konsole and others
/// set it. Terminals can be asked for their background too (OSC 11), but one that is slow to answer would have its answer taken
/// for keys.
enum TerminalBackground {
    /// The theme for a terminal when none is configured. A terminal that does not say what it is counts as dark.
    static func defaultTheme(_ environment: [String: String]) -> String {
        let last = environment["COLORFGBG"]?.split(separator: ";").last
        // 7 and 9 to 15 are white and the bright colors; 8 is dark gray.
        guard let background = last.flatMap({ UInt8($0) }), background == 7 || (9...15).contains(background) else {
            return ThemeLibrary.defaultName
        }
        return "default-light"
    }
}
