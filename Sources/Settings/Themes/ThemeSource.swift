import TerminalStyle
import TextCoding

/// One theme file as written, before inheritance is resolved.
struct ThemeSource {
    let file: String
    let name: String
    let variant: ThemeFile.Variant?
    /// The parent's name and the line of `inherits`.
    let parent: (name: String, line: Int)?
    let palette: [String: Color]
    /// The styles as written. A color may be a name from the palette of a parent, so colors are resolved later.
    let styles: [ThemeRole: Style]

    /// A style whose colors are not resolved yet.
    struct Style {
        let foreground: TOMLNode?
        let background: TOMLNode?
        let modifiers: Modifiers
    }

    /// Reads a theme.
    ///
    /// - Parameters:
    ///   - text: TOML.
    ///   - file: The file name to report in errors.
    static func parse(_ text: String, file: String) throws(SettingsError) -> ThemeSource {
        let document = try TOMLDocument.parse(text, file: file)
        var reader = TableReader(document, file: file)
        let name = reader.read("name", as: .text)
        if name == nil, reader.value("name") == nil { reader.note(document, "has no name, add name = \"…\"") }
        let variant: ThemeFile.Variant? = reader.read("variant", as: .choice)
        let parent = reader.read("inherits", as: .text).flatMap { name in reader.value("inherits").map { (name, $0.line) } }
        let palette = readPalette(from: &reader)
        var collector = RoleCollector(file: file)
        for key in reader.keys where !["name", "variant", "inherits", "palette"].contains(key) {
            if let node = reader.value(key) { collector.collect(key, node) }
        }
        reader.note(contentsOf: collector.problems)
        let problems = reader.finish()
        guard problems.isEmpty else { throw SettingsError(.invalid, problems: problems) }
        return ThemeSource(
            file: file,
            name: name ?? file,
            variant: variant,
            parent: parent,
            palette: palette,
            styles: collector.styles
        )
    }

    private static func readPalette(from reader: inout TableReader) -> [String: Color] {
        guard let node = reader.value("palette") else { return [:] }
        var table = reader.reader(of: node)
        var palette: [String: Color] = [:]
        for name in table.keys {
            guard let node = table.value(name) else { continue }
            if let color = color(node, palette: [:]) {
                palette[name] = color
            } else {
                table.note(node, "is not a color, use \"#rrggbb\", 0 to 255, an ANSI name or \"default\"")
            }
        }
        reader.note(contentsOf: table.finish())
        return palette
    }

    /// The color that a node names, or nil if it names none. Names of the palette take precedence over ANSI names.
    static func color(_ node: TOMLNode, palette: [String: Color]) -> Color? {
        switch node.value {
        case .integer(let index): UInt8(exactly: index).map(Color.indexed)
        case .string(let text): palette[text] ?? Color(parsing: text)
        default: nil
        }
    }
}

/// Collects roles from the tables of a theme: `status.up = …`, `[status]` and `"status.up" = …` mean the same.
private struct RoleCollector {
    let file: String
    private(set) var styles: [ThemeRole: ThemeSource.Style] = [:]
    private(set) var problems: [SettingsProblem] = []

    private static let styleKeys = ["fg", "bg", "modifiers"]
    private static let roleNames = ThemeRole.allCases.map(\.rawValue)

    init(file: String) { self.file = file }

    mutating func collect(_ name: String, _ node: TOMLNode) {
        let role = ThemeRole(rawValue: name)
        let isGroup = Self.roleNames.contains { $0.hasPrefix(name + ".") }
        guard case .table(let entries) = node.value else {
            guard let role else { return noteUnknown(name, node) }
            return set(role, ThemeSource.Style(foreground: node, background: nil, modifiers: []), node)
        }
        guard role != nil || isGroup else { return noteUnknown(name, node) }

        var reader = TableReader(node, file: file)
        if let role, !isGroup || Self.styleKeys.contains(where: { entries[$0] != nil }) {
            set(role, Self.style(from: &reader), node)
        }
        var members: [(name: String, node: TOMLNode)] = []
        if isGroup {
            for key in reader.keys where role == nil || !Self.styleKeys.contains(key) {
                if let member = reader.value(key) { members.append(("\(name).\(key)", member)) }
            }
        }
        problems += reader.finish()
        for member in members { collect(member.name, member.node) }
    }

    private static func style(from reader: inout TableReader) -> ThemeSource.Style {
        let foreground = reader.value("fg")
        let background = reader.value("bg")
        var modifiers: Modifiers = []
        for (node, text) in reader.value("modifiers").flatMap({ reader.strings($0) }) ?? [] {
            if let modifier = Modifiers(parsing: text) {
                modifiers.insert(modifier)
            } else {
                reader.note(node, "\(quoted(text)): " + NearestName.unknown("modifier", text, known: Modifiers.allNames))
            }
        }
        return ThemeSource.Style(foreground: foreground, background: background, modifiers: modifiers)
    }

    private mutating func set(_ role: ThemeRole, _ style: ThemeSource.Style, _ node: TOMLNode) {
        guard styles[role] == nil else {
            return note(node, "\(role.rawValue) is given twice, remove one")
        }
        styles[role] = style
    }

    private mutating func noteUnknown(_ name: String, _ node: TOMLNode) {
        if let nearest = NearestName.of(name, among: Self.roleNames) {
            note(node, "unknown role, did you mean \(quoted(nearest))?")
        } else {
            note(node, "unknown role, see \"roulette theme show default-dark\" for all of them")
        }
    }

    private mutating func note(_ node: TOMLNode, _ message: String) {
        problems.append(SettingsProblem(file: file, line: node.line, key: node.path.description, message: message))
    }
}
