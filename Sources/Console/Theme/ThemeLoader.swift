import Locking
import Settings
import TerminalUI

/// Loads themes, and knows when the one in use has changed on the disk.
final class ThemeLoader: Sendable {
    /// The theme in use, and its files as they were when it was loaded.
    private struct Followed {
        var name: String
        var lineage: [String]
        var stamp: ThemeStamp
    }

    private let library: ThemeLibrary
    private let depth: ColorDepth
    private let followed: Mutex<Followed>

    /// - Parameters:
    ///   - library: Where themes are found.
    ///   - depth: Colors the terminal shows.
    ///   - name: The theme to begin with; ``followed`` from now on.
    /// - Throws: `SettingsError` when it cannot be loaded.
    init(_ library: ThemeLibrary, depth: ColorDepth, name: String) throws(SettingsError) {
        self.library = library
        self.depth = depth
        // Before the file is read: a change in between is then one more reload, not one that is missed.
        let stamp = library.stamp(of: [name])
        let file = try library.load(name)
        let complete = file.lineage == [name] ? stamp : library.stamp(of: file.lineage)
        followed = Mutex(Followed(name: name, lineage: file.lineage, stamp: complete))
        first = Theme(file, depth: depth)
    }

    /// The theme to begin with.
    let first: Theme

    /// The names of all themes.
    func names() throws(SettingsError) -> [String] { try library.names() }

    /// Loads a theme without following it.
    func preview(_ name: String) throws(SettingsError) -> Theme {
        Theme(try library.load(name), depth: depth)
    }

    /// Loads a theme, and follows its files from now on.
    func load(_ name: String) throws(SettingsError) -> Theme {
        let file = try library.load(name)
        let stamp = library.stamp(of: file.lineage)
        followed.withLock { $0 = Followed(name: name, lineage: file.lineage, stamp: stamp) }
        return Theme(file, depth: depth)
    }

    /// Loads the theme in use again if one of its files has changed since the last call.
    ///
    /// - Throws: `SettingsError` when it changed and cannot be loaded: once for each change.
    func reloadIfChanged() throws(SettingsError) -> Theme? {
        let current = followed.withLock { $0 }
        let stamp = library.stamp(of: current.lineage)
        guard stamp != current.stamp else { return nil }
        followed.withLock { followed in
            if followed.name == current.name { followed.stamp = stamp }
        }
        let file = try library.load(current.name)
        followed.withLock { followed in
            guard followed.name == current.name, followed.lineage != file.lineage else { return }
            // It inherits from others now.
            followed = Followed(name: current.name, lineage: file.lineage, stamp: library.stamp(of: file.lineage))
        }
        return Theme(file, depth: depth)
    }
}

extension SettingsError {
    /// The first problem, and how many more there are, for a line of the screen. The file is named without its
    /// directory, which would leave no room for what is wrong.
    var notice: SafeText {
        let first: SafeText =
            problems.first.map { problem in
                let name = problem.file.split(separator: "/").last.map(String.init) ?? problem.file
                let short = SettingsProblem(file: name, line: problem.line, key: problem.key, message: problem.message)
                return "\(untrusted: short.description)"
            } ?? "unknown problem"
        let rest = problems.count - 1 + omitted
        return rest > 0 ? "\(first) (and \(rest) more)" : first
    }
}
