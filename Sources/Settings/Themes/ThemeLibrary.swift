import Foundation
import TerminalStyle
import TextCoding

/// Finds themes by name: first in the given directories, in order, then among the built-in themes.
public struct ThemeLibrary: Sendable, Hashable {
    /// The default theme, which is built in.
    public static let defaultName = "default-dark"
    /// The maximum number of themes in a chain of inheritance.
    static let chainLimit = 8

    /// The directories to search, in order. Directories that do not exist are ignored.
    public let directories: [String]

    /// Creates a library of the themes in directories.
    ///
    /// - Parameter directories: Where to search, usually ``SettingsLocations/themeDirectories``.
    public init(directories: [String]) {
        self.directories = directories
    }

    /// The names of all themes that can be loaded, sorted.
    ///
    /// - Throws: ``SettingsError`` when a directory exists but cannot be listed.
    public func names() throws(SettingsError) -> [String] {
        var names = Set(BuiltInThemes.texts.keys)
        for directory in directories {
            let entries: [String]
            do {
                entries = try FileManager.default.contentsOfDirectory(atPath: directory)
            } catch CocoaError.fileReadNoSuchFile {
                continue
            } catch {
                throw SettingsError(.unreadable, file: directory, "cannot be listed, check its permissions")
            }
            names.formUnion(entries.filter { $0.hasSuffix(".toml") }.map { String($0.dropLast(".toml".count)) })
        }
        return names.filter { !$0.isEmpty }.sorted()
    }

