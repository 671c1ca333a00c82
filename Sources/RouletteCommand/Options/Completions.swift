import ArgumentParser
import Console
import Foundation
import Settings

// The words that a shell offers after tab. If there is an error, there are none. Names from files and directories are untrusted,
// so `CompletionCandidates` filters all of them.

/// Completes the names of themes.
enum ThemeCompletion {
    /// The names of all themes.
    static let names = CompletionKind.custom { _, _, _ in CompletionCandidates.safe(themeNames) }

    /// The names of all themes, or files if the text is the beginning of a path.
    static let namesAndFiles = CompletionKind.custom { _, _, prefix in
        guard prefix.contains("/") || prefix.hasPrefix(".") || prefix.hasPrefix("~") else {
            return CompletionCandidates.safe(themeNames)
        }
        return CompletionCandidates.safe(FileCompletion.paths(beginning: prefix, suffix: ".toml"))
    }

    private static var themeNames: [String] { (try? ThemeLibrary.installed().names()) ?? [] }
}

/// Completes the names of profiles and contexts.
enum DeploymentCompletion {
    /// The profiles of the configuration that the command line names, or of the default configuration.
    static let profiles = CompletionKind.custom { words, _, _ in
        let environment = ProcessInfo.processInfo.environment
        var path = (try? SettingsLocations(environment: environment))?.configurationFile
        if let option = words.firstIndex(of: "--config"), option + 1 < words.count {
            path = PathArgument.expanded(words[option + 1], environment: environment)
        }
        guard let path,
            let file = try? ConfigurationFile.load(path: path, environment: environment, actions: BindableAction.console)
        else { return [] }
        return CompletionCandidates.safe(file.profiles.map(\.name))
    }

    /// The contexts of the nats command line.
    static let contexts = CompletionKind.custom { _, _, _ in
        CompletionCandidates.safe((try? NATSContext.names(environment: ProcessInfo.processInfo.environment)) ?? [])
    }
}

/// Completes the names of files with a suffix.
private enum FileCompletion {
    static func paths(beginning prefix: String, suffix: String) -> [String] {
        let directory = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
        let expanded = NSString(string: directory.isEmpty ? "." : directory).expandingTildeInPath
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: expanded)) ?? []
        return entries.sorted().compactMap { entry in
            var isDirectory: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: expanded + "/" + entry, isDirectory: &isDirectory)
            if isDirectory.boolValue { return directory + entry + "/" }
            return entry.hasSuffix(suffix) ? directory + entry : nil
        }
    }
}
