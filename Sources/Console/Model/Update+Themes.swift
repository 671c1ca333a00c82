import Settings
import TerminalUI

// Choosing and previewing themes, and reloading them after a change of their files.

extension ConsoleModel {
    /// Uses a theme that the operator chose.
    mutating func themeLoaded(_ theme: Theme) {
        themeBeforePreview = nil
        data.theme = theme
        chosenTheme = theme.name
        show(.info("theme \(untrusted: theme.name)"))
    }

    /// Shows a theme as a preview, unless the prompt selects another theme by now.
    mutating func themePreviewed(_ theme: Theme) {
        guard prompt?.previewedTheme == theme.name else { return }
        if themeBeforePreview == nil { themeBeforePreview = data.theme }
        data.theme = theme
    }

    /// Uses the new version of the current theme.
    mutating func themeReloaded(_ theme: Theme) {
        if themeBeforePreview == nil { data.theme = theme } else { themeBeforePreview = theme }
        show(.info("theme \(untrusted: theme.name) reloaded"))
    }

    /// Reports that the changed file of the current theme cannot be read. The theme stays as it is.
    mutating func themeBroken(_ reason: SafeText) {
        show(.error("theme unchanged: \(reason)"))
        log(EventRow(.note, .error, detail: "theme unchanged: \(reason)"))
    }

    /// Previews the theme that the prompt selects. If it selects none, restores the theme in use.
    mutating func followPreview() -> [Effect] {
        guard let wanted = prompt?.previewedTheme else {
            if let theme = themeBeforePreview { data.theme = theme }
            themeBeforePreview = nil
            return []
        }
        return wanted == data.theme.name ? [] : [.background(.previewTheme(wanted))]
    }

    /// Uses a theme. A previewed theme stays on the screen without flicker. It is loaded again so that its file is followed.
    mutating func useTheme(_ name: String) -> [Effect] {
        if data.theme.name == name { themeBeforePreview = nil }
        return [.background(.loadTheme(name))]
    }
}