    /// The file that a theme is read from, or nil if the theme is built in or does not exist.
    ///
    /// - Parameter name: The theme's name, which is its file's name without `.toml`.
    public func path(of name: String) -> String? {
        directories.map { "\($0)/\(name).toml" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    /// Loads a theme and the themes that it inherits from.
    ///
    /// A role that no theme of the chain defines has the style of its base, if the chain defines the base. Otherwise it comes
    /// from the built-in theme of the same variant.
    ///
    /// - Parameter name: The theme's name, which is its file's name without `.toml`.
    /// - Throws: ``SettingsError`` with the file, the line and the key.
    public func load(_ name: String) throws(SettingsError) -> ThemeFile {
        let first = try source(name, askedBy: nil)
        return try resolve(first)
    }

    /// Loads a theme from any file. The themes that it inherits from are searched for in its directory first.
    ///
    /// - Parameter path: The file. Its name may differ from that of the theme.
    /// - Throws: ``SettingsError`` with the file, the line and the key.
    public func load(file path: String) throws(SettingsError) -> ThemeFile {
        let text = try SettingsFile.read(path, limit: TOMLDocument.sizeLimit).text()
        return try ThemeLibrary(directories: [SettingsFile.directory(of: path)] + directories).parse(text, file: path)
    }

    /// Reads a theme from text, for example while it is being checked or edited.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - file: The file name to report in errors.
    public func parse(_ text: String, file: String) throws(SettingsError) -> ThemeFile {
        try resolve(try ThemeSource.parse(text, file: file))
    }
}

// MARK: - Inheritance

extension ThemeLibrary {
    private func source(_ name: String, askedBy child: ThemeSource?) throws(SettingsError) -> ThemeSource {
        let isFileName = !name.isEmpty && !name.contains("/") && !name.hasPrefix(".") && !name.utf8.contains(0)
        if isFileName, let path = path(of: name) {
            let source = try ThemeSource.parse(try SettingsFile.read(path, limit: TOMLDocument.sizeLimit).text(), file: path)
            guard source.name == name else {
                throw SettingsError(
                    .invalid,
                    file: path,
                    key: "name",
                    "\(quoted(source.name)) differs from the file's name, write name = \(quoted(name)) or rename the file"
                )
            }
            return source
        }
        if let text = BuiltInThemes.texts[name] { return try ThemeSource.parse(text, file: "built-in \(name)") }
        throw SettingsError(
            .unknownName,
            file: child?.file ?? "theme",
            line: child?.parent?.line,
            key: child == nil ? nil : "inherits",
            "\(quoted(name)): " + NearestName.unknown("theme", name, known: try names())
        )
    }

    /// The theme and its ancestors, nearest first.
    private func chain(from first: ThemeSource) throws(SettingsError) -> [ThemeSource] {
        var chain = [first]
        while let child = chain.last, let parent = child.parent {
            let names = chain.map(\.name)
            guard !names.contains(parent.name) else {
                throw SettingsError(
                    .invalid,
                    file: child.file,
                    line: parent.line,
                    key: "inherits",
                    "the themes inherit from each other in a cycle: \((names + [parent.name]).joined(separator: " → "))"
                )
            }
            guard chain.count < Self.chainLimit else {
                throw SettingsError(
                    .invalid,
                    file: child.file,
                    line: parent.line,
                    key: "inherits",
                    "more than \(Self.chainLimit) themes inherit from each other, shorten the chain"
                )
            }
            chain.append(try source(parent.name, askedBy: child))
        }
        return chain
    }

    private func resolve(_ first: ThemeSource) throws(SettingsError) -> ThemeFile {
        let chain = try chain(from: first)
        let variant = chain.lazy.compactMap(\.variant).first ?? .dark
        let base = variant == .dark ? Self.defaultName : "default-light"
        var styles: [ThemeRole: Style] = [:]
        var problems: [SettingsProblem] = []
        if !chain.contains(where: { $0.name == base }), let text = BuiltInThemes.texts[base] {
            // Resolve the default separately, so that a color of the theme does not replace its color of the same name.
            Self.apply([try ThemeSource.parse(text, file: "built-in \(base)")], to: &styles, &problems)
        }
        Self.apply(chain, to: &styles, &problems)
        guard problems.isEmpty else { throw SettingsError(.invalid, problems: problems) }
        return ThemeFile(name: first.name, variant: variant, lineage: chain.map(\.name), styles: styles)
    }

    /// Applies a chain of themes, child first, to styles. A child's palette also changes the roles of its parents.
    private static func apply(
        _ chain: [ThemeSource],
        to styles: inout [ThemeRole: Style],
        _ problems: inout [SettingsProblem]
    ) {
        var palette: [String: Color] = [:]
        for source in chain.reversed() { palette.merge(source.palette) { _, own in own } }
        for source in chain.reversed() {
            for (role, style) in source.styles {
                styles[role] = Style(
                    foreground: color(style.foreground, palette, source.file, &problems),
                    background: color(style.background, palette, source.file, &problems),
                    modifiers: style.modifiers
                )
            }
        }
        for role in ThemeRole.allCases {
            guard let defining = definingRole(of: role, in: chain), defining != role else { continue }
            styles[role] = styles[defining]
        }
    }

    /// The role, or else the nearest of its bases, that a theme of the chain defines.
    private static func definingRole(of role: ThemeRole, in chain: [ThemeSource]) -> ThemeRole? {
        sequence(first: role, next: \.base).first { role in chain.contains { $0.styles[role] != nil } }
    }

    private static func color(
        _ node: TOMLNode?,
        _ palette: [String: Color],
        _ file: String,
        _ problems: inout [SettingsProblem]
    ) -> Color? {
        guard let node else { return nil }
        if let color = ThemeSource.color(node, palette: palette) { return color }
        let message =
            switch node.value {
            case .string(let text):
                "\(quoted(text)): "
                    + (NearestName.of(text, among: palette.keys.sorted() + Color.ansiNames + ["default"])
                        .map { "unknown color, did you mean \(quoted($0))?" }
                        ?? "unknown color, use a name of [palette], \"#rrggbb\", 0 to 255, an ANSI name or \"default\"")
            case .integer(let number):
                "\(number) is out of range, use 0 to 255"
            default:
                "expected a color or { fg, bg, modifiers }, found \(node.kind)"
            }
        problems.append(SettingsProblem(file: file, line: node.line, key: node.path.description, message: message))
        return nil
    }
}
