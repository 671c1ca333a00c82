import Locking
import Settings
import TerminalUI

/// Loads themes, and detects changes of the files of the theme in use.
final class ThemeLoader: Sendable {
    /// The theme in use, and the stamp of its files at the time of loading.
    private struct Followed {
        var name: String
        var lineage: [String]
        var stamp: ThemeStamp
    }

    private let library: ThemeLibrary
    private let depth: ColorDepth
    private let followed: Mutex<Followed>

    /// - Parameters:
    ///   - library: The available themes.
    ///   - depth: The colors that the terminal supports.
    ///   - name: The first theme. Its files are followed.
    /// - Throws: `SettingsError` if it cannot be loaded.
    init(_ library: ThemeLibrary, depth: ColorDepth, name: String) throws(SettingsError) {
        self.library = library
        self.depth = depth
        // The stamp is taken before the file is read, so that a change in between causes a reload and is not missed.
        let stamp = library.stamp(of: [name])
        let file = try library.load(name)
        let complete = file.lineage == [name] ? stamp : library.stamp(of: file.lineage)
        followed = Mutex(Followed(name: name, lineage: file.lineage, stamp: complete))
        first = Theme(file, depth: depth)
    }

    let first: Theme

    func names() throws(SettingsError) -> [String] { try library.names() }

    /// Loads a theme without following it.
    func preview(_ name: String) throws(SettingsError) -> Theme {
        Theme(try library.load(name), depth: depth)
    }

    /// Loads a theme, and follows its files.
    func load(_ name: String) throws(SettingsError) -> Theme {
        let file = try library.load(name)
        let stamp = library.stamp(of: file.lineage)
        followed.withLock { $0 = Followed(name: name, lineage: file.lineage, stamp: stamp) }
        return Theme(file, depth: depth)
    }

    /// Reloads the theme in use if one of its files has changed since the last call.
    ///
    /// - Throws: `SettingsError` if the changed theme cannot be loaded, once for each change.
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
            // The theme inherits from other themes now.
            followed = Followed(name: current.name, lineage: file.lineage, stamp: library.stamp(of: file.lineage))
        }
        return Theme(file, depth: depth)
    }
}

extension SettingsError {
    /// The first problem and the number of other problems, for one line of the screen. The file name has no directory, because a
    /// long path would hide the problem.
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
