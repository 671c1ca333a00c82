import Settings
import TerminalUI

/// The styles of all roles, as the terminal at hand can show them.
struct Theme: Sendable, Hashable {
    /// The name it is chosen by.
    let name: String
    private let styles: [ThemeRole: Style]

    /// Maps a theme to a terminal.
    /// - Parameters:
    ///   - file: The theme.
    ///   - depth: Colors the terminal shows. With none, attributes alone tell roles apart.
    init(_ file: ThemeFile, depth: ColorDepth) {
        name = file.name
        var styles: [ThemeRole: Style] = [:]
        for role in ThemeRole.allCases {
            let style = file.style(for: role).mapped(to: depth)
            styles[role] = depth == .none ? Theme.withoutColor(role, style) : style
        }
        let text = styles[.text] ?? .plain
        self.styles = styles.mapValues { $0.legible(on: text) }
    }

    /// The style of a role, to lay over that of the text.
    subscript(role: ThemeRole) -> Style { styles[role] ?? .plain }

    /// The style of a cluster, by its position on the ring.
    func cluster(_ index: Int) -> Style {
        self[ThemeRole.clusters[index % ThemeRole.clusters.count]]
    }

    /// A background is the only cue of some roles; without color they are reversed instead.
    private static func withoutColor(_ role: ThemeRole, _ style: Style) -> Style {
        var modifiers = style.modifiers
        switch role {
        case .selection, .environmentProduction, .escape: modifiers.insert(.reverse)
        case .match, .input: modifiers.insert(.underline)
        case .title, .key, .statusDown, .severityError: modifiers.insert(.bold)
        case .muted: modifiers.insert(.dim)
        default: break
        }
        return Style(modifiers: modifiers)
    }
}

extension Style {
    /// Where few colors are left, two of a theme may become one: what would be drawn in the color of its background is drawn
    /// in that of the text.
    fileprivate func legible(on text: Style) -> Style {
        guard let foreground, foreground == background ?? text.background else { return self }
        var style = self
        style.foreground = text.foreground == foreground ? nil : text.foreground
        return style
    }
}
