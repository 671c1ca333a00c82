import Foundation
import Settings

extension ThemeLibrary {
    /// The operator's own themes, those installed with the program, and those of the checkout it was built in.
    static func installed(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> ThemeLibrary {
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath()
        // Without a home directory the compiled-in themes remain.
        var directories = (try? SettingsLocations(environment: environment, executable: executable?.path))?.themeDirectories ?? []
        if let executable, let build = executable.pathComponents.lastIndex(of: ".build") {
            directories.append(NSString.path(withComponents: Array(executable.pathComponents[..<build])) + "/themes")
        }
        return ThemeLibrary(directories: directories)
    }

    /// The theme of a name, or of a file: what has a slash in it or ends in `.toml` is a file.
    func load(nameOrFile text: String) throws(SettingsError) -> ThemeFile {
        text.contains("/") || text.hasSuffix(".toml") ? try load(file: text) : try load(text)
    }
}
