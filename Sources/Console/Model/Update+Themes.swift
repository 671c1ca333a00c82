import Settings
import TerminalUI

// Themes: chosen, looked at while a prompt is open, and edited on the disk.

extension ConsoleModel {
    /// A theme that was asked for is loaded.
    mutating func themeLoaded(_ theme: Theme) {
        themeBeforePreview = nil
        data.theme = theme
        chosenTheme = theme.name
        show(.info("theme \(untrusted: theme.name)"))
    }

    /// A theme to look at is loaded. The prompt may have moved on.
    mutating func themePreviewed(_ theme: Theme) {
        guard prompt?.previewedTheme == theme.name else { return }
        if themeBeforePreview == nil { themeBeforePreview = data.theme }
        data.theme = theme
    }

    /// The file of the theme in use has changed.
    mutating func themeReloaded(_ theme: Theme) {
        if themeBeforePreview == nil { data.theme = theme } else { themeBeforePreview = theme }
        show(.info("theme \(untrusted: theme.name) reloaded"))
    }

    /// The file of the theme in use has changed, and cannot be read. The theme stays as it was.
    mutating func themeBroken(_ reason: SafeText) {
        show(.error("theme unchanged: \(reason)"))
        log(EventRow(.note, .error, detail: "theme unchanged: \(reason)"))
    }

    /// Shows the theme that the prompt points at, or the one before when it points at none any more.
    mutating func followPreview() -> [Effect] {
        guard let wanted = prompt?.previewedTheme else {
            if let theme = themeBeforePreview { data.theme = theme }
            themeBeforePreview = nil
            return []
        }
        return wanted == data.theme.name ? [] : [.background(.previewTheme(wanted))]
    }

    /// Keeps a theme that is looked at already, so that it does not flicker; loads it all the same, to follow its file.
    mutating func useTheme(_ name: String) -> [Effect] {
        if data.theme.name == name { themeBeforePreview = nil }
        return [.background(.loadTheme(name))]
    }
}
