import Settings
import TerminalUI

// Themes are loaded from files, so loading is an effect. If loading fails, the theme stays as it is.

extension ConsoleRuntime {
    func loadTheme(_ name: String) {
        do throws(SettingsError) {
            queue.send(.themeLoaded(try themes.load(name)))
        } catch {
            queue.send(.failed(.error(error.notice)))
        }
    }

    func previewTheme(_ name: String) {
        do throws(SettingsError) {
            queue.send(.themePreviewed(try themes.preview(name)))
        } catch {
            // The notice is shown after the prompt closes, if it has not expired.
            queue.send(.failed(.error(error.notice)))
        }
    }

    func loadNextTheme(after name: String) {
        do throws(SettingsError) {
            let names = try themes.names()
            let next = names.firstIndex(of: name).map { names[($0 + 1) % names.count] } ?? names.first
            if let next { loadTheme(next) }
        } catch {
            queue.send(.failed(.error(error.notice)))
        }
    }

    /// Reloads the theme when its files change. Checks once a second with a few calls of `stat`.
    func reportTheme() async {
        while (try? await clock.sleep(for: Self.tickInterval)) != nil {
            do throws(SettingsError) {
                if let theme = try themes.reloadIfChanged() { queue.send(.themeReloaded(theme)) }
            } catch {
                queue.send(.themeBroken(error.notice))
            }
        }
    }
}
