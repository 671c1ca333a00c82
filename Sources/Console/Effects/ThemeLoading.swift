import Settings
import TerminalUI

// Themes come from files, so loading them is an effect. A theme that cannot be loaded changes nothing.

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
            // Shown when the prompt is gone, if it is still of interest then.
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

    /// Reloads the theme when its files change. Looks once a second, at the cost of a few calls of `stat`.
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
