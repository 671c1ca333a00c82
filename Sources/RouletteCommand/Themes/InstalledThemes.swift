import Foundation
import Settings

extension ThemeLibrary {
    /// The operator's themes, the themes installed with the program, and those of the checkout that the program was built in.
    static func installed(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> ThemeLibrary {
        let executable = Bundle.main.executableURL?.resolvingSymlinksInPath()
        // Without a home directory there are only the compiled-in themes.
        var directories = (try? SettingsLocations(environment: environment, executable: executable?.path))?.themeDirectories ?? []
        if let executable, let build = executable.pathComponents.lastIndex(of: ".build") {
            directories.append(NSString.path(withComponents: Array(executable.pathComponents[..<build])) + "/themes")
        }
        return ThemeLibrary(directories: directories)
    }

    /// Loads a theme by name or by file. A text with a slash or the ending `.toml` is a file.
    func load(nameOrFile text: String) throws(SettingsError) -> ThemeFile {
        text.contains("/") || text.hasSuffix(".toml") ? try load(file: text) : try load(text)
    }
}
