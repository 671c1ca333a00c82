import Console
import Roulette
import Settings
import TerminalUI
import TextCoding

/// The problems of a configuration that can be found without the network.
struct ConfigurationCheck {
    let path: String
    /// The problems, ordered by line.
    let problems: [SettingsProblem]
    private let file: ConfigurationFile?

    /// - Throws: Only errors that make the check impossible. Errors in the file are in ``problems``.
    init(path: String, environment: [String: String], themes: ThemeLibrary) throws {
        self.path = path
        let file: ConfigurationFile
        do throws(SettingsError) {
            file = try ConfigurationFile.load(path: path, environment: environment, actions: BindableAction.console)
        } catch {
            self.file = nil
            problems = error.problems
            return
        }
        self.file = file
        var problems: [SettingsProblem] = []
        func note(_ key: String, _ check: () throws(SettingsError) -> Void) {
            do throws(SettingsError) {
                try check()
            } catch {
                problems += error.problems.map { SettingsProblem(file: path, key: key, message: $0.description) }
            }
        }
        if let theme = file.theme {
            note("theme") { () throws(SettingsError) in _ = try themes.load(theme) }
        }
        for profile in file.profiles {
            let key = "profiles.\(profile.name)"
            note(key) { () throws(SettingsError) in try profile.checkFiles() }
            if let theme = profile.theme {
                note("\(key).theme") { () throws(SettingsError) in _ = try themes.load(theme) }
            }
            // Check the rules of the library that concern several keys.
            do {
                // A missing password is not a problem, because it is asked for later.
                var profile = profile
                profile.login = nil
                for index in profile.servers.indices { profile.servers[index].login = nil }
                let configuration = try RouletteConfiguration(profile: profile)
                try configuration.validate()
                _ = try configuration.makeRing()
            } catch {
                problems.append(SettingsProblem(file: path, key: key, message: "\(error)"))
            }
        }
        self.problems = problems
    }

    /// The profiles, in a line.
    var summary: SafeText {
        guard let file else { return .empty }
        let count = file.profiles.count
        let names = file.profiles.map { SafeText(untrusted: $0.name) }.joined(separator: ", ")
        let noun: SafeText = count == 1 ? "profile" : "profiles"
        return "\(untrusted: path): ok; \(count) \(noun)" + (count == 0 ? "" : ": \(names)")
    }

    var json: JSONObject {
        [
            "file": .string(path),
            "profiles": .array((file?.profiles ?? []).map { .string($0.name) }),
            "default_profile": .string(file?.defaultProfile),
            "theme": .string(file?.theme),
        ]
    }
}
