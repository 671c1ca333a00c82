import Settings
import TerminalUI
import TextCoding

/// The available themes, as `roulette theme list` prints them.
struct ThemeList {
    /// One theme.
    struct Entry {
        let name: String
        /// Nil if the theme cannot be loaded.
        let variant: ThemeFile.Variant?
        /// Nil if the theme is compiled in.
        let file: String?
        /// Why the theme cannot be loaded.
        let error: String?

        fileprivate init(_ name: String, _ library: ThemeLibrary) {
            self.name = name
            file = library.path(of: name)
            do throws(SettingsError) {
                variant = try library.load(name).variant
                error = nil
            } catch {
                variant = nil
                self.error = error.problems.first?.description
            }
        }

        var json: JSONObject {
            ["name": .string(name), "variant": .string(variant?.rawValue), "file": .string(file), "error": .string(error)]
        }
    }

    let entries: [Entry]

    init(_ library: ThemeLibrary) throws(SettingsError) {
        entries = try library.names().map { Entry($0, library) }
    }

    /// The name, variant and location of each theme, in columns.
    var rows: [SafeText] {
        let names = entries.map { SafeText(untrusted: $0.name) }
        let width = names.map(\.width).max() ?? 0
        return zip(names, entries).map { name, entry in
            let variant: SafeText = entry.variant.map { $0 == .dark ? "dark " : "light" } ?? "-    "
            let file: SafeText = entry.file.map { "\(untrusted: $0)" } ?? "compiled in"
            let place: SafeText = entry.error.map { "broken: \(untrusted: $0)" } ?? file
            return "\(name)\(SafeText(repeating: " ", count: width - name.width))  \(variant)  \(place)"
        }
    }
}
